import type { User } from "../../core/protocol.ts";

/** The page's own key of an item: it stays while a message goes from the outbox into the log. */
export type ItemKey = string;

/** Where a message stands on its way: with us, refused, or stored by the server. */
export type Delivery =
  | { readonly state: "pending" }
  | { readonly state: "failed"; readonly reason: string }
  | {
    readonly state: "stored";
    /** How many logs this page had seen before the one that the position belongs to. */
    readonly era: number;
    readonly seq: number;
    /** Whether it is ours, private, and the other person hasn't received it yet. */
    readonly isWaiting: boolean;
  };

/**
 * A message, from the moment it is sent. It is one object with one key until it is stored and
 * delivered: only {@linkcode Delivery} changes, so its row on screen stays the same.
 */
export interface Message {
  readonly kind: "message";
  readonly key: ItemKey;
  /** Idempotency key of a message that this browser sent; null for others. */
  readonly id: string | null;
  readonly author: User;
  /** By account, never by name. */
  readonly isMine: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly text: string;
  /** Whether it mentions us. */
  readonly isMention: boolean;
  readonly delivery: Delivery;
}

/** A message that has its place in the log. */
export type StoredMessage = Message & {
  readonly delivery: Extract<Delivery, { readonly state: "stored" }>;
};

/** People who came, or went, at about the same time. */
export interface PresenceLine {
  readonly kind: "presence";
  readonly key: ItemKey;
  readonly at: number;
  readonly what: "joined" | "left";
  readonly names: readonly string[];
}

/** Something the page itself has to say; `text` is made from the table of strings. */
export interface Note {
  readonly kind: "note";
  readonly key: ItemKey;
  readonly at: number;
  readonly text: string;
}

/** What a timeline shows. */
export type Item = Message | PresenceLine | Note;

/** Items by key, as the state holds them. */
export type Items = ReadonlyMap<ItemKey, Item>;

/** Key of a message that began in this browser. */
export function sentKey(id: string): ItemKey {
  return `out:${id}`;
}

/** Key of a message that came out of the log. */
export function logKey(era: number, seq: number): ItemKey {
  return `${era}:${seq}`;
}

/** Whether a message has its place in the log. */
export function isStored(item: Item | undefined): item is StoredMessage {
  return item?.kind === "message" && item.delivery.state === "stored";
}

/** The message behind a key, if it has its place in the log. */
export function storedOf(items: Items, key: ItemKey | undefined): StoredMessage | undefined {
  const item = key === undefined ? undefined : items.get(key);
  return isStored(item) ? item : undefined;
}

/** The messages of a list that have their place in the log. */
export function storedIn(items: Items, keys: readonly ItemKey[]): StoredMessage[] {
  return keys.map((key) => items.get(key)).filter(isStored);
}

/** The message of a list that stands at this position of a log. */
export function findStored(
  items: Items,
  keys: readonly ItemKey[],
  era: number,
  seq: number,
): StoredMessage | undefined {
  const isThere = (key: ItemKey) => {
    const delivery = storedOf(items, key)?.delivery;
    return delivery?.seq === seq && delivery.era === era;
  };
  return storedOf(items, keys.findLast(isThere));
}
