import type { ResumedFrame, WelcomeFrame } from "../../core/protocol.ts";
import { directTo } from "./address.ts";
import { type Conversation, LOBBY } from "./conversation.ts";
import { addNote } from "./lines.ts";
import type { NextState } from "./next_state.ts";
import { changeUsers } from "./presence.ts";
import { endAt } from "./ranges.ts";
import type { State } from "./state.ts";
import { strings } from "../text/strings.ts";

/**
 * Enters the chat, or returns to it. If the log is still the same, missed messages are about to
 * arrive.
 */
export function receiveWelcome(next: NextState, frame: WelcomeFrame): void {
  const { self, log } = next.now;
  const isNewLog = log.epoch !== null && log.epoch !== frame.epoch;
  const isNewSelf = self !== null && self.account !== frame.account;
  const isResuming = log.epoch === frame.epoch;
  enter(next, frame);
  next.setLog({ isResuming, resumedFrom: log.lastSeq, epoch: frame.epoch });
  if (isResuming) return isNewSelf ? beNewGuest(next, frame.at) : undefined;
  next.setLog({
    era: log.era + (isNewLog ? 1 : 0),
    lastSeq: frame.seq,
    liveFrom: frame.seq,
  });
  next.changeAll((before) => ({ ...before, from: frame.seq, to: Infinity, tail: [] }));
  if (isNewLog) startOver(next, frame.at);
}

/**
 * Ends the recovery. If too much was missed, the list ends where it did, and new messages are kept in
 * the tail until the pages between have been loaded.
 */
export function receiveResumed(next: NextState, frame: ResumedFrame): void {
  const { isResuming, lastSeq, era, resumedFrom } = next.now.log;
  next.setLog({ isResuming: false, lastSeq: Math.max(lastSeq, frame.seq) });
  if (frame.recovered || !isResuming) return;
  next.setLog({ liveFrom: frame.seq });
  const hole = { era, to: resumedFrom, tailFrom: frame.seq };
  next.changeAll((before) => endAt(before, next.now.items, hole));
}

/**
 * Whether a welcome names another account in the same log: somebody else has the name by now. Guests
 * get a new account with each connection and remain the same person.
 */
export function isOtherAccount(
  { self, log }: Pick<State, "self" | "log">,
  welcome: WelcomeFrame,
): boolean {
  return self !== null && self.account !== welcome.account && log.epoch === welcome.epoch;
}

function enter(next: NextState, { username, account, online, users, limits }: WelcomeFrame): void {
  next.changePresence(online, (before) => {
    before.clear();
    changeUsers(before, users, []);
  });
  next.set({
    screen: { name: "chat" },
    self: { username, account },
    messageLength: limits.messageLength,
  });
}

/**
 * A guest's account ended with its connection: private conversations continue under another id of the
 * server, and messages sent to the old account meanwhile are lost.
 */
function beNewGuest(next: NextState, at: number): void {
  for (const [conversation, username] of directsOf(next.now)) {
    next.putConversation({ ...conversation, id: null });
    addNote(next, conversation.key, strings.timeline.guestMissed(username), at);
  }
}

/** Another log: names in private conversations may be anyone's now. */
function startOver(next: NextState, at: number): void {
  addNote(next, LOBBY, strings.timeline.reset, at);
  for (const [conversation, username] of directsOf(next.now)) {
    next.putConversation({
      ...conversation,
      id: null,
      address: directTo({ username, account: null }),
    });
    addNote(next, conversation.key, strings.timeline.resetPeer(username), at);
  }
}

function directsOf({ conversations }: State): readonly (readonly [Conversation, string])[] {
  return [...conversations.values()].flatMap((conversation) => {
    const { address } = conversation;
    return address.kind === "direct" ? [[conversation, address.username] as const] : [];
  });
}
