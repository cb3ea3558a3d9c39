import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ServerFrame } from "../../core/protocol.ts";
import { LOBBY } from "../../static/model/conversation.ts";
import { addPage } from "../../static/model/history.ts";
import { storedIn } from "../../static/model/item.ts";
import { reduce } from "../../static/model/reduce.ts";
import { activeConversation, initialState, type State } from "../../static/model/state.ts";
import { message, welcome } from "./fakes.ts";

const ERASED: ServerFrame = { type: "erased", account: "a_bob", seq: 9, at: 9 };

function room(...frames: ServerFrame[]): State {
  return [welcome(), ...frames].reduce(reduce, initialState());
}

function texts({ conversations, items }: State): string[] {
  return [...conversations.values()].flatMap((one) => storedIn(items, one.items))
    .map(({ text }) => text);
}

function by(account: string, seq: number) {
  return message({ seq, account, from: account, message: `${account} ${seq}` });
}

Deno.test("reduce() drops public and private messages of a deleted account", () => {
  const whisper = { ...by("a_bob", 3), to: "alice", conversation: "a_alice.a_bob" };
  const reply = { ...by("a_alice", 4), to: "bob", conversation: "a_alice.a_bob" };

  const state = room(by("a_bob", 1), by("a_cy", 2), whisper, reply, ERASED);

  assertEquals(texts(state), ["a_cy 2", "a_alice 4"]);
  assertEquals([...state.items.keys()], ["0:2", "0:4"]);
});

Deno.test("reduce() shows nothing of a deleted account that comes later, and goes on", () => {
  const state = room(ERASED, by("a_bob", 1), by("a_cy", 2), by("a_bob", 3));

  assertEquals(texts(state), ["a_cy 2"]);
  assertEquals(state.log.lastSeq, 3);
});

Deno.test("reduce() changes nothing by a deletion that it knows", () => {
  const state = room(ERASED);

  assertStrictEquals(reduce(state, ERASED), state);
});

Deno.test("addPage() omits a deleted account's messages, and older pages can still be loaded", () => {
  const messages = [by("a_bob", 7), by("a_bob", 8)];
  const page = { messages, hasOlder: true, hasNewer: false, epoch: "e_1" };
  const begun = room(by("a_cy", 9), ERASED);

  const state = addPage(begun, LOBBY, "older", page);

  assertEquals(texts(state), ["a_cy 9"]);
  assertEquals(activeConversation(state).from, 6);
});

Deno.test("reduce() counts a deleted account's messages as unread no longer", () => {
  const counted = room(by("a_cy", 1), by("a_bob", 2), by("a_cy", 3), by("a_bob", 4));

  const state = reduce(counted, ERASED);

  assertEquals([activeConversation(counted).unread, activeConversation(state).unread], [4, 2]);
});

Deno.test("reduce() moves the divider on when its message goes", () => {
  const counted = room(by("a_bob", 1), by("a_cy", 2));

  const { divider, items } = activeConversation(reduce(counted, ERASED));

  assertEquals([activeConversation(counted).divider, divider], ["0:1", items[0]]);
});
