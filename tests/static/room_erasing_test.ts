import { assertEquals } from "@std/assert";
import type { ServerFrame } from "../../core/protocol.ts";
import { LOBBY } from "../../static/model/conversation.js";
import { initialRoom, type RoomState } from "../../static/model/room.js";
import { addPage } from "../../static/model/room_history.js";
import { reduceRoom } from "../../static/model/room_state.js";
import { message, welcome } from "./fakes.ts";

const ERASED: ServerFrame = { type: "erased", account: "a_bob", seq: 9, at: 9 };

function room(...frames: ServerFrame[]): RoomState {
  return [welcome(), ...frames].reduce(reduceRoom, initialRoom());
}

function texts(state: RoomState): string[] {
  return [...state.conversations.values()].flatMap(({ entries }) => entries)
    .flatMap((entry) => entry.kind === "message" ? [entry.text] : []);
}

const by = (account: string, seq: number) =>
  message({ seq, account, from: account, message: `${account} ${seq}` });

Deno.test("reduceRoom() drops what a deleted account wrote, in public and in private", () => {
  const whisper = { ...by("a_bob", 3), to: "alice", conversation: "a_alice.a_bob" };
  const reply = { ...by("a_alice", 4), to: "bob", conversation: "a_alice.a_bob" };

  const state = room(by("a_bob", 1), by("a_cy", 2), whisper, reply, ERASED);

  assertEquals(texts(state), ["a_cy 2", "a_alice 4"]);
});

Deno.test("reduceRoom() shows nothing of a deleted account that comes later, and goes on", () => {
  const state = room(ERASED, by("a_bob", 1), by("a_cy", 2), by("a_bob", 3));

  assertEquals(texts(state), ["a_cy 2"]);
  assertEquals(state.lastSeq, 3);
});

Deno.test("addPage() leaves out a deleted account, and still asks for what comes before", () => {
  const messages = [by("a_bob", 7), by("a_bob", 8)];
  const page = { messages, hasOlder: true, hasNewer: false, epoch: "e_1" };
  const begun = room(by("a_cy", 9), ERASED);

  const state = addPage(begun, LOBBY, "older", page);

  assertEquals(texts(state), ["a_cy 9"]);
  assertEquals(state.conversations.get(LOBBY)!.from, 6);
});

Deno.test("reduceRoom() counts a deleted account's messages as unread no longer", () => {
  const counted = room(by("a_cy", 1), by("a_bob", 2), by("a_cy", 3), by("a_bob", 4));
  const { unread } = counted.conversations.get(LOBBY)!;

  const state = reduceRoom(counted, ERASED);

  assertEquals([unread, state.conversations.get(LOBBY)!.unread], [4, 2]);
});

Deno.test("reduceRoom() moves the divider on when its message goes", () => {
  const counted = room(by("a_bob", 1), by("a_cy", 2));
  const { divider } = counted.conversations.get(LOBBY)!;

  const state = reduceRoom(counted, ERASED);

  const [entry] = state.conversations.get(LOBBY)!.entries;
  assertEquals([divider !== null, state.conversations.get(LOBBY)!.divider], [true, entry!.key]);
});
