import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import type { ServerFrame } from "../../core/protocol.ts";
import { LOBBY_ADDRESS, type Person } from "../../static/model/address.ts";
import { openConversation } from "../../static/model/changes.ts";
import { LOBBY } from "../../static/model/conversation.ts";
import { objectionTo, openDirect } from "../../static/model/directs.ts";
import { addPage, showEnd } from "../../static/model/history.ts";
import { type Item, storedIn } from "../../static/model/item.ts";
import { type Outgoing, showOutgoing } from "../../static/model/outgoing.ts";
import { sortedUsers } from "../../static/model/presence.ts";
import { MAX_ITEMS } from "../../static/model/ranges.ts";
import { markRead } from "../../static/model/reading.ts";
import { reduce, reduceBatch } from "../../static/model/reduce.ts";
import { positionOf } from "../../static/model/selectors.ts";
import { activeConversation, initialState, type State } from "../../static/model/state.ts";
import { message, reportedErrors, welcome } from "./fakes.ts";

const BOB = { username: "bob", account: "a_bob" };

function room(...frames: ServerFrame[]): State {
  return [welcome(), ...frames].reduce(reduce, initialState());
}

function itemsOf(state: State, key = LOBBY): Item[] {
  return state.conversations.get(key)!.items.map((item) => state.items.get(item)!);
}

function texts(state: State, key = LOBBY): string[] {
  return itemsOf(state, key).map((item) => item.kind === "presence" ? item.what : item.text);
}

function row(id: string, person: Person | null = null, text = id): Outgoing {
  const to = person === null ? LOBBY_ADDRESS : { kind: "direct" as const, ...person };
  return { id, to, text, at: 5, state: "pending", reason: "" };
}

function joined(username: string, at: number): ServerFrame {
  return { type: "joined", username, account: `a_${username}`, message: "", online: 3, at };
}

Deno.test("reduce() keeps messages in seq order and each one once", () => {
  const state = room(
    message({ seq: 3, message: "c" }),
    message({ seq: 1, message: "a" }),
    message({ seq: 2, message: "b" }),
    message({ seq: 3, message: "c" }),
  );

  assertEquals(texts(state), ["a", "b", "c"]);
});

Deno.test("reduce() knows its own messages by account, never by name", () => {
  const state = room(
    message({ seq: 1, from: "alice", account: "a_other" }),
    message({ seq: 2, from: "someone", account: "a_alice" }),
  );

  const mine = itemsOf(state).map((item) => item.kind === "message" && item.isMine);
  assertEquals(mine, [false, true]);
});

Deno.test("reduce() turns an acknowledged send into a message, and its copy changes nothing", () => {
  const sent = showOutgoing(room(), row("m1", null, "hi"));
  const [key] = activeConversation(sent).unsent;

  const acked = reduce(sent, { type: "ack", id: "m1", seq: 7, at: 9 });
  const copy = message({ seq: 7, from: "alice", account: "a_alice", message: "hi" });
  const copied = reduce(acked, copy);

  assertEquals(activeConversation(acked).unsent, []);
  assertEquals(activeConversation(acked).items, [key]);
  assertEquals(texts(copied), ["hi"]);
  assertStrictEquals(itemsOf(copied)[0], itemsOf(acked)[0]);
});

Deno.test("reduce() shows a message once whose public copy overtook its ack", () => {
  const sent = showOutgoing(room(), row("m1", null, "hi"));
  const copy = message({ seq: 7, from: "alice", account: "a_alice", message: "hi" });

  const state = [copy, { type: "ack" as const, id: "m1", seq: 7, at: 9 }].reduce(reduce, sent);

  assertEquals([texts(state), activeConversation(state).unsent], [["hi"], []]);
  assertEquals(state.items.size, 1);
});

