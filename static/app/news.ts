import type { Conversation, ConversationKey } from "../model/conversation.ts";
import { isStored, type ItemKey, type StoredMessage } from "../model/item.ts";
import { levelOfConversation } from "../model/selectors.ts";
import type { State } from "../model/state.ts";

/** What arrived in one conversation that somebody wants to be told of. */
export interface News {
  readonly conversation: ConversationKey;
  readonly isPrivate: boolean;
  /** Messages of others since it was last read there, as far as they are to be told. */
  readonly count: number;
  readonly newest: StoredMessage;
}

/**
 * What came between two states, by the levels that somebody chose; nothing while they don't want
 * to be disturbed. Pages of the history and own messages are no news.
 */
export function newsBetween(before: State, after: State): readonly News[] {
  const isIn = before.self !== null && before.log.epoch === after.log.epoch;
  if (!isIn || after.settings.doNotDisturb || before.items === after.items) return [];
  return [...after.conversations.values()].flatMap((conversation) => {
    const known = before.conversations.get(conversation.key);
    if (known?.items === conversation.items && known.tail === conversation.tail) return [];
    const newest = newestOf(before, after, conversation);
    return newest === undefined ? [] : [tell(after, conversation, newest)];
  });
}

function tell(state: State, conversation: Conversation, newest: StoredMessage): News {
  const isPrivate = conversation.address.kind === "direct";
  const isEach = levelOfConversation(state, conversation) === "all" || isPrivate;
  const count = Math.max(1, isEach ? conversation.unread : conversation.mentions);
  return { conversation: conversation.key, isPrivate, count, newest };
}

/** The newest message that is news, if there is one. */
function newestOf(
  before: State,
  after: State,
  conversation: Conversation,
): StoredMessage | undefined {
  const level = levelOfConversation(after, conversation);
  const isPrivate = conversation.address.kind === "direct";
  if (level === "none") return undefined;
  const isNews = (key: ItemKey) => {
    const item = after.items.get(key);
    return isStored(item) && !item.isMine && item.delivery.seq > before.log.lastSeq &&
      !before.items.has(key) && (level === "all" || isPrivate || item.isMention);
  };
  const key = conversation.tail.findLast(isNews) ?? conversation.items.findLast(isNews);
  const item = key === undefined ? undefined : after.items.get(key);
  return isStored(item) ? item : undefined;
}
