import { assertEquals } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { mayReconnect } from "../../static/net/endings.ts";
import { describeEnding, isAboutName } from "../../static/text/endings.ts";

Deno.test("mayReconnect() agrees with every close code of the server", () => {
  for (const { code, reconnect } of Object.values(CLOSE_CODES)) {
    assertEquals(mayReconnect(code), reconnect, String(code));
  }
});

Deno.test("mayReconnect() comes back when the moment is to blame, not the client", () => {
  const codes = [1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4499, 4999];

  const curable = codes.filter(mayReconnect);

  assertEquals(curable, [1001, 1005, 1006, 1011, 1012, 1013, 4499]);
});

Deno.test("describeEnding() offers an action for every terminal code", () => {
  for (const { code, reconnect } of Object.values(CLOSE_CODES)) {
    if (reconnect) continue;
    const { text, action } = describeEnding(code, null);
    assertEquals(text === "The server ended the connection.", false, String(code));
    assertEquals(action, [4501, 4502, 4504].includes(code) ? "rejoin" : "reconnect");
  }
});

Deno.test("isAboutName() knows the refusals that another name cures", () => {
  const refusal = { type: "error" as const, code: "username_taken", message: "Taken." };

  assertEquals(isAboutName(refusal), true);
  assertEquals(isAboutName({ ...refusal, code: "server_full" }), false);
});
