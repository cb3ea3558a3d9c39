import { assert, assertEquals } from "@std/assert";
import type { ServerFrame } from "../../core/protocol.ts";
import { LOBBY_ADDRESS } from "../../static/model/address.ts";
import { addressOf, LOBBY, type Peer } from "../../static/model/conversation.js";
import {
  activeConversation,
  initialRoom,
  positionOf,
  type RoomState,
} from "../../static/model/room.js";
import { showOutgoing } from "../../static/model/room_outgoing.js";
import { objectionTo, openPrivate } from "../../static/model/room_private.js";
import { activate, markRead } from "../../static/model/room_reading.js";
import { reduceBatch, reduceRoom } from "../../static/model/room_state.js";
import { addPage } from "../../static/model/room_history.js";
import { MAX_ENTRIES, showNewest } from "../../static/model/ranges.js";
import { sortedUsers } from "../../static/model/presence_state.js";
import { message, reportedErrors, welcome } from "./fakes.ts";

const BOB = { username: "bob", account: "a_bob" };

function room(...frames: ServerFrame[]): RoomState {
  return [welcome(), ...frames].reduce(reduceRoom, initialRoom());
}

function texts(state: RoomState, key = LOBBY): string[] {
  return state.conversations.get(key)!.entries.map((entry) =>
    entry.kind === "message" ? entry.text : entry.kind === "note" ? entry.text : entry.what
  );
}

function sending(state: RoomState, id: string, peer: Peer | null = null, text = id) {
  const row = { id, text, at: 5, state: "pending" as const, reason: "", writer: null };
  return showOutgoing(state, { ...row, to: addressOf(peer) });
}

Deno.test("reduceRoom() keeps messages in seq order and each one once", () => {
  const state = room(
    message({ seq: 3, message: "c" }),
    message({ seq: 1, message: "a" }),
    message({ seq: 2, message: "b" }),
    message({ seq: 3, message: "c" }),
  );

  assertEquals(texts(state), ["a", "b", "c"]);
});

Deno.test("reduceRoom() knows its own messages by account, never by name", () => {
  const state = room(
    message({ seq: 1, from: "alice", account: "a_other" }),
    message({ seq: 2, from: "someone", account: "a_alice" }),
  );

  const mine = activeConversation(state).entries.map((entry) =>
    entry.kind === "message" && entry.isMine
  );
  assertEquals(mine, [false, true]);
});

Deno.test("reduceRoom() turns an acknowledged send into a message, and its copy changes nothing", () => {
  const sent = sending(room(), "m1", null, "hi");

  const acked = reduceRoom(sent, { type: "ack", id: "m1", seq: 7, at: 9 });
  const copied = reduceRoom(
    acked,
    message({ seq: 7, from: "alice", account: "a_alice", message: "hi" }),
  );

  assertEquals(activeConversation(acked).outgoing, []);
  assertEquals(texts(acked), ["hi"]);
  assertEquals(texts(copied), ["hi"]);
});

Deno.test("reduceRoom() puts a private message into one conversation for both directions", () => {
  const opened = openPrivate(room(), BOB);
  const sent = sending(opened.state, "m1", BOB, "psst");
  const conversation = "a_alice.a_bob";

  const state = [
    { type: "ack" as const, id: "m1", seq: 1, at: 9 },
    message({
      seq: 1,
      from: "alice",
      account: "a_alice",
      to: "bob",
      conversation,
      id: "m1",
      message: "psst",
    }),
    message({ seq: 2, to: "alice", conversation, message: "what?" }),
  ].reduce(reduceRoom, sent);

  assertEquals([...state.conversations.keys()], [LOBBY, opened.key]);
  assertEquals(texts(state, opened.key), ["psst", "what?"]);
  assertEquals(state.conversations.get(opened.key)?.id, conversation);
  assertEquals(texts(state), []);
});

Deno.test("reduceRoom() opens another conversation when a name changed hands", () => {
  const state = room(
    message({ seq: 1, to: "alice", conversation: "a_alice.a_bob", message: "old bob" }),
    { type: "left", ...BOB, message: "bob left the chat", online: 1, at: 1 },
    { type: "joined", username: "bob", account: "a_bob2", message: "", online: 2, at: 2 },
    message({
      seq: 2,
      account: "a_bob2",
      to: "alice",
      conversation: "a_alice.a_bob2",
      message: "new bob",
    }),
  );

  const [, first, second] = [...state.conversations.keys()];
  assertEquals([texts(state, first), texts(state, second)], [["old bob"], ["new bob"]]);
});

Deno.test("reduceRoom() learns from an own copy whom a name meant, whoever has it by then", () => {
  const opened = openPrivate(room(), { username: "bob", account: null });
  const sent = sending(opened.state, "m1", { username: "bob", account: null });

  const state = [
    { type: "ack" as const, id: "m1", seq: 1, at: 9, waiting: true as const },
    { type: "left" as const, ...BOB, message: "", online: 1, at: 2 },
    { type: "joined" as const, username: "bob", account: "a_2", message: "", online: 2, at: 3 },
    message({
      seq: 1,
      from: "alice",
      account: "a_alice",
      to: "bob",
      conversation: "a_alice.a_bob",
      id: "m1",
    }),
  ].reduce(reduceRoom, sent);

  const { peer } = state.conversations.get(opened.key)!;
  assertEquals(peer, BOB);
  assert(objectionTo(state, peer) !== null);
});

