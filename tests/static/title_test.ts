import { assertEquals } from "@std/assert";
import { newConversation } from "../../static/model/conversation.ts";
import { DEFAULT_SETTINGS } from "../../static/model/settings.ts";
import { titleFor } from "../../static/ui/shell/title.ts";

Deno.test("titleFor() counts private messages and mentions, and marks others with a dot", () => {
  const lobby = newConversation("lobby");
  const direct = newConversation("private:0", { kind: "direct", username: "bob", account: null });
  const title = (unread: number, mentions: number, inPrivate: number, levels = {}) =>
    titleFor({
      settings: { ...DEFAULT_SETTINGS, levels },
      conversations: new Map([
        ["lobby", { ...lobby, unread, mentions }],
        ["private:0", { ...direct, unread: inPrivate }],
      ]),
    });

  assertEquals(title(0, 0, 0), "Parley");
  assertEquals(title(3, 0, 0), "• Parley");
  assertEquals(title(3, 1, 2), "(3) Parley");
  assertEquals(title(3, 1, 2, { lobby: "none" }), "(2) Parley");
  assertEquals(title(3, 1, 0, { lobby: "none" }), "Parley");
});
