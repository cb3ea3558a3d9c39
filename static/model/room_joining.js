/** @import {ResumedFrame, WelcomeFrame} from "../../core/protocol.ts" */
/** @import {RoomState} from "./room.js" */
import { LOBBY } from "./conversation.js";
import { endAt } from "./ranges.js";
import { change, changeAll, note } from "./room.js";

/**
 * Takes the page into the chat, or back into it: where it stays in the same log, what it missed
 * is still to come.
 *
 * @param {RoomState} state
 * @param {WelcomeFrame} frame
 * @returns {RoomState}
 */
export function reduceWelcome(state, frame) {
  const self = { username: frame.username, account: frame.account };
  const isNewLog = state.epoch !== null && state.epoch !== frame.epoch;
  const isNewSelf = state.self !== null && state.self.account !== frame.account;
  const isResuming = state.epoch === frame.epoch;
  const next = {
    ...state,
    self,
    isResuming,
    resumedFrom: state.lastSeq,
    epoch: frame.epoch,
    era: state.era + (isNewLog ? 1 : 0),
    lastSeq: isResuming ? state.lastSeq : frame.seq,
    liveFrom: isResuming ? state.liveFrom : frame.seq,
  };
  if (isResuming) return isNewSelf ? beNewGuest(next, frame.at) : next;
  const begun = changeAll(next, (conversation) => ({
    ...conversation,
    from: frame.seq,
    to: Infinity,
    tail: [],
  }));
  return isNewLog ? startOver(begun, frame.at) : begun;
}

/**
 * The end of catching up. If nothing could be recovered, what is shown ends where it did, and
 * what comes now is kept apart until the pages between have been read.
 *
 * @param {RoomState} state
 * @param {ResumedFrame} frame
 */
export function reduceResumed(state, frame) {
  const next = { ...state, isResuming: false, lastSeq: Math.max(state.lastSeq, frame.seq) };
  if (frame.recovered || !state.isResuming) return next;
  const opened = { ...next, liveFrom: frame.seq };
  return changeAll(
    opened,
    (conversation) => endAt(conversation, state.era, state.resumedFrom, frame.seq),
  );
}

/**
 * Whether a welcome is another account's in the same log: somebody else has the name by now. A
 * guest has a new account with each connection, and stays the same person.
 *
 * @param {RoomState} state
 * @param {WelcomeFrame} welcome
 */
export function isOtherAccount({ self, epoch }, welcome) {
  return self !== null && self.account !== welcome.account && epoch === welcome.epoch;
}

/**
 * A guest's account ended with its connection: private conversations go on under another name of
 * the server's, and what their people wrote meanwhile reached nobody.
 *
 * @param {RoomState} state
 * @param {number} at
 */
function beNewGuest(state, at) {
  let next = state;
  for (const { key, peer } of state.conversations.values()) {
    if (peer === null) continue;
    const missed = `You were disconnected. Messages from ${peer.username} don’t wait for a guest.`;
    next = note(
      change(next, key, (conversation) => ({ ...conversation, id: null })),
      key,
      missed,
      at,
    );
  }
  return next;
}

/**
 * Another log: names in private conversations may be anyone's now.
 *
 * @param {RoomState} state
 * @param {number} at
 */
function startOver(state, at) {
  let next = note(state, LOBBY, "The server was reset.", at);
  for (const { key, peer } of state.conversations.values()) {
    if (peer === null) continue;
    next = change(next, key, (conversation) => ({
      ...conversation,
      id: null,
      peer: { username: peer.username, account: null },
    }));
    const sure = `The server was reset. Check that this is still the same ${peer.username}.`;
    next = note(next, key, sure, at);
  }
  return next;
}
