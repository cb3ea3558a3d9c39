import type { Conversation } from "./conversation.ts";
import { type ItemKey, type Items, storedIn, type StoredMessage, storedOf } from "./item.ts";
import type { NextState } from "./next_state.ts";

/** Drops everything that a deleted account wrote, now and later. */
export function receiveErased(
  next: NextState,
  { account }: { readonly account: string },
): void {
  if (next.now.erased.has(account)) return;
  const erased = new Set(next.now.erased).add(account);
  next.set({ erased });
  next.changeAll((before) => withoutErased(before, next.now.items, erased));
}

/**
 * A conversation without messages of deleted accounts.
 *
 * @returns The same conversation if they wrote nothing there.
 */
export function withoutErased(
  conversation: Conversation,
  messages: Items,
  erased: ReadonlySet<string>,
): Conversation {
  const isKept = (key: ItemKey) => !erased.has(storedOf(messages, key)?.author.account ?? "");
  const items = conversation.items.filter(isKept);
  const tail = conversation.tail.filter(isKept);
  const isSame = items.length === conversation.items.length &&
    tail.length === conversation.tail.length;
  return isSame ? conversation : { ...uncount(conversation, messages, isKept), items, tail };
}

/** Counts messages that go no longer as unread. */
function uncount(
  conversation: Conversation,
  messages: Items,
  isKept: (key: ItemKey) => boolean,
): Conversation {
  const { items, tail, unread, mentions, divider } = conversation;
  const unseen = unread === 0 ? [] : othersOf(messages, [...items, ...tail]).slice(-unread);
  const gone = unseen.filter(({ key }) => !isKept(key));
  const isDividerGone = gone.some(({ key }) => key === divider);
  return {
    ...conversation,
    unread: unread - gone.length,
    mentions: Math.max(0, mentions - gone.filter(({ isMention }) => isMention).length),
    divider: isDividerGone ? unseen.find(({ key }) => isKept(key))?.key ?? null : divider,
  };
}

/** Messages of others; the tail may have some of the list, too. */
function othersOf(messages: Items, keys: readonly ItemKey[]): StoredMessage[] {
  return storedIn(messages, [...new Set(keys)]).filter(({ isMine }) => !isMine);
}