// Other tabs showed it twice for a moment: their copy comes before they hear of the ack.
Deno.test("reduce() shows a message once from its copy on, and again if it is refused after all", () => {
  const pending = [row("m1", null, "ok"), row("m2", null, "ok"), row("m3", null, "so")];
  const sent = pending.reduce(showOutgoing, room());
  const copy = message({ seq: 7, from: "alice", account: "a_alice", message: "ok" });

  const copied = reduce(sent, copy);
  const again = reduce(copied, copy);
  const acked = reduce(copied, { type: "ack", id: "m1", seq: 7, at: 9 });
  const refused = showOutgoing(copied, { ...pending[0]!, state: "failed", reason: "No." });

  assertEquals([texts(copied), activeConversation(copied).unsent], [["ok"], ["out:m2", "out:m3"]]);
  assertStrictEquals(activeConversation(again), activeConversation(copied));
  assertStrictEquals(activeConversation(acked), activeConversation(copied));
  assertEquals(activeConversation(refused).unsent, ["out:m2", "out:m3", "out:m1"]);
});

Deno.test("reduce() keeps the row of a private message whose copy overtook its ack", () => {
  const opened = openDirect(room(), BOB);
  const sent = showOutgoing(opened.state, row("m1", BOB));
  const own = { from: "alice", account: "a_alice", to: "bob", conversation: "a_alice.a_bob" };

  const state = [
    message({ ...own, seq: 7, id: "m1", message: "m1" }),
    { type: "ack" as const, id: "m1", seq: 7, at: 9 },
  ].reduce(reduce, sent);

  const { items, unsent } = state.conversations.get(opened.key)!;
  assertEquals([items, unsent], [sent.conversations.get(opened.key)!.unsent, []]);
});

Deno.test("reduce() puts a private message into one conversation for both directions", () => {
  const opened = openDirect(room(), BOB);
  const sent = showOutgoing(opened.state, row("m1", BOB, "psst"));
  const conversation = "a_alice.a_bob";
  const own = { from: "alice", account: "a_alice", to: "bob", conversation };

  const state = [
    { type: "ack" as const, id: "m1", seq: 1, at: 9 },
    message({ ...own, seq: 1, id: "m1", message: "psst" }),
    message({ seq: 2, to: "alice", conversation, message: "what?" }),
  ].reduce(reduce, sent);

  assertEquals([...state.conversations.keys()], [LOBBY, opened.key]);
  assertEquals(texts(state, opened.key), ["psst", "what?"]);
  assertEquals(state.conversations.get(opened.key)?.id, conversation);
  assertEquals(texts(state), []);
});

Deno.test("reduce() opens another conversation when a name changed hands", () => {
  const first = { to: "alice", conversation: "a_alice.a_bob" };
  const second = { account: "a_bob2", to: "alice", conversation: "a_alice.a_bob2" };
  const state = room(
    message({ ...first, seq: 1, message: "old bob" }),
    { type: "left", ...BOB, message: "bob left the chat", online: 1, at: 1 },
    { type: "joined", username: "bob", account: "a_bob2", message: "", online: 2, at: 2 },
    message({ ...second, seq: 2, message: "new bob" }),
  );

  const [, one, other] = [...state.conversations.keys()];
  assertEquals([texts(state, one), texts(state, other)], [["old bob"], ["new bob"]]);
});

Deno.test("reduce() learns from an own copy whom a name meant, whoever has it by then", () => {
  const opened = openDirect(room(), { username: "bob", account: null });
  const sent = showOutgoing(opened.state, row("m1", { username: "bob", account: null }));
  const own = { from: "alice", account: "a_alice", to: "bob", conversation: "a_alice.a_bob" };

  const state = [
    { type: "ack" as const, id: "m1", seq: 1, at: 9, waiting: true as const },
    { type: "left" as const, ...BOB, message: "", online: 1, at: 2 },
    { type: "joined" as const, username: "bob", account: "a_2", message: "", online: 2, at: 3 },
    message({ ...own, seq: 1, id: "m1" }),
  ].reduce(reduce, sent);

  const { address } = state.conversations.get(opened.key)!;
  assertEquals(address, { kind: "direct", ...BOB });
  assert(objectionTo(state, address) !== null);
});

