/** @import {AckFrame, MessageFrame} from "../../core/protocol.ts" */
/** @import {Conversation} from "./conversation.js" */
/** @import {MessageEntry} from "./entries.js" */
/** @import {RoomState} from "./room.js" */
import { isMentioned } from "../text/markdown.ts";
import { countUnread, LOBBY } from "./conversation.js";
import { markDelivered } from "./entries.js";
import { placeMessage } from "./ranges.js";
import { change } from "./room.js";
import { ownerOf } from "./room_outgoing.js";
import { placePrivate } from "./room_private.js";

/**
 * Puts a message where it belongs and counts it as unread.
 *
 * @param {RoomState} state
 * @param {MessageFrame} frame
 * @returns {RoomState}
 */
export function reduceMessage(state, frame) {
  if (state.erased.has(frame.account)) {
    return { ...state, lastSeq: Math.max(state.lastSeq, frame.seq) };
  }
  const message = toEntry(state, frame);
  const placed = frame.to === undefined
    ? { state, key: LOBBY }
    : placePrivate(state, frame, message, frame.to);
  const next = { ...placed.state, lastSeq: Math.max(state.lastSeq, frame.seq) };
  return change(next, placed.key, (conversation) => {
    const placed = placeMessage(withoutOutgoing(conversation, frame.id), message);
    return placed === conversation ? conversation : countUnread(placed, message);
  });
}

/**
 * Turns a message on its way into one that is in the log.
 *
 * @param {RoomState} state
 * @param {AckFrame} frame
 * @returns {RoomState}
 */
export function reduceAck(state, frame) {
  const owner = ownerOf(state, frame.id);
  const row = owner?.outgoing.find((candidate) => candidate.id === frame.id);
  if (owner === undefined || row === undefined || state.self === null) return state;
  const message = toEntry(state, {
    type: "message",
    seq: frame.seq,
    at: frame.at,
    from: state.self.username,
    account: state.self.account,
    message: row.text,
    ...(frame.waiting ? { waiting: true } : {}),
  });
  // An ack may overtake messages before it, so it says nothing about the position.
  return change(
    state,
    owner.key,
    (conversation) => placeMessage(withoutOutgoing(conversation, frame.id), message),
  );
}

/**
 * @param {Conversation} conversation
 * @param {string | undefined} id
 * @returns {Conversation}
 */
function withoutOutgoing(conversation, id) {
  const outgoing = conversation.outgoing.filter((candidate) => candidate.id !== id);
  const isSame = outgoing.length === conversation.outgoing.length;
  return isSame ? conversation : { ...conversation, outgoing };
}

/**
 * A private message that had waited has arrived.
 *
 * @param {RoomState} state
 * @param {number} seq
 */
export function reduceDelivered(state, seq) {
  let next = state;
  for (const { key, peer } of state.conversations.values()) {
    if (peer === null) continue;
    next = change(next, key, (conversation) => {
      const entry = `${state.era}:${seq}`;
      const entries = markDelivered(conversation.entries, entry);
      const tail = markDelivered(conversation.tail, entry);
      const isKnown = entries !== conversation.entries || tail !== conversation.tail;
      return isKnown ? { ...conversation, entries, tail } : conversation;
    });
  }
  return next;
}

/**
 * A message as it is shown.
 *
 * @param {RoomState} state
 * @param {MessageFrame} frame
 * @returns {MessageEntry}
 */
export function toEntry(state, frame) {
  const isMine = frame.account === state.self?.account;
  return {
    kind: "message",
    key: `${state.era}:${frame.seq}`,
    era: state.era,
    seq: frame.seq,
    at: frame.at,
    from: frame.from,
    account: frame.account,
    text: frame.message,
    isMine,
    isWaiting: isMine && frame.waiting === true,
    isMention: !isMine && isMentioned(frame.message, state.self?.username ?? ""),
  };
}
