/** @import {MessageFrame} from "../../core/protocol.ts" */
/** @import {Conversation} from "./conversation.js" */
/** @import {RoomState} from "./room.js" */
import { LOBBY } from "./conversation.js";
import { addNewer, addOlder, placeDivider, showPage } from "./ranges.js";
import { change, changeAll } from "./room.js";
import { toEntry } from "./room_messages.js";
import { withoutErased } from "./room_erasing.js";
import { openPrivate } from "./room_private.js";

/**
 * A page of history as the server answers it.
 *
 * @typedef {{messages: MessageFrame[], hasOlder: boolean, hasNewer: boolean, epoch: string}} Page
 *
 * @typedef {object} ListedConversation
 * @property {string} id
 * @property {{username: string, account: string}} peer
 * @property {MessageFrame} newest
 * @property {number} read
 * @property {number} unread
 *
 * @typedef {{conversations: ListedConversation[], hasOlder: boolean,
 *   lobby: {read: number, unread: number}, epoch: string}} ConversationsAnswer
 */

const ADD = { older: addOlder, newer: addNewer, around: showPage };

/**
 * Notes that a page is on its way, or why it isn't.
 *
 * @param {RoomState} state
 * @param {string} key
 * @param {Conversation["loading"]} loading
 * @param {string | null} [loadError]
 */
export function noteLoading(state, key, loading, loadError = null) {
  return change(state, key, (conversation) => ({ ...conversation, loading, loadError }));
}

/**
 * Takes a page of the log into a conversation.
 *
 * @param {RoomState} state
 * @param {string} key
 * @param {"older" | "newer" | "around"} side Which it was asked for.
 * @param {Page} page
 * @returns {RoomState}
 */
export function addPage(state, key, side, page) {
  const messages = page.messages.map((frame) => toEntry(state, frame));
  return change(state, key, (conversation) => ({
    // A page may have been read before an account was deleted.
    ...withoutErased(ADD[side](conversation, { ...page, messages }), state.erased),
    loading: null,
    loadError: null,
  }));
}

/**
 * Learns from a page of the server's list which private conversations there are, and what is unread
 * in them. Those that no page has named have no past: that is known at the last one.
 *
 * @param {RoomState} state
 * @param {ConversationsAnswer} answer
 * @param {ReadonlySet<string>} [ids] Those that this page and the earlier ones named.
 * @returns {RoomState}
 */
export function listConversations(state, answer, ids = idsOf(answer)) {
  const { conversations, hasOlder, lobby } = answer;
  const listed = conversations.reduce(listPrivate, state);
  // A message that came between two pages moved its conversation to one that was read before.
  const isOnOnePage = ids.size === conversations.length;
  const whole = hasOlder ? listed : changeAll(listed, (conversation) => {
    const { peer, id } = conversation;
    const hasPast = peer === null || (id !== null && (ids.has(id) || !isOnOnePage));
    return hasPast ? conversation : { ...conversation, from: 0 };
  });
  // Who has never read anything here is new, and has missed nothing.
  return lobby.read === 0
    ? whole
    : change(whole, LOBBY, (conversation) => countMissed(conversation, lobby));
}

/** @param {ConversationsAnswer} answer */
export function idsOf({ conversations }) {
  return new Set(conversations.map(({ id }) => id));
}

/**
 * A guest has no private conversations from before.
 *
 * @param {RoomState} state
 */
export function listNothing(state) {
  return changeAll(
    state,
    (conversation) => conversation.peer === null ? conversation : { ...conversation, from: 0 },
  );
}

/**
 * @param {RoomState} state
 * @param {ListedConversation} item
 */
function listPrivate(state, item) {
  const known = [...state.conversations.values()].find(({ id }) => id === item.id);
  const opened = known === undefined ? openPrivate(state, item.peer) : { state, key: known.key };
  return change(
    opened.state,
    opened.key,
    (conversation) => countMissed({ ...conversation, id: item.id }, item),
  );
}

/**
 * @param {Conversation} conversation
 * @param {{read: number, unread: number}} position
 * @returns {Conversation}
 */
function countMissed(conversation, { read, unread }) {
  if (unread <= conversation.unread) return conversation;
  return placeDivider({ ...conversation, unread, unreadAfter: read, divider: null });
}
