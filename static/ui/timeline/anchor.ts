/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** A row, and where it was among the others. */
export interface Anchor {
  readonly row: HTMLElement;
  /** Pixels of content above it. */
  readonly offset: number;
}

/**
 * The first row on screen that will stay.
 *
 * @param stays Whether the item of this key will have a row.
 */
export function findAnchor(
  scroller: HTMLElement,
  stays: (key: string) => boolean,
): Anchor | null {
  const rows = [...scroller.querySelectorAll<HTMLElement>("[data-key]")];
  for (let i = firstOnScreen(scroller, rows); i < rows.length; i++) {
    const row = rows[i] as HTMLElement;
    if (stays(row.dataset.key ?? "")) return { row, offset: offsetOf(scroller, row) };
  }
  return null;
}

/** By how much the content above a row has grown. */
export function growthAbove(scroller: HTMLElement, { row, offset }: Anchor): number {
  // A row that went with its run was made anew.
  const now = row.isConnected ? row : findRow(scroller, row.dataset.key ?? "");
  return now === null ? 0 : offsetOf(scroller, now) - offset;
}

/** The row of an item. */
export function findRow(scroller: HTMLElement, key: string): HTMLElement | null {
  return scroller.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
}

/** Index of the first row that ends below the top of the screen; measures few of them. */
function firstOnScreen(scroller: HTMLElement, rows: readonly HTMLElement[]): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle] as HTMLElement;
    if (offsetOf(scroller, row) + row.offsetHeight > scroller.scrollTop) high = middle;
    else low = middle + 1;
  }
  return low;
}

function offsetOf(scroller: HTMLElement, row: HTMLElement): number {
  const top = row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  return top + scroller.scrollTop;
}
