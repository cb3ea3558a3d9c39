import { assertEquals, assertStrictEquals } from "@std/assert";
import type { MessageFrame, ServerFrame } from "../../core/protocol.ts";
import { directTo } from "../../static/model/address.ts";
import { LOBBY } from "../../static/model/conversation.ts";
import { openDirect } from "../../static/model/directs.ts";
import {
  addPage,
  type ConversationsAnswer,
  listConversations,
  listNothing,
  noteLoading,
  stopLoading,
} from "../../static/model/history.ts";
import { showOutgoing } from "../../static/model/outgoing.ts";
import { reduce } from "../../static/model/reduce.ts";
import { activeConversation, initialState, type State } from "../../static/model/state.ts";
import { message, welcome } from "./fakes.ts";

const BOB = { username: "bob", account: "a_bob" };
const WITH_BOB = "a_alice.a_bob";

function room(...frames: ServerFrame[]): State {
  return [welcome({ seq: 100 }), ...frames].reduce(reduce, initialState());
}

function page(...messages: MessageFrame[]) {
  return { messages, hasOlder: false, hasNewer: false, epoch: "e_1" };
}

function answer(changes: Partial<ConversationsAnswer> = {}): ConversationsAnswer {
  const newest = message({ seq: 90, to: "alice", conversation: WITH_BOB });
  return {
    conversations: [{ id: WITH_BOB, peer: BOB, newest, read: 80, unread: 3 }],
    hasOlder: false,
    lobby: { read: 40, unread: 7 },
    epoch: "e_1",
    ...changes,
  };
}

function direct(state: State) {
  return [...state.conversations.values()][1]!;
}

Deno.test("addPage() ends the loading, and takes nothing of another log", () => {
  const loading = noteLoading(room(), LOBBY, "older");

  const other = addPage(loading, LOBBY, "older", { ...page(message()), epoch: "e_2" });
  const own = addPage(loading, LOBBY, "older", page(message()));

  assertEquals([activeConversation(other).loading, other.items.size], [null, 0]);
  assertEquals([activeConversation(own).loading, own.items.size], [null, 1]);
});

Deno.test("addPage() leaves a message under the key it has, and as it is", () => {
  const opened = openDirect(room(), BOB);
  const row = { id: "m1", to: directTo(BOB), text: "hi", at: 5, state: "pending" as const };
  const sent = showOutgoing(opened.state, { ...row, reason: "" });
  const acked = reduce(sent, { type: "ack", id: "m1", seq: 101, at: 9 });
  const own = { from: "alice", account: "a_alice", to: "bob", conversation: WITH_BOB };

  const state = addPage(acked, opened.key, "around", page(message({ ...own, seq: 101 })));

  assertEquals(direct(state).items, ["out:m1"]);
  assertStrictEquals(state.items.get("out:m1"), acked.items.get("out:m1"));
});

Deno.test("addPage() learns that a message has arrived, and never that it hasn't", () => {
  const own = { from: "alice", account: "a_alice", to: "bob", conversation: WITH_BOB, seq: 101 };
  const waiting = message({ ...own, waiting: true });
  const sent = room(waiting);
  const { key } = direct(sent);

  const arrived = addPage(sent, key, "newer", page(message(own)));
  const late = addPage(arrived, key, "newer", page(waiting));

  const isWaiting = (state: State) => {
    const item = state.items.get("0:101");
    return item?.kind === "message" && item.delivery.state === "stored" && item.delivery.isWaiting;
  };
  assertEquals([sent, arrived, late].map(isWaiting), [true, false, false]);
});

Deno.test("addPage() takes a message from those on their way, where the page has it", () => {
  const opened = openDirect(room(), BOB);
  const row = { id: "m1", to: directTo(BOB), text: "hi", at: 5, state: "pending" as const };
  const sent = showOutgoing(opened.state, { ...row, reason: "" });
  const own = { from: "alice", account: "a_alice", to: "bob", conversation: WITH_BOB, id: "m1" };

  const state = addPage(sent, opened.key, "older", page(message({ ...own, seq: 99 })));

  assertEquals([direct(state).items, direct(state).unsent], [["out:m1"], []]);
});

Deno.test("listConversations() adds private conversations with their unread counts", () => {
  const state = listConversations(room(), answer());

  const { address, id, unread, unreadAfter, from } = direct(state);
  assertEquals([address, id], [directTo(BOB), WITH_BOB]);
  assertEquals([unread, unreadAfter, from], [3, 80, 100]);
  assertEquals(activeConversation(state).unread, 7);
});

Deno.test("listConversations() counts nothing as missed in the lobby for a new account", () => {
  const state = listConversations(room(), answer({ lobby: { read: 0, unread: 7 } }));

  assertEquals(activeConversation(state).unread, 0);
});

Deno.test("listConversations() knows at its last page which conversations have no past", () => {
  const opened = openDirect(room(), { username: "cy", account: "a_cy" });

  const first = listConversations(opened.state, answer({ hasOlder: true }));
  const last = listConversations(first, answer({ conversations: [] }), new Set([WITH_BOB]));

  const froms = (state: State) => [...state.conversations.values()].map(({ from }) => from);
  assertEquals(froms(first), [100, 100, 100]);
  assertEquals(froms(last), [100, 0, 100]);
});

Deno.test("listNothing() asks for no private past of a guest", () => {
  const { state } = openDirect(room(), BOB);

  const froms = [...listNothing(state).conversations.values()].map(({ from }) => from);

  assertEquals(froms, [100, 0]);
});

Deno.test("stopLoading() changes only conversations that wait for a page", () => {
  const { state } = openDirect(room(), BOB);
  const loading = noteLoading(state, LOBBY, "around");

  assertEquals(activeConversation(stopLoading(loading)).loading, null);
  assertStrictEquals(stopLoading(state), state);
});
