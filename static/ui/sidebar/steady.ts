/// <reference lib="dom" />
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { Clock, Timer } from "../../../core/clock.ts";
import { useUi } from "../context.ts";

/** Time after its last move for which a pointer may still be about to press something. */
const REST_MS = 1_000;

/** How rows may change now. */
export interface Steadiness {
  /** Whether no row may come, go or move. */
  readonly isHeld: boolean;
  /** `data-key` of the row that a mouse rests on: it stays where it is. */
  readonly pinned: string | null;
}

/**
 * Keeps rows from moving under a pointer or a finger, so that nobody presses the wrong row. While the
 * pointer moves or presses, rows are held; while it rests on a row, the others may change around it.
 *
 * @param scroller What holds the rows, and scrolls.
 * @param content The first thing in it.
 */
export function useSteadyRows(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): Steadiness {
  const { clock } = useUi();
  const [, rerender] = useReducer<number, void>((count) => count + 1, 0);
  const pointer = useRef<Pointer | null>(null);
  pointer.current ??= new Pointer(clock, () => rerender());
  useEffect(() => listen(scroller.current, pointer.current, content.current), []);
  const steadiness = pointer.current.steadiness(scroller.current);
  const before = topOf(scroller.current, steadiness.pinned);
  // Before the picture: the row under the mouse goes back to where it was.
  useLayoutEffect(() => {
    if (before === null) return;
    const moved = () => (topOf(scroller.current, steadiness.pinned) ?? before) - before;
    if (scroller.current) scroller.current.scrollTop += moved();
    shift(content.current, -moved());
  });
  return steadiness;
}

/** Where the pointer is, and since when. */
class Pointer {
  #clock: Clock;
  #onRelease: () => void;
  /** Where a mouse is over the list. */
  #mouse: { x: number; y: number } | null = null;
  #isPressed = false;
  #rest: Timer | null = null;

  constructor(clock: Clock, onRelease: () => void) {
    this.#clock = clock;
    this.#onRelease = onRelease;
  }

  steadiness(scroller: HTMLElement | null): Steadiness {
    return { isHeld: this.#isPressed || this.#rest !== null, pinned: this.#rowIn(scroller) };
  }

  move({ type, pointerType, clientX, clientY }: PointerEvent): void {
    this.#mouse = pointerType === "touch" ? null : { x: clientX, y: clientY };
    if (type !== "pointermove") this.#isPressed = type === "pointerdown";
    this.#rest?.cancel();
    this.#rest = this.#clock.schedule(() => this.release(), REST_MS);
  }

  leave({ pointerType }: PointerEvent): void {
    this.#isPressed = false;
    this.#mouse = null;
    // The click of a lifted finger is still to come, and perhaps a second one.
    if (pointerType !== "touch") this.release();
  }

  release(): void {
    this.#rest?.cancel();
    this.#rest = null;
    this.#onRelease();
  }

  #rowIn(scroller: HTMLElement | null): string | null {
    if (this.#mouse === null || scroller === null) return null;
    const row = document.elementFromPoint(this.#mouse.x, this.#mouse.y)?.closest("li") ?? null;
    return row !== null && scroller.contains(row) ? row.dataset.key ?? null : null;
  }
}

function listen(
  scroller: HTMLElement | null,
  pointer: Pointer | null,
  content: HTMLElement | null,
): () => void {
  const moved = (event: PointerEvent) => pointer?.move(event);
  const left = (event: PointerEvent) => {
    // Shifted rows go back only when no pointer is over them.
    shift(content, -shiftOf(content));
    pointer?.leave(event);
  };
  const moves = ["pointermove", "pointerdown", "pointerup"] as const;
  const ends = ["pointerleave", "pointercancel"] as const;
  for (const type of moves) scroller?.addEventListener(type, moved, { passive: true });
  for (const type of ends) scroller?.addEventListener(type, left);
  return () => {
    for (const type of moves) scroller?.removeEventListener(type, moved);
    for (const type of ends) scroller?.removeEventListener(type, left);
    pointer?.release();
  };
}

function topOf(scroller: HTMLElement | null, key: string | null): number | null {
  if (key === null) return null;
  const row = scroller?.querySelector(`li[data-key="${CSS.escape(key)}"]`);
  return row?.getBoundingClientRect().top ?? null;
}

/** Where there is nothing to scroll to, the rows are shifted for as long as the pointer stays. */
function shift(content: HTMLElement | null, by: number): void {
  if (content === null || by === 0) return;
  const shifted = shiftOf(content) + by;
  content.style.marginBlockStart = shifted === 0 ? "" : `${shifted}px`;
}

function shiftOf(content: HTMLElement | null): number {
  return Number.parseFloat(content?.style.marginBlockStart || "0");
}
