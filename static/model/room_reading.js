/** @import {ReadFrame} from "../../core/protocol.ts" */
/** @import {RoomState} from "./room.js" */
import { LOBBY } from "./conversation.js";
import { change } from "./room.js";

/**
 * Brings a conversation on screen.
 *
 * @param {RoomState} state
 * @param {string} key
 * @returns {RoomState}
 */
export function activate(state, key) {
  if (!state.conversations.has(key) || state.active === key) return state;
  const left = change(state, state.active, (conversation) => ({
    ...conversation,
    divider: conversation.unread === 0 ? null : conversation.divider,
    unreadAfter: conversation.unread === 0 ? null : conversation.unreadAfter,
  }));
  return { ...left, active: key };
}

/**
 * Everything in a conversation has been seen. The divider stays until one looks elsewhere.
 *
 * @param {RoomState} state
 * @param {string} key
 * @returns {RoomState}
 */
export function markRead(state, key) {
  if (state.conversations.get(key)?.unread === 0) return state;
  return change(state, key, (conversation) => ({ ...conversation, unread: 0, mentions: 0 }));
}

/**
 * Takes the mark of the first unread message away.
 *
 * @param {RoomState} state
 * @param {string} key
 * @returns {RoomState}
 */
export function clearDivider(state, key) {
  return change(state, key, (conversation) => {
    if (conversation.divider === null && conversation.unreadAfter === null) return conversation;
    return { ...conversation, divider: null, unreadAfter: null };
  });
}

/**
 * Another of our connections has read on.
 *
 * @param {RoomState} state
 * @param {ReadFrame} frame
 */
export function reduceRead(state, frame) {
  for (const { key, id, unread } of state.conversations.values()) {
    const isMeant = key === LOBBY ? frame.conversation === LOBBY : id === frame.conversation;
    if (!isMeant || frame.unread >= unread) continue;
    return change(state, key, (conversation) => ({
      ...conversation,
      unread: frame.unread,
      mentions: Math.min(conversation.mentions, frame.unread),
    }));
  }
  return state;
}