Deno.test("objectionTo() keeps a private message from the new holder of a name", () => {
  const state = room({
    type: "joined",
    username: "Bob",
    account: "a_2",
    message: "",
    online: 2,
    at: 2,
  }, {
    type: "left",
    ...BOB,
    message: "",
    online: 1,
    at: 1,
  });

  assertEquals(objectionTo(room(), BOB), null);
  assertEquals(
    objectionTo(state, BOB),
    "Someone else has the name bob now, so this message was not sent.",
  );
});

Deno.test("reduceRoom() counts unread messages and speaks of mentions", () => {
  const state = room(
    message({ seq: 1 }),
    message({ seq: 2, message: "@alice: look" }),
    message({ seq: 3, message: "@alicenot" }),
    message({ seq: 4, account: "a_alice", from: "alice" }),
  );
  const { unread, mentions, divider } = activeConversation(state);

  assertEquals({ unread, mentions, divider }, { unread: 3, mentions: 1, divider: "0:1" });
  assertEquals(activeConversation(markRead(state, LOBBY)).unread, 0);
});

Deno.test("reduceBatch() counts nothing as unread under the reader's eyes", () => {
  const state = reduceBatch(room(), [message({ seq: 1 }), message({ seq: 2 })], true);

  const { unread, divider } = activeConversation(state);
  assertEquals({ unread, divider }, { unread: 0, divider: null });
});

Deno.test("activate() keeps the divider of what is unread", () => {
  const state = room(message({ seq: 1, to: "alice", conversation: "c" }));
  const key = [...state.conversations.keys()][1]!;

  const shown = activate(state, key);
  const left = activate(markRead(shown, key), LOBBY);

  assertEquals(activeConversation(shown).divider, "0:1");
  assertEquals(left.conversations.get(key)?.divider, null);
});

Deno.test("reduceRoom() keeps what it shows when the log starts anew, with new positions", () => {
  const state = room(
    message({ seq: 5, message: "before" }),
    welcome({ epoch: "e_2" }),
    message({ seq: 1, message: "after" }),
  );

  assertEquals(texts(state), ["before", "The server was reset.", "after"]);
});

// A guest has a new account with each connection: it read of a reset, and missed what came between.
Deno.test("reduceRoom() goes on where it was when a guest's line comes back", () => {
  const private1 = message({ seq: 2, to: "alice", conversation: "a_alice.a_bob", message: "psst" });
  const state = [
    welcome({ account: "a_alice2", seq: 9 }),
    message({ seq: 4, message: "missed", replay: true }),
    { type: "resumed" as const, recovered: true, seq: 9 },
    message({ seq: 10, to: "alice", conversation: "a_alice2.a_bob", message: "again" }),
  ].reduce(reduceRoom, room(message({ seq: 1, message: "before" }), private1));

  const [, key] = [...state.conversations.keys()];
  assertEquals(texts(state), ["before", "missed"]);
  assertEquals(texts(state, key), [
    "psst",
    "You were disconnected. Messages from bob don’t wait for a guest.",
    "again",
  ]);
  assertEquals(state.conversations.get(key!)!.peer, BOB);
});

Deno.test("reduceRoom() keeps its position until what was missed has come", () => {
  const seen = room(message({ seq: 1, message: "a" }));

  const back = reduceRoom(seen, welcome({ seq: 9 }));
  const replayed = reduceRoom(back, message({ seq: 4, message: "b" }));
  const resumed = reduceRoom(replayed, { type: "resumed", recovered: true, seq: 9 });

  assertEquals([back, replayed, resumed].map((state) => positionOf(state)?.seq), [1, 4, 9]);
  assertEquals(texts(resumed), ["a", "b"]);
});

Deno.test("reduceRoom() ends what it shows where too much was missed, and keeps the new apart", () => {
  const back = room(message({ seq: 1, message: "a" }), welcome({ seq: 9000 }));
  const waited = reduceRoom(back, message({ seq: 8000, message: "had waited" }));

  const state = [
    { type: "resumed" as const, recovered: false, seq: 9000 },
    message({ seq: 9001, message: "z" }),
  ].reduce(reduceRoom, waited);

  const { to, tail, tailFrom } = activeConversation(state);
  assertEquals(texts(state), ["a"]);
  assertEquals([to, tailFrom, tail.map(({ text }) => text)], [1, 9000, ["z"]]);
  assertEquals(positionOf(state), { epoch: "e_1", seq: 9001 });
});

Deno.test("reduceRoom() does not take an ack for a position, which it may overtake", () => {
  const state = reduceRoom(sending(room(), "m1"), { type: "ack", id: "m1", seq: 7, at: 9 });

  assertEquals(positionOf(state)?.seq, 0);
});

