import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ServerFrame } from "../../core/protocol.ts";
import { LOBBY_ADDRESS } from "../../static/model/address.ts";
import {
  changeJoin,
  changeSettings,
  leaveChat,
  openConversation,
  openPerson,
  seekMessage,
  setDialog,
  setDraft,
  setDrawer,
  setLevel,
  setNotice,
  switchConversation,
} from "../../static/model/changes.ts";
import { LOBBY } from "../../static/model/conversation.ts";
import { readPosition } from "../../static/model/reading.ts";
import { reduce } from "../../static/model/reduce.ts";
import {
  awayPeople,
  keyOfSeq,
  levelOfConversation,
  likelyNames,
  reachOf,
  unreadElsewhere,
  unreadEverywhere,
} from "../../static/model/selectors.ts";
import { activeConversation, initialState, type State } from "../../static/model/state.ts";
import { message, welcome } from "./fakes.ts";

const BOB = { username: "bob", account: "a_bob" };
const CY = { username: "cy", account: "a_cy" };
const WHISPER = message({ seq: 3, to: "alice", conversation: "a_alice.a_bob" });

function room(...frames: ServerFrame[]): State {
  return [welcome(), ...frames].reduce(reduce, initialState());
}

function directKey(state: State): string {
  return [...state.conversations.keys()][1]!;
}

Deno.test("openConversation() closes the drawer and takes the notice away", () => {
  const notice = { kind: "sent" as const, text: "Sent", conversation: null };
  const before = setNotice(setDrawer(room(WHISPER), true), notice);

  const state = openConversation(before, directKey(before));

  assertEquals([state.isDrawerOpen, state.notice, state.active], [false, null, directKey(before)]);
});

Deno.test("openConversation() stays where nothing is to be opened", () => {
  const state = room();

  assertStrictEquals(openConversation(state, LOBBY), state);
  assertStrictEquals(openConversation(state, "private:9"), state);
});

Deno.test("openPerson() finds the conversation with a person again", () => {
  const opened = openPerson(room(WHISPER), { username: "Bob", account: null });

  assertEquals(opened.conversations.size, 2);
  assertEquals(activeConversation(opened).address, { kind: "direct", ...BOB });
});

Deno.test("switchConversation() goes around the list", () => {
  const state = openPerson(room(WHISPER), CY);
  const keys = [...state.conversations.keys()];

  assertEquals(switchConversation(state, 1).active, keys[0]);
  assertEquals(switchConversation(state, -1).active, keys[1]);
});

Deno.test("seekMessage() leaves the end, in the conversation on screen, too", () => {
  const state = room(message({ seq: 1 }));

  assertEquals(seekMessage(state, LOBBY, 1).viewport.seeks, { seq: 1 });
  assertEquals(seekMessage(state, LOBBY, 1).viewport.isAtEnd, false);
  assertEquals([keyOfSeq(state, LOBBY, 1), keyOfSeq(state, LOBBY, 2)], ["0:1", null]);
});

Deno.test("setDraft() keeps a draft with its conversation", () => {
  const state = setDraft(room(), LOBBY, "hel");

  assertEquals(activeConversation(state).draft, "hel");
  assertStrictEquals(setDraft(state, LOBBY, "hel"), state);
});

Deno.test("setLevel() is kept under the server’s name of a conversation", () => {
  const state = room(WHISPER);

  const quiet = setLevel(state, directKey(state), "none");

  assertEquals(quiet.settings.levels, { "a_alice.a_bob": "none" });
  const levels = [...quiet.conversations.values()].map((one) => levelOfConversation(quiet, one));
  assertEquals(levels, ["mentions", "none"]);
  const unnamed = openPerson(room(), BOB);
  assertStrictEquals(setLevel(unnamed, unnamed.active, "none"), unnamed);
});

Deno.test("leaveChat() leaves nothing of the account, but the device’s settings", () => {
  const state = changeSettings(setDialog(room(WHISPER), "account"), { theme: "dark" });

  const left = leaveChat(state, { username: "alice" });

  const expected = initialState({ ...state.settings, theme: "dark" });
  const asked = changeJoin(expected, { username: "alice" });
  assertEquals({ ...left, announcement: null }, { ...asked, announcement: null });
});

Deno.test("reduce() goes from the question for a name into the chat", () => {
  const state = room();

  assertEquals([state.screen, state.messageLength], [{ name: "chat" }, 4000]);
  assertStrictEquals(changeJoin(state, { error: "no" }), state);
});

Deno.test("unreadElsewhere() and unreadEverywhere() count private messages and mentions apart", () => {
  const state = room(message({ seq: 1 }), message({ seq: 2, message: "@alice" }), WHISPER);

  assertEquals(unreadEverywhere(state), { unread: 3, urgent: 2 });
  assertEquals(unreadElsewhere(state), { unread: 1, urgent: 1 });
});

Deno.test("readPosition() is known once all has been read", () => {
  const unread = room(message({ seq: 4 }));
  const read = reduce(unread, { type: "read", conversation: "lobby", seq: 4, unread: 0 });
  const reset = reduce(read, welcome({ epoch: "e_2" }));

  assertEquals(readPosition(unread), null);
  assertEquals(readPosition(read), { conversation: "lobby", seq: 4 });
  assertEquals(readPosition(reset), null);
});

Deno.test("reachOf() tells who would receive a message now", () => {
  const state = room();
  const direct = (username: string, account: string | null) =>
    reachOf(state, { kind: "direct", username, account });

  assertEquals(reachOf(state, LOBBY_ADDRESS), "everyone");
  assertEquals(direct("alice", "a_alice"), "self");
  assertEquals([direct("bob", "a_bob"), direct("BOB", null)], ["online", "online"]);
  assertEquals([direct("bob", "a_2"), direct("cy", "a_cy")], ["otherHolder", "offline"]);
  const shortened = { ...state, presence: { ...state.presence, online: 500 } };
  assertEquals(reachOf(shortened, { kind: "direct", ...CY }), "unknown");
});

Deno.test("likelyNames() begins with recent speakers and ends with people who are away", () => {
  const state = openConversation(
    openPerson(room(message({ seq: 1, from: "dee", account: "a_dee" })), CY),
    LOBBY,
  );

  assertEquals(likelyNames(state), ["dee", "bob", "cy"]);
  assertEquals(awayPeople(state).map(({ username }) => username), ["cy"]);
  assertStrictEquals(likelyNames(setDrawer(state, true)), likelyNames(state));
});