Deno.test("objectionTo() keeps a private message from the new holder of a name", () => {
  const address = { kind: "direct" as const, ...BOB };
  const state = room(
    { type: "joined", username: "Bob", account: "a_2", message: "", online: 2, at: 2 },
    { type: "left", ...BOB, message: "", online: 1, at: 1 },
  );

  assertEquals(objectionTo(room(), address), null);
  assertEquals(
    objectionTo(state, address),
    "Someone else has the name bob now, so this message was not sent.",
  );
});

Deno.test("reduce() counts unread messages and tells mentions", () => {
  const state = room(
    message({ seq: 1 }),
    message({ seq: 2, message: "@alice: look" }),
    message({ seq: 3, message: "@alicenot, me@alice.example and `@alice`" }),
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

Deno.test("openConversation() keeps the divider of what is unread, and seeks it", () => {
  const state = room(message({ seq: 1, to: "alice", conversation: "c" }));
  const key = [...state.conversations.keys()][1]!;

  const shown = openConversation(state, key);
  const left = openConversation(markRead(shown, key), LOBBY);

  assertEquals([activeConversation(shown).divider, shown.viewport.seeks], ["0:1", "divider"]);
  assertEquals(left.conversations.get(key)?.divider, null);
});

Deno.test("reduce() keeps what it shows when the log starts anew, with new positions", () => {
  const state = room(
    message({ seq: 5, message: "before" }),
    welcome({ epoch: "e_2" }),
    message({ seq: 1, message: "after" }),
  );

  assertEquals(texts(state), ["before", "The server was reset.", "after"]);
});

Deno.test("reduce() takes no name for known in a log that started anew", () => {
  const whisper = message({ seq: 2, to: "alice", conversation: "a_alice.a_bob", message: "psst" });
  const state = room(whisper, welcome({ epoch: "e_2" }));

  const [, key] = [...state.conversations.keys()];
  const { id, address } = state.conversations.get(key!)!;
  assertEquals([id, address], [null, { kind: "direct", username: "bob", account: null }]);
  assertEquals(texts(state, key), [
    "psst",
    "The server was reset. Check that this is still the same bob.",
  ]);
});

// A guest has a new account with each connection: it read of a reset, and missed what came between.
Deno.test("reduce() goes on where it was when a guest's connection comes back", () => {
  const whisper = message({ seq: 2, to: "alice", conversation: "a_alice.a_bob", message: "psst" });
  const state = [
    welcome({ account: "a_alice2", seq: 9 }),
    message({ seq: 4, message: "missed", replay: true }),
    { type: "resumed" as const, recovered: true, seq: 9 },
    message({ seq: 10, to: "alice", conversation: "a_alice2.a_bob", message: "again" }),
  ].reduce(reduce, room(message({ seq: 1, message: "before" }), whisper));

  const [, key] = [...state.conversations.keys()];
  assertEquals(texts(state), ["before", "missed"]);
  assertEquals(texts(state, key), [
    "psst",
    "You were disconnected. Messages from bob don’t wait for a guest.",
    "again",
  ]);
  assertEquals(state.conversations.get(key!)!.address, { kind: "direct", ...BOB });
});

Deno.test("reduce() keeps its position until what was missed has come", () => {
  const seen = room(message({ seq: 1, message: "a" }));

  const back = reduce(seen, welcome({ seq: 9 }));
  const replayed = reduce(back, message({ seq: 4, message: "b" }));
  const resumed = reduce(replayed, { type: "resumed", recovered: true, seq: 9 });

  assertEquals([back, replayed, resumed].map((state) => positionOf(state)?.seq), [1, 4, 9]);
  assertEquals(texts(resumed), ["a", "b"]);
});

Deno.test("reduce() ends what it shows where too much was missed, and keeps the new apart", () => {
  const back = room(message({ seq: 1, message: "a" }), welcome({ seq: 9000 }));
  const waited = reduce(back, message({ seq: 8000, message: "had waited" }));

  const state = [
    { type: "resumed" as const, recovered: false, seq: 9000 },
    message({ seq: 9001, message: "z" }),
  ].reduce(reduce, waited);

  const { to, tail, tailFrom } = activeConversation(state);
  assertEquals(texts(state), ["a"]);
  assertEquals([to, tailFrom], [1, 9000]);
  assertEquals(storedIn(state.items, tail).map(({ text }) => text), ["z"]);
  assertEquals(positionOf(state), { epoch: "e_1", seq: 9001 });
  assertEquals([...state.items.keys()], ["0:1", "0:9001"]);
});

Deno.test("reduce() does not take an ack for a position, which it may overtake", () => {
  const sent = showOutgoing(room(), row("m1"));

  const state = reduce(sent, { type: "ack", id: "m1", seq: 7, at: 9 });

  assertEquals(positionOf(state)?.seq, 0);
});

Deno.test("reduce() shows a private message as waiting until it is delivered", () => {
  const opened = openDirect(room(), BOB);
  const sent = showOutgoing(opened.state, row("m1", BOB));
  const waiting = reduce(sent, { type: "ack", id: "m1", seq: 3, at: 9, waiting: true });
  const isWaiting = (state: State) =>
    storedIn(state.items, state.conversations.get(opened.key)!.items)
      .map(({ delivery }) => delivery.isWaiting);

  assertEquals(isWaiting(waiting), [true]);
  assertEquals(isWaiting(reduce(waiting, { type: "delivered", seq: 3 })), [false]);
});

// It said "Waits until bob is back" for ever.
Deno.test("reduce() notes the delivery of a message while an older page is being read", () => {
  const opened = openDirect(reduce(initialState(), welcome({ seq: 20 })), BOB);
  const sent = showOutgoing(opened.state, row("m1", BOB));
  const waiting = reduce(sent, { type: "ack", id: "m1", seq: 30, at: 9, waiting: true });
  const old = { from: "bob", account: "a_bob", to: "alice", message: "old" };
  const reading = addPage(waiting, opened.key, "around", {
    messages: [message({ ...old, seq: 2 })],
    hasOlder: false,
    hasNewer: true,
    epoch: "e_1",
  });

  const delivered = reduce(reading, { type: "delivered", seq: 30 });
  const newest = showEnd(delivered, opened.key);

  const shown = storedIn(newest.items, newest.conversations.get(opened.key)!.items);
  assertEquals(shown.map(({ delivery: { seq, isWaiting } }) => [seq, isWaiting]), [[30, false]]);
});

Deno.test("reduce() follows what another connection of ours has read", () => {
  const state = room(message({ seq: 1 }), message({ seq: 2, message: "@alice" }));

  const read = reduce(state, { type: "read", conversation: "lobby", seq: 2, unread: 0 });

  assertEquals(activeConversation(read).unread, 0);
  assertEquals(activeConversation(read).mentions, 0);
});

Deno.test("reduce() joins comings of one moment into one line", () => {
  const state = room(joined("carol", 1), joined("dave", 2), joined("eve", 200_000));

  const people = itemsOf(state).map((item) => item.kind === "presence" ? item.names : []);
  assertEquals(people, [["carol", "dave"], ["eve"]]);
});

Deno.test("reduce() says nothing of somebody coming who was here", () => {
  const state = room(joined("carol", 1), joined("carol", 200_000));

  assertEquals(itemsOf(state).length, 1);
});

Deno.test("showOutgoing() keeps a failed message in place and moves a retried one to the end", () => {
  const two = [row("m1"), row("m2")].reduce(showOutgoing, room());

  const failed = showOutgoing(two, { ...row("m1"), state: "failed", reason: "no" });
  const retried = showOutgoing(failed, row("m1"));

  assertEquals(activeConversation(failed).unsent, ["out:m1", "out:m2"]);
  assertEquals(activeConversation(retried).unsent, ["out:m2", "out:m1"]);
});

Deno.test("showOutgoing() leaves a message alone that the log has", () => {
  const sent = showOutgoing(room(), row("m1"));
  const acked = reduce(sent, { type: "ack", id: "m1", seq: 7, at: 9 });

  assertStrictEquals(showOutgoing(acked, row("m1")), acked);
});

Deno.test("showOutgoing() leaves a message alone that came back before it was shown", () => {
  const own = { from: "alice", account: "a_alice", to: "bob", conversation: "a_alice.a_bob" };
  const state = room(message({ ...own, seq: 7, id: "m1" }));
  const reset = reduce(state, welcome({ epoch: "e_2" }));
  const unsent = (state: State) => [...state.conversations.values()].map((one) => one.unsent);

  assertEquals(unsent(showOutgoing(state, row("m1", BOB))), [[], []]);
  assertEquals(unsent(showOutgoing(reset, row("m1", BOB))), [[], ["out:m1"]]);
});

Deno.test("reduce() ignores a frame it doesn't know", () => {
  const state = room();

  const next = reduce(state, { type: "reaction" } as unknown as ServerFrame);

  assertStrictEquals(next, state);
});

Deno.test("reduceBatch() keeps a bounded number of items, the newest", () => {
  const frames = Array.from({ length: MAX_ITEMS + 5 }, (_, i) => message({ seq: i + 1 }));

  const state = reduceBatch(room(), frames, true);

  const { items } = activeConversation(state);
  assertEquals([items.length, items[0], state.items.size], [MAX_ITEMS, "0:6", MAX_ITEMS]);
});

Deno.test("reduceBatch() keeps a bounded number of lines, where nobody says anything", () => {
  const seen = room(message({ seq: 4 }));
  const frames = Array.from({ length: MAX_ITEMS + 5 }, (_, i) => joined(`p${i}`, i * 100_000));

  const state = reduceBatch(seen, frames, true);

  const { items, from } = activeConversation(state);
  assertEquals([items.length, from, state.items.size], [MAX_ITEMS, 4, MAX_ITEMS]);
});

Deno.test("reduceBatch() leaves the state it began with as it was", () => {
  const before = room(message({ seq: 1, message: "a" }));
  const copy = structuredClone({ ...before, viewport: null });

  const state = reduceBatch(before, [
    message({ seq: 2, message: "b" }),
    joined("carol", 1),
    { type: "erased", account: "a_bob", seq: 9, at: 9 },
  ], false);

  assertEquals(structuredClone({ ...before, viewport: null }), copy);
  assertNotStrictEquals(state.items, before.items);
});

Deno.test("sortedUsers() sorts once for as long as nobody comes or goes", () => {
  const state = room(message({ seq: 1 }));
  const later = reduce(state, message({ seq: 2 }));

  const sorted = sortedUsers(state.presence, "a_alice");

  assertEquals(sorted.map(({ username }) => username), ["alice", "bob"]);
  assertStrictEquals(sortedUsers(later.presence, "a_alice"), sorted);
});

Deno.test("reduce() follows who is here; the count is the server's", () => {
  const carol = { username: "carol", account: "a_carol" };

  const { presence } = room({ type: "presence", joined: [carol], left: [BOB], online: 412, at: 1 });

  assertEquals(presence.online, 412);
  assertEquals(sortedUsers(presence, "a_carol").map(({ username }) => username), [
    "carol",
    "alice",
  ]);
});

Deno.test("reduceBatch() loses only the frame that can't be reduced", () => {
  const broken = { type: "presence", online: 1, at: 1 } as unknown as ServerFrame;
  const { state, errors } = reportedErrors(() => {
    const frames = [message({ seq: 1, message: "a" }), broken, message({ seq: 2, message: "b" })];
    return { state: reduceBatch(room(), frames, true) };
  });

  assertEquals(texts(state), ["a", "b"]);
  assertEquals(state.presence.online, 2);
  assertEquals(errors.length, 1);
});