Deno.test("reduceRoom() shows a private message as waiting until it is delivered", () => {
  const opened = openPrivate(room(), BOB);
  const waiting = [
    { type: "ack" as const, id: "m1", seq: 3, at: 9, waiting: true as const },
  ].reduce(reduceRoom, sending(opened.state, "m1", BOB));
  const isWaiting = (state: RoomState) =>
    state.conversations.get(opened.key)!.entries.map((entry) =>
      entry.kind === "message" && entry.isWaiting
    );

  assertEquals(isWaiting(waiting), [true]);
  assertEquals(isWaiting(reduceRoom(waiting, { type: "delivered", seq: 3 })), [false]);
});

// It said "Waits until bob is back" for ever.
Deno.test("reduceRoom() notes the delivery of a message while an older page is being read", () => {
  const opened = openPrivate(reduceRoom(initialRoom(), welcome({ seq: 20 })), BOB);
  const waiting = reduceRoom(sending(opened.state, "m1", BOB), {
    type: "ack",
    id: "m1",
    seq: 30,
    at: 9,
    waiting: true,
  });
  const old = { from: "bob", account: "a_bob", to: "alice", message: "old" };
  const reading = addPage(waiting, opened.key, "around", {
    messages: [message({ ...old, seq: 2 })],
    hasOlder: false,
    hasNewer: true,
    epoch: "e_1",
  });

  const delivered = reduceRoom(reading, { type: "delivered", seq: 30 });
  const { entries } = showNewest(delivered.conversations.get(opened.key)!);

  assertEquals(
    entries.map((entry) => entry.kind === "message" && [entry.seq, entry.isWaiting]),
    [[30, false]],
  );
});

Deno.test("reduceRoom() follows what another connection of ours has read", () => {
  const state = room(message({ seq: 1 }), message({ seq: 2, message: "@alice" }));

  const read = reduceRoom(state, { type: "read", conversation: "lobby", seq: 2, unread: 0 });

  assertEquals(activeConversation(read).unread, 0);
  assertEquals(activeConversation(read).mentions, 0);
});

Deno.test("reduceRoom() joins comings of one moment into one line", () => {
  const joined = (username: string, at: number) => ({
    type: "joined" as const,
    username,
    account: `a_${username}`,
    message: "",
    online: 3,
    at,
  });

  const state = room(joined("carol", 1), joined("dave", 2), joined("eve", 200_000));

  const people = activeConversation(state).entries.map((entry) =>
    entry.kind === "presence" ? entry.names : []
  );
  assertEquals(people, [["carol", "dave"], ["eve"]]);
});

Deno.test("showOutgoing() keeps a failed message in place and moves a retried one to the end", () => {
  const row = { to: LOBBY_ADDRESS, text: "", at: 5, reason: "", writer: null };
  const two = sending(sending(room(), "m1"), "m2");

  const failed = showOutgoing(two, { ...row, id: "m1", state: "failed" });
  const retried = showOutgoing(failed, { ...row, id: "m1", state: "pending" });

  assertEquals(activeConversation(failed).outgoing.map(({ id }) => id), ["m1", "m2"]);
  assertEquals(activeConversation(retried).outgoing.map(({ id }) => id), ["m2", "m1"]);
});

Deno.test("reduceRoom() ignores a frame it doesn't know", () => {
  const state = room();

  const next = reduceRoom(state, { type: "reaction" } as unknown as ServerFrame);

  assertEquals(next, state);
});

Deno.test("reduceRoom() keeps a bounded number of entries, the newest", () => {
  const frames = Array.from({ length: MAX_ENTRIES + 5 }, (_, i) => message({ seq: i + 1 }));

  const { entries } = activeConversation(reduceBatch(room(), frames, true));

  assertEquals([entries.length, entries[0]?.key], [MAX_ENTRIES, "0:6"]);
});

Deno.test("sortedUsers() sorts once for as long as nobody comes or goes", () => {
  const state = room(message({ seq: 1 }));
  const later = reduceRoom(state, message({ seq: 2 }));

  const sorted = sortedUsers(state.presence, "a_alice");

  assertEquals(sorted.map(({ username }) => username), ["alice", "bob"]);
  assert(sortedUsers(later.presence, "a_alice") === sorted);
});

Deno.test("reducePresence() follows who is here; the count is the server's", () => {
  const carol = { username: "carol", account: "a_carol" };

  const state = room(
    { type: "presence", joined: [carol], left: [BOB], online: 412, at: 1 },
  ).presence;

  assertEquals(state.online, 412);
  assertEquals(sortedUsers(state, "a_carol").map(({ username }) => username), ["carol", "alice"]);
});

Deno.test("reduceBatch() loses only the frame that can't be reduced", () => {
  const broken = { type: "presence", online: 1, at: 1 } as unknown as ServerFrame;
  const { state, errors } = reportedErrors(() => {
    const frames = [message({ seq: 1, message: "a" }), broken, message({ seq: 2, message: "b" })];
    return { state: reduceBatch(room(), frames, true) };
  });

  assertEquals(texts(state), ["a", "b"]);
  assertEquals(errors.length, 1);
});
