import type { ItemKey } from "./item.ts";

/** Which items of the conversation on screen have rows, and where the reader wants to be. */
export interface Viewport {
  /** Whether it follows the newest message; decided before new ones are shown. */
  readonly isAtEnd: boolean;
  /** First item with a row while it doesn't; null: as many as fit before the end. */
  readonly first: ItemKey | null;
  /** What to bring on screen as soon as it is loaded. */
  readonly seeks: { readonly seq: number } | "divider" | null;
  /** Position of the message that was sought and found; it is marked. */
  readonly found: number | null;
}

/** Follows the newest message. */
export const AT_END: Viewport = { isAtEnd: true, first: null, seeks: null, found: null };
