import type { Conversation } from "./conversation.ts";
import type { ItemKey } from "./item.ts";

/** Items with rows at most. */
const MAX_WINDOW = 200;
/** Items added at once, at first and near an end of the window: more would delay a picture. */
const STEP = 30;
/** Distance from an end of the window at which more are added, in pixels. */
export const NEAR_PX = 600;
/** Distance from the bottom that still counts as being there, in pixels. */
const STICK_PX = 40;

/** Which items of the conversation on screen have rows, and where the reader wants to be. */
export interface Viewport {
  /** Whether it follows the newest message; decided before new ones are shown. */
  readonly isAtEnd: boolean;
  /** First item with a row while it doesn't; null: {@linkcode rows} before the end. */
  readonly first: ItemKey | null;
  /** How many items have rows at the end: more, until they fill what may be scrolled at once. */
  readonly rows: number;
  /** What to scroll to as soon as it is loaded. */
  readonly seeks: { readonly seq: number } | "divider" | null;
  /** Position of a message that a search led to; it is marked. */
  readonly found: number | null;
}

/** Follows the newest message. */
export const AT_END: Viewport = {
  isAtEnd: true,
  first: null,
  rows: STEP,
  seeks: null,
  found: null,
};

/** A conversation opens at its end, unless its first unread message is further up. */
export const OPENING: Viewport = { ...AT_END, seeks: "divider" };

/** Goes to the first unread message, wherever the reader is. */
export function seekDivider(viewport: Viewport): Viewport {
  return { ...viewport, isAtEnd: false, seeks: "divider" };
}

/** Goes to a message of the log. */
export function seekMessage(seq: number): Viewport {
  return { ...AT_END, isAtEnd: false, seeks: { seq } };
}

/** Whether new messages come on screen at once, and nothing else is about to be shown. */
export function isFollowing(viewport: Viewport): boolean {
  return viewport.isAtEnd && viewport.seeks === null;
}

/** The items that have rows: from `start` up to `end`, which is not among them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Which items have rows.
 *
 * @param keys All items of the conversation.
 * @param sought What is to be brought on screen, if it is among them.
 */
export function spanOf(
  keys: readonly ItemKey[],
  viewport: Viewport,
  sought: ItemKey | null = null,
): Span {
  const count = keys.length;
  // At the end the divider may be on screen already: then nothing moves.
  const isDecided = sought !== null && !(viewport.isAtEnd && viewport.seeks === "divider");
  const target = isDecided ? keys.indexOf(sought) : -1;
  if (target !== -1) return spanFrom(target - STEP, count);
  if (viewport.isAtEnd || viewport.first === null) return spanFrom(count - viewport.rows, count);
  return spanFrom(keys.indexOf(viewport.first), count);
}

function spanFrom(index: number, count: number): Span {
  const start = Math.max(0, index);
  return { start, end: Math.min(count, start + MAX_WINDOW) };
}

/**
 * The viewport after items were added or removed. Items inserted before the first row stay outside the
 * window, unless the reader waits for them there. If the first row's item is gone, the next remaining
 * one takes its place.
 *
 * @param shown The items that had rows.
 * @param keys All items of the conversation now.
 * @param isAwaited Whether the reader is near the first row.
 */
export function keepPlace(
  viewport: Viewport,
  shown: readonly ItemKey[],
  keys: readonly ItemKey[],
  isAwaited: boolean,
): Viewport {
  if (viewport.isAtEnd || viewport.first === null) return viewport;
  const left = new Set(keys);
  const kept = [viewport.first, ...shown].find((key) => left.has(key));
  const start = kept === undefined ? 0 : keys.indexOf(kept);
  const first = keys[isAwaited ? Math.max(0, start - STEP) : start] ?? null;
  return first === viewport.first ? viewport : { ...viewport, first };
}

/** Where the screen is between the first row and the last. */
export interface Place {
  /** Pixels above the screen. */
  readonly above: number;
  /** Pixels below it. */
  readonly below: number;
}

/**
 * The viewport after scrolling: the window moves on near its ends, and at the very end it begins to
 * follow.
 *
 * @param span The items that have rows.
 * @param isWhole Whether the items reach the newest message.
 * @returns The same if nothing changed, which is the rule.
 */
export function afterScroll(
  viewport: Viewport,
  place: Place,
  span: Span,
  keys: readonly ItemKey[],
  isWhole: boolean,
): Viewport {
  if (isWhole && span.end === keys.length && place.below < STICK_PX) {
    return viewport.isAtEnd ? viewport : { ...viewport, isAtEnd: true, first: null };
  }
  const first = keys[nextStart(place, span, keys.length)] ?? null;
  if (!viewport.isAtEnd && viewport.first === first) return viewport;
  return { ...viewport, isAtEnd: false, first };
}

/** Start of the next window. If both ends are near, it stays, or it would move back and forth. */
function nextStart({ above, below }: Place, { start, end }: Span, count: number): number {
  const isNearEnd = below < NEAR_PX && end < count;
  const isNearStart = above < NEAR_PX && start > 0;
  if (isNearStart && !isNearEnd) return Math.max(0, start - STEP);
  if (!isNearEnd || isNearStart) return start;
  return Math.max(start, Math.min(count, end + STEP) - MAX_WINDOW);
}

/** The viewport with more rows, where those at the end don't fill what may be scrolled at once. */
export function fillAbove(viewport: Viewport, { above }: Place, { start }: Span): Viewport {
  if (!viewport.isAtEnd || start === 0 || above >= NEAR_PX) return viewport;
  return { ...viewport, rows: viewport.rows + STEP };
}

/** Which page of the log to load: that beyond an end which is on screen or near. */
export function wantedSide(
  conversation: Conversation,
  { above, below }: Place,
  { start, end }: Span,
): "older" | "newer" | null {
  const { from, to, items, unsent, loading, loadError } = conversation;
  if (loading !== null || loadError !== null) return null;
  if (from > 0 && start === 0 && above < NEAR_PX) return "older";
  const isLast = end === items.length + unsent.length;
  return to !== Infinity && isLast && below < NEAR_PX ? "newer" : null;
}
