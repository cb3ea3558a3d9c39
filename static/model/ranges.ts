import type { Conversation } from "./conversation.ts";
import { type ItemKey, type Items, storedIn, type StoredMessage, storedOf } from "./item.ts";

// Messages are among `items` before they are put into a list: lists hold keys.

/** Items kept in memory for one conversation; others are loaded again when needed. */
export const MAX_ITEMS = 2_000;
/** Newest messages kept aside while older ones are being read. */
export const MAX_TAIL = 200;

/** A page of a conversation's log, oldest first. */
export interface MessagePage {
  readonly messages: readonly StoredMessage[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/**
 * Puts a message where it belongs: into the list, if this reaches it without a hole; into the tail,
 * if it is newer; nowhere, if it is older: it will come with its page.
 *
 * @returns The same conversation if the message was known, or is older.
 */
export function placeMessage(
  conversation: Conversation,
  message: StoredMessage,
  items: Items,
): Conversation {
  const { seq } = message.delivery;
  if (seq <= conversation.from) return conversation;
  if (seq <= conversation.to) {
    const list = insert(conversation.items, message, items);
    return list === conversation.items
      ? conversation
      : boundOlder({ ...conversation, items: list }, items);
  }
  const tail = insert(conversation.tail, message, items);
  return tail === conversation.tail ? conversation : withTail(conversation, tail, items);
}

/** Adds a page before the list. */
export function addOlder(
  conversation: Conversation,
  page: MessagePage,
  items: Items,
): Conversation {
  const era = page.messages[0]?.delivery.era;
  // Messages of an older log go once there is a page of the new one: positions differ.
  const kept = era === undefined ? conversation.items : ofEra(conversation.items, era, items);
  const first = firstStored(kept, items);
  const count = page.messages.findIndex((message) => !comesBefore(message, first));
  const before = count === -1 ? page.messages : page.messages.slice(0, count);
  const between = count === -1 ? [] : page.messages.slice(count);
  const list = [...before.map(({ key }) => key), ...insertAll(kept, between, items)];
  const added = { ...conversation, items: list, from: beginOf(page) };
  return boundNewer(placeDivider(added, items), items);
}

/** Adds a page after the list, and the tail if the page reaches it. */
export function addNewer(
  conversation: Conversation,
  page: MessagePage,
  items: Items,
): Conversation {
  const list = insertAll(conversation.items, page.messages, items);
  const added = connect({ ...conversation, items: list }, page, items);
  return boundOlder(placeDivider(added, items), items);
}

/** Shows a page from anywhere in the log in place of the list. */
export function showPage(
  conversation: Conversation,
  page: MessagePage,
  items: Items,
): Conversation {
  const aside = conversation.to === Infinity ? setAside(conversation, items) : conversation;
  const shown = { ...aside, items: page.messages.map(({ key }) => key), from: beginOf(page) };
  return placeDivider(connect(shown, page, items), items);
}

/**
 * Shows the newest messages; older ones are loaded when needed.
 *
 * @returns The same conversation if it does already.
 */
export function showNewest(conversation: Conversation): Conversation {
  if (conversation.to === Infinity) return conversation;
  const { tail, tailFrom } = conversation;
  return { ...conversation, items: tail, from: tailFrom, to: Infinity, tail: [] };
}

/**
 * Ends the list at a position, after which some messages are missing.
 *
 * @param era The log of the positions.
 * @param tailFrom Newer messages than this position arrive over the connection.
 */
export function endAt(
  conversation: Conversation,
  items: Items,
  { era, to, tailFrom }: { readonly era: number; readonly to: number; readonly tailFrom: number },
): Conversation {
  const list = conversation.items.filter((key) => {
    const stored = storedOf(items, key)?.delivery;
    return stored === undefined || stored.era !== era || stored.seq <= to;
  });
  const end = Math.min(conversation.to, to);
  // While the connection was dead, a page may have come from behind that position.
  const from = Math.min(conversation.from, end);
  return { ...conversation, items: list, from, to: end, tail: [], tailFrom };
}

/** Marks the first unread message, if it is in the list for certain. */
export function placeDivider(conversation: Conversation, items: Items): Conversation {
  const { divider, unreadAfter, from } = conversation;
  if (divider !== null || unreadAfter === null || from > unreadAfter) return conversation;
  const first = conversation.items.find((key) => {
    const message = storedOf(items, key);
    return message !== undefined && !message.isMine && message.delivery.seq > unreadAfter;
  });
  return first === undefined ? conversation : { ...conversation, divider: first };
}

/** Drops the oldest items beyond the bound. */
export function boundOlder(conversation: Conversation, items: Items): Conversation {
  const excess = conversation.items.length - MAX_ITEMS;
  if (excess <= 0) return conversation;
  const list = conversation.items.slice(excess);
  const dropped = lastStored(conversation.items.slice(0, excess), items)?.delivery;
  const newest = lastStored(list, items)?.delivery ?? dropped;
  // A position of an older log means nothing in this one.
  const from = dropped?.era === newest?.era ? dropped?.seq ?? 0 : 0;
  return { ...conversation, items: list, from: Math.max(conversation.from, from) };
}

/** Drops the newest items beyond the bound. */
function boundNewer(conversation: Conversation, items: Items): Conversation {
  if (conversation.items.length <= MAX_ITEMS) return conversation;
  const aside = conversation.to === Infinity ? setAside(conversation, items) : conversation;
  const list = conversation.items.slice(0, MAX_ITEMS);
  return { ...aside, items: list, to: lastStored(list, items)?.delivery.seq ?? 0 };
}

/** Joins the tail to the list, where the page that ends the list reaches it. */
function connect(conversation: Conversation, page: MessagePage, items: Items): Conversation {
  const last = page.messages.at(-1)?.delivery.seq ?? conversation.to;
  if (page.hasNewer && last < conversation.tailFrom) return { ...conversation, to: last };
  const tail = storedIn(items, conversation.tail);
  return {
    ...conversation,
    items: insertAll(conversation.items, tail, items),
    to: Infinity,
    tail: [],
  };
}

/** Keeps the newest messages of a conversation that reaches them aside. */
function setAside(conversation: Conversation, items: Items): Conversation {
  const tail = storedIn(items, conversation.items).map(({ key }) => key);
  return withTail({ ...conversation, tailFrom: conversation.from }, tail, items);
}

function withTail(
  conversation: Conversation,
  list: readonly ItemKey[],
  items: Items,
): Conversation {
  const tail = list.slice(-MAX_TAIL);
  if (tail.length === list.length) return { ...conversation, tail };
  return { ...conversation, tail, tailFrom: (storedOf(items, tail[0])?.delivery.seq ?? 1) - 1 };
}

/**
 * Puts a message where its position says; one that is there already changes nothing.
 *
 * @returns The same list if the message was known.
 */
function insert(
  list: readonly ItemKey[],
  message: StoredMessage,
  items: Items,
): readonly ItemKey[] {
  let at = list.length;
  for (let i = list.length - 1; i >= 0; i--) {
    const other = storedOf(items, list[i]);
    if (other === undefined) continue;
    if (comesBefore(other, message)) break;
    if (!comesBefore(message, other)) return list;
    at = i;
  }
  return at === list.length ? [...list, message.key] : list.toSpliced(at, 0, message.key);
}

function insertAll(
  list: readonly ItemKey[],
  messages: readonly StoredMessage[],
  items: Items,
): readonly ItemKey[] {
  return messages.reduce((before, message) => insert(before, message, items), list);
}

function beginOf({ messages, hasOlder }: MessagePage): number {
  return hasOlder ? (messages[0]?.delivery.seq ?? 1) - 1 : 0;
}

function ofEra(list: readonly ItemKey[], era: number, items: Items): readonly ItemKey[] {
  return list.filter((key) => (storedOf(items, key)?.delivery.era ?? era) === era);
}

function firstStored(list: readonly ItemKey[], items: Items): StoredMessage | undefined {
  return storedOf(items, list.find((key) => storedOf(items, key) !== undefined));
}

function lastStored(list: readonly ItemKey[], items: Items): StoredMessage | undefined {
  return storedOf(items, list.findLast((key) => storedOf(items, key) !== undefined));
}

/** Whether a message comes earlier in the logs than another; before nothing comes everything. */
function comesBefore(a: StoredMessage, b: StoredMessage | undefined): boolean {
  if (b === undefined) return true;
  const [one, other] = [a.delivery, b.delivery];
  return one.era < other.era || (one.era === other.era && one.seq < other.seq);
}
