import type { User } from "../../core/protocol.ts";

/** The page's own key of an item: it stays while a message goes from the outbox into the log. */
export type ItemKey = string;

/** Delivery state of a message: unsent, refused, or stored by the server. */
export type Delivery =
  | { readonly state: "pending" }
  | { readonly state: "failed"; readonly reason: string }
  | {
    readonly state: "stored";
    /** Number of the log that the position belongs to, among those this page has seen. */
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

/** A message in the log. */
export type StoredMessage = Message & {
  readonly delivery: Extract<Delivery, { readonly state: "stored" }>;
};

/** People who joined, or left, at about the same time. */
export interface PresenceLine {
  readonly kind: "presence";
  readonly key: ItemKey;
  readonly at: number;
  readonly what: "joined" | "left";
  readonly names: readonly string[];
}

/** A message of the page itself; `text` comes from the table of strings. */
export interface Note {
  readonly kind: "note";
  readonly key: ItemKey;
  readonly at: number;
  readonly text: string;
}

/** An entry of a timeline. */
export type Item = Message | PresenceLine | Note;

/** Items by key, as the state holds them. */
export type Items = ReadonlyMap<ItemKey, Item>;

/** Key of a message that began in this browser. */
export function sentKey(id: string): ItemKey {
  return `out:${id}`;
}

/** Key of a message from the log. */
export function logKey(era: number, seq: number): ItemKey {
  return `${era}:${seq}`;
}

/** Whether a message is in the log. */
export function isStored(item: Item | undefined): item is StoredMessage {
  return item?.kind === "message" && item.delivery.state === "stored";
}

/** The message with a key, if it is in the log. */
export function storedOf(items: Items, key: ItemKey | undefined): StoredMessage | undefined {
  const item = key === undefined ? undefined : items.get(key);
  return isStored(item) ? item : undefined;
}

/** The messages of a list that are in the log. */
export function storedIn(items: Items, keys: readonly ItemKey[]): StoredMessage[] {
  return keys.map((key) => items.get(key)).filter(isStored);
}

/** The message of a list at this position of a log. */
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
