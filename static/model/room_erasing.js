/** @import {Conversation} from "./conversation.js" */
/** @import {Entry, MessageEntry} from "./entries.js" */
/** @import {RoomState} from "./room.js" */
import { changeAll } from "./room.js";

/**
 * The state without anything that a deleted account wrote, now and later.
 *
 * @param {RoomState} state
 * @param {{account: string}} frame
 * @returns {RoomState}
 */
export function reduceErased(state, { account }) {
  if (state.erased.has(account)) return state;
  const erased = new Set(state.erased).add(account);
  return changeAll({ ...state, erased }, (conversation) => withoutErased(conversation, erased));
}

/**
 * A conversation without what deleted accounts wrote.
 *
 * @param {Conversation} conversation
 * @param {ReadonlySet<string>} erased
 * @returns {Conversation} The same if they wrote nothing there.
 */
export function withoutErased(conversation, erased) {
  /** @param {Entry} entry */
  const isKept = (entry) => entry.kind !== "message" || !erased.has(entry.account);
  const entries = conversation.entries.filter(isKept);
  const tail = conversation.tail.filter(isKept);
  const isSame = entries.length === conversation.entries.length &&
    tail.length === conversation.tail.length;
  return isSame ? conversation : { ...uncount(conversation, isKept), entries, tail };
}

/**
 * Counts messages that go no longer as unread.
 *
 * @param {Conversation} conversation
 * @param {(entry: MessageEntry) => boolean} isKept
 * @returns {Conversation}
 */
function uncount(conversation, isKept) {
  const { entries, tail, unread, mentions, divider } = conversation;
  const others = [...entries, ...tail].filter((entry) => entry.kind === "message")
    .filter((entry) => !entry.isMine);
  const unseen = unread === 0 ? [] : others.slice(-unread);
  const gone = unseen.filter((entry) => !isKept(entry));
  const isDividerGone = gone.some(({ key }) => key === divider);
  return {
    ...conversation,
    unread: unread - gone.length,
    mentions: Math.max(0, mentions - gone.filter(({ isMention }) => isMention).length),
    divider: isDividerGone ? unseen.find(isKept)?.key ?? null : divider,
  };
}
