import { messageFrame } from "./message_frames.ts";
import { countWithin, MAX_PAGE_LENGTH } from "./page_length.ts";
import type { MessageFrame } from "./protocol.ts";
import type { ReadQuery, Store, StoredEvent } from "./store.ts";

/** Which page of a conversation is wanted, as seen by whom. */
export interface PageQuery {
  /** Who reads; absent: someone who may see the lobby only. */
  readonly account: string | undefined;
  readonly conversation: string;
  /** Where the page is; absent: it is the newest. */
  readonly at?: PagePosition | undefined;
  readonly limit: number;
}

/** A page just before a position, just after one, or with one in its middle. */
export interface PagePosition {
  readonly side: "before" | "after" | "around";
  readonly seq: number;
}

/** Messages of one conversation without a hole between them, newest last. */
export interface Page {
  readonly messages: readonly MessageFrame[];
  /** Whether there are messages before these. */
  readonly hasOlder: boolean;
  /** Whether there are messages after these. */
  readonly hasNewer: boolean;
}

/** Events on either side of a boundary, each oldest first. */
interface Sides {
  readonly older: readonly StoredEvent[];
  readonly newer: readonly StoredEvent[];
}

/** How many events of each side belong to a page. */
interface Counts {
  readonly older: number;
  readonly newer: number;
}

/** Reads one page: fewer than `limit` also where more would make it too long. Of a conversation that the account may not see, it is empty. */
export async function readPage(
  store: Pick<Store, "read">,
  { account, conversation, at, limit }: PageQuery,
): Promise<Page> {
  // Each side of a page around a position may fill half of it.
  const maxLength = at?.side === "around" ? MAX_PAGE_LENGTH / 2 : MAX_PAGE_LENGTH;
  const read = (range: Pick<ReadQuery, "before" | "after" | "from" | "limit">) =>
    store.read({ account, conversation, maxLength, ...range });
  const boundary = at === undefined ? Infinity : at.side === "after" ? at.seq + 1 : at.seq;
  // One more than wanted tells whether there are more; on a side not wanted, one is enough.
  const olderLimit = at?.side === "after" ? 1 : limit + 1;
  const newerLimit = at === undefined || at.side === "before" ? 1 : limit + 1;
  const before = at === undefined ? {} : { before: boundary };
  const [older, newer] = await Promise.all([
    read({ ...before, from: "newest", limit: olderLimit }),
    at === undefined ? [] : read({ after: boundary - 1, from: "oldest", limit: newerLimit }),
  ]);
  const sides = { older, newer };
  const counts = within(sides, wanted(sides, at?.side ?? "before", limit), maxLength);
  return cut(sides, counts, account);
}

/** How many events of each side belong to the page. */
function wanted(
  { older, newer }: Sides,
  side: PagePosition["side"],
  limit: number,
): Counts {
  if (side === "before") return { older: limit, newer: 0 };
  if (side === "after") return { older: 0, newer: limit };
  // What one side lacks, the other may fill.
  const half = Math.floor(limit / 2);
  const fromOlder = Math.min(older.length, Math.max(half, limit - newer.length));
  return { older: fromOlder, newer: limit - fromOlder };
}

/** As many of the wanted events as fit into a page; those furthest from the boundary go. */
function within({ older, newer }: Sides, counts: Counts, maxLength: number): Counts {
  return {
    older: Math.min(counts.older, countWithin(older.toReversed(), maxLength)),
    newer: Math.min(counts.newer, countWithin(newer, maxLength)),
  };
}

function cut(
  sides: Sides,
  counts: Counts,
  account: string | undefined,
): Page {
  const older = sides.older.slice(Math.max(0, sides.older.length - counts.older));
  const newer = sides.newer.slice(0, counts.newer);
  return {
    messages: [...older, ...newer].map((event) => historyFrame(event, account)),
    hasOlder: sides.older.length > older.length,
    hasNewer: sides.newer.length > newer.length,
  };
}

/** The frame of an event as one account reads it later: the author sees what still waits. */
export function historyFrame(event: StoredEvent, account: string | undefined): MessageFrame {
  const isWaiting = event.isWaiting === true && event.author === account;
  return { ...messageFrame(event), ...(isWaiting ? { waiting: true } : {}) };
}
