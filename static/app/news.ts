import type { Conversation, ConversationKey } from "../model/conversation.ts";
import { isPrivate } from "../model/conversation.ts";
import { isStored, type ItemKey, type StoredMessage } from "../model/item.ts";
import { levelOfConversation } from "../model/selectors.ts";
import type { State } from "../model/state.ts";

/** Messages of one conversation that deserve a notification. */
export interface News {
  readonly conversation: Conversation;
  /** How many messages came. */
  readonly count: number;
  readonly newest: StoredMessage;
}

/**
 * News between two states, by the level of each conversation; none with "do not disturb". Pages of
 * the history, own messages and messages read elsewhere are no news.
 */
export function newsBetween(before: State, after: State): readonly News[] {
  const isIn = before.self !== null && before.log.epoch === after.log.epoch;
  if (!isIn || after.settings.doNotDisturb || before.items === after.items) return [];
  return [...after.conversations.values()].flatMap((conversation) => {
    const known = before.conversations.get(conversation.key);
    if (known?.items === conversation.items && known.tail === conversation.tail) return [];
    if (isReadElsewhere(after, conversation)) return [];
    const told = arrivals(before, after, conversation).filter(isToldOf(after, conversation));
    const [newest] = told;
    return newest === undefined ? [] : [{ conversation, count: told.length, newest }];
  });
}

/** Whether the messages were read elsewhere; those on screen count as read in a hidden window, too. */
function isReadElsewhere({ active }: State, { key, unread }: Conversation): boolean {
  return unread === 0 && key !== active;
}

function isToldOf(state: State, conversation: Conversation): (message: StoredMessage) => boolean {
  const level = levelOfConversation(state, conversation);
  const isEach = level === "all" || isPrivate(conversation);
  return ({ isMine, isMention }) => level !== "none" && !isMine && (isEach || isMention);
}

/** Messages behind the position that was reached before, the newest first. */
function arrivals(
  before: State,
  after: State,
  { items, tail }: Conversation,
): readonly StoredMessage[] {
  const found: StoredMessage[] = [];
  for (const list of [tail, items]) {
    for (let i = list.length - 1; i >= 0; i--) {
      const key: ItemKey = list[i] ?? "";
      const item = after.items.get(key);
      if (!isStored(item)) continue;
      if (item.delivery.seq <= before.log.lastSeq) break;
      if (!before.items.has(key)) found.push(item);
    }
  }
  return found;
}

/** Conversations in which something was unread before and nothing is now. */
export function readBetween(before: State, after: State): readonly ConversationKey[] {
  if (before.conversations === after.conversations) return [];
  return [...before.conversations.values()]
    .filter(({ key, unread }) => unread > 0 && (after.conversations.get(key)?.unread ?? 0) === 0)
    .map(({ key }) => key);
}
