import { assertEquals } from "@std/assert";
import type { ServerFrame } from "../../core/protocol.ts";
import { newsBetween, readBetween } from "../../static/app/news.ts";
import { changeSettings, openPerson } from "../../static/model/changes.ts";
import { LOBBY } from "../../static/model/conversation.ts";
import { addPage, listConversations, showEnd } from "../../static/model/history.ts";
import { markRead } from "../../static/model/reading.ts";
import { reduceBatch } from "../../static/model/reduce.ts";
import type { NotificationLevel } from "../../static/model/settings.ts";
import { initialState, type State } from "../../static/model/state.ts";
import { message, welcome } from "./fakes.ts";

const DIRECT = "a_alice.a_bob";

function whisper(seq: number, text = "psst"): ServerFrame {
  return message({ seq, to: "alice", conversation: DIRECT, message: text });
}

function after(state: State, ...frames: ServerFrame[]): State {
  return reduceBatch(state, frames, false);
}

/** In the chat as alice, at position 10, with these levels. */
function room(levels: Readonly<Record<string, NotificationLevel>> = { [LOBBY]: "all" }): State {
  return after(changeSettings(initialState(), { levels }), welcome({ seq: 10 }));
}

/** What there is to tell, as conversation, number and newest text. */
function told(before: State, next: State) {
  return newsBetween(before, next).map(({ conversation: { address }, count, newest }) => [
    address.kind === "lobby" ? "everyone" : address.username,
    count,
    newest.text,
  ]);
}

Deno.test("newsBetween() tells each conversation’s newest message once, and how many came", () => {
  const before = room();

  const next = after(
    before,
    message({ seq: 11, message: "one" }),
    whisper(12),
    message({ seq: 13, message: "two" }),
  );

  assertEquals(told(before, next), [["everyone", 2, "two"], ["bob", 1, "psst"]]);
  assertEquals(told(next, next), []);
  assertEquals(told(next, after(next, message({ seq: 14 }))), [["everyone", 1, "hello"]]);
});

Deno.test("newsBetween() ignores own messages, lines and known messages", () => {
  const before = after(room(), message({ seq: 11 }));

  const next = after(
    before,
    message({ seq: 11 }),
    message({ seq: 12, from: "alice", account: "a_alice" }),
    { type: "joined", username: "cy", account: "a_cy", message: "", online: 3, at: 5 },
  );

  assertEquals(told(before, next), []);
});

Deno.test("newsBetween() tells nothing of pages of the history, wherever they go", () => {
  const before = after(room(), message({ seq: 11 }));
  const page = { messages: [message({ seq: 3 })], hasOlder: true, hasNewer: true, epoch: "e_1" };

  const older = addPage(before, LOBBY, "older", page);
  const around = addPage(older, LOBBY, "around", page);
  const end = showEnd(around, LOBBY);

  assertEquals([told(before, older), told(older, around), told(around, end)], [[], [], []]);
});

Deno.test("newsBetween() reports messages that arrive while an older page is on screen", () => {
  const page = { messages: [message({ seq: 3 })], hasOlder: true, hasNewer: true, epoch: "e_1" };
  const before = addPage(after(room(), message({ seq: 11 })), LOBBY, "around", page);

  const next = after(before, message({ seq: 12, message: "now" }));

  assertEquals(told(before, next), [["everyone", 1, "now"]]);
});

Deno.test("newsBetween() reports recovered messages, but not those read elsewhere", () => {
  const before = room();

  const resumed = after(
    before,
    welcome({ seq: 13 }),
    message({ seq: 11, replay: true }),
    whisper(12, "read on the phone"),
    { type: "read", conversation: DIRECT, seq: 12, unread: 0 },
    { type: "resumed", recovered: true, seq: 13 },
  );

  assertEquals(told(before, resumed), [["everyone", 1, "hello"]]);
});

Deno.test("newsBetween() tells nothing on entering, nor after the server began a new log", () => {
  const outside = initialState();
  const inside = after(outside, welcome({ seq: 10 }), whisper(9), whisper(11));

  assertEquals(told(outside, inside), []);
  assertEquals(told(inside, after(inside, welcome({ epoch: "e_2" }), whisper(12))), []);
});

Deno.test("newsBetween() ignores the counts of the list of conversations", () => {
  const before = room();
  const listed = listConversations(before, {
    conversations: [{
      id: DIRECT,
      peer: { username: "bob", account: "a_bob" },
      newest: message({ seq: 8, to: "alice", conversation: DIRECT }),
      read: 0,
      unread: 4,
    }],
    hasOlder: false,
    lobby: { read: 1, unread: 2 },
    epoch: "e_1",
  });

  assertEquals(told(before, listed), []);
});

Deno.test("newsBetween() goes by the levels: everyone’s mentions and all that is private at first", () => {
  const frames = [
    message({ seq: 11, message: "all" }),
    message({ seq: 12, message: "hi @alice" }),
    message({ seq: 13, message: "more" }),
    whisper(14),
  ];
  const by = (levels: Readonly<Record<string, NotificationLevel>>) => {
    const before = room(levels);
    return told(before, after(before, ...frames));
  };

  assertEquals(by({}), [["everyone", 1, "hi @alice"], ["bob", 1, "psst"]]);
  assertEquals(by({ [LOBBY]: "all" })[0], ["everyone", 3, "more"]);
  assertEquals(by({ [LOBBY]: "none" }), [["bob", 1, "psst"]]);
  assertEquals(by({ [LOBBY]: "none", [DIRECT]: "mentions" }), [["bob", 1, "psst"]]);
  assertEquals(by({ [LOBBY]: "none", [DIRECT]: "none" }), []);
});

Deno.test("newsBetween() tells nothing to those who don’t want to be disturbed, nor later", () => {
  const before = changeSettings(room(), { doNotDisturb: true });
  const during = after(before, whisper(11));
  const disturbable = changeSettings(during, { doNotDisturb: false });

  assertEquals([told(before, during), told(during, disturbable)], [[], []]);
});

Deno.test("newsBetween() tells of what is on screen in a window nobody works in", () => {
  const before = room();

  const next = reduceBatch(before, [message({ seq: 11 })], true);

  assertEquals(next.conversations.get(LOBBY)?.unread, 0);
  assertEquals(told(before, next), [["everyone", 1, "hello"]]);
});

Deno.test("readBetween() names the conversations that were read", () => {
  const before = openPerson(after(room(), message({ seq: 11 }), whisper(12)), {
    username: "cy",
    account: "a_cy",
  });
  const [, direct] = [...before.conversations.keys()];

  const read = { type: "read" as const, conversation: DIRECT, seq: 12, unread: 0 };

  assertEquals(readBetween(before, after(before, read)), [direct]);
  assertEquals(readBetween(before, markRead(before, LOBBY)), [LOBBY]);
  assertEquals(readBetween(before, after(before, { ...read, unread: 1 })), []);
  assertEquals(readBetween(before, after(before, whisper(13))), []);
});
