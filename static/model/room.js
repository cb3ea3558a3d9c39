/** @import {Conversation} from "./conversation.js" */
/** @import {PresenceState} from "./presence_state.js" */
import { LOBBY, newConversation } from "./conversation.js";
import { addNote } from "./entries.js";
import { NOBODY } from "./presence_state.js";

/**
 * Everything the page shows, changed only by making a new one.
 *
 * @typedef {object} RoomState
 * @property {{username: string, account: string} | null} self Null before the first welcome.
 * @property {string | null} epoch The log that positions belong to.
 * @property {number} era How many logs came before it.
 * @property {number} lastSeq Position in it up to which everything for us has come.
 * @property {boolean} isResuming Whether what was missed is still coming, up to `resumed`.
 * @property {number} resumedFrom Position at which that began.
 * @property {number} liveFrom Everything after this position has come by itself.
 * @property {number} counter Feeds keys of lines that have no position.
 * @property {string} active Key of the conversation on screen.
 * @property {ReadonlyMap<string, Conversation>} conversations By key, the lobby first.
 * @property {ReadonlySet<string>} erased Accounts that were deleted: nothing of them is shown.
 * @property {PresenceState} presence
 */

/**
 * The state before anything happened.
 *
 * @returns {RoomState}
 */
export function initialRoom() {
  return {
    self: null,
    epoch: null,
    era: 0,
    lastSeq: 0,
    isResuming: false,
    resumedFrom: 0,
    liveFrom: 0,
    counter: 0,
    active: LOBBY,
    conversations: new Map([[LOBBY, newConversation(LOBBY, null)]]),
    erased: new Set(),
    presence: NOBODY,
  };
}

/**
 * The conversation on screen.
 *
 * @param {RoomState} state
 * @returns {Conversation}
 */
export function activeConversation(state) {
  return state.conversations.get(state.active) ?? newConversation(LOBBY, null);
}

/**
 * Where this page stands in the log, for asking what came since; null before the first welcome.
 *
 * @param {RoomState} state
 */
export function positionOf({ epoch, lastSeq }) {
  return epoch === null ? null : { epoch, seq: lastSeq };
}

/**
 * The state with one conversation changed; the same state if nothing changed.
 *
 * @param {RoomState} state
 * @param {string} key
 * @param {(conversation: Conversation) => Conversation} update
 * @returns {RoomState}
 */
export function change(state, key, update) {
  const conversation = state.conversations.get(key);
  if (conversation === undefined) return state;
  const next = update(conversation);
  if (next === conversation) return state;
  return { ...state, conversations: new Map(state.conversations).set(key, next) };
}

/**
 * The state with every conversation changed.
 *
 * @param {RoomState} state
 * @param {(conversation: Conversation) => Conversation} update
 * @returns {RoomState}
 */
export function changeAll(state, update) {
  const changed = [...state.conversations].map((
    [key, conversation],
  ) => /** @type {const} */ ([key, update(conversation)]));
  return { ...state, conversations: new Map(changed) };
}

/**
 * The state with a note of the page's own at the end of a conversation.
 *
 * @param {RoomState} state
 * @param {string} conversationKey
 * @param {string} text
 * @param {number} at
 */
export function note(state, conversationKey, text, at) {
  const key = `note:${state.counter}`;
  return change({ ...state, counter: state.counter + 1 }, conversationKey, (conversation) => ({
    ...conversation,
    entries: addNote(conversation.entries, { kind: "note", key, at, text }),
  }));
}

/**
 * How far the active conversation has been read, once all of it has; null while nothing of it is
 * in this log, or the server has no name for it.
 *
 * @param {RoomState} state
 * @returns {{conversation: string, seq: number} | null}
 */
export function readPosition(state) {
  const { key, id, unread, entries, to } = activeConversation(state);
  const conversation = key === LOBBY ? LOBBY : id;
  if (conversation === null || unread > 0 || to !== Infinity) return null;
  const last = entries.findLast((entry) => entry.kind === "message");
  if (last?.kind !== "message" || last.era !== state.era) return null;
  return { conversation, seq: last.seq };
}
