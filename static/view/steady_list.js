/** @import {Clock, Timer} from "../../core/clock.ts" */

/** Time after its last move for which a pointer may still be about to press something. */
const REST_MS = 1_000;

/**
 * Keeps rows from moving under a pointer or a finger, so that nobody presses another row than the
 * one they aimed at. While the pointer moves or presses, rows are held; once it rests on a row, the
 * others may change around that one.
 */
export class SteadyList {
  #scroller;
  #content;
  #clock;
  #onRelease;
  /** Where the mouse is over the list. @type {{x: number, y: number} | null} */
  #mouse = null;
  #isPressed = false;
  /** How far the content is out of its place, in pixels. */
  #shift = 0;
  /** @type {Timer | null} */
  #rest = null;

  /**
   * @param {HTMLElement} scroller What holds the rows, and scrolls.
   * @param {HTMLElement} content The first thing in it.
   * @param {Clock} clock
   * @param {() => void} onRelease Rows may change again.
   */
  constructor(scroller, content, clock, onRelease) {
    this.#scroller = scroller;
    this.#content = content;
    this.#clock = clock;
    this.#onRelease = onRelease;
    for (const type of /** @type {const} */ (["pointermove", "pointerdown", "pointerup"])) {
      scroller.addEventListener(type, (event) => this.#moved(event), { passive: true });
    }
    for (const type of /** @type {const} */ (["pointerleave", "pointercancel"])) {
      scroller.addEventListener(type, (event) => this.#left(event));
    }
  }

  /** Whether no row may come, go or move now. */
  get isHeld() {
    return this.#isPressed || this.#rest !== null;
  }

  /** The row a mouse rests on. */
  get pinned() {
    if (this.#mouse === null) return null;
    const row = document.elementFromPoint(this.#mouse.x, this.#mouse.y)?.closest("li") ?? null;
    return row !== null && this.#scroller.contains(row) ? row : null;
  }

  /**
   * Makes a change after which the row under the mouse is where it was.
   *
   * @param {() => void} apply
   */
  change(apply) {
    const row = this.pinned;
    if (row === null) return apply();
    const before = row.getBoundingClientRect().top;
    apply();
    const moved = () => row.getBoundingClientRect().top - before;
    this.#scroller.scrollTop += moved();
    // Where there is nothing to scroll to, the rows are shifted for as long as the pointer stays.
    if (moved() !== 0) this.#shift -= moved();
    this.#content.style.marginBlockStart = this.#shift === 0 ? "" : `${this.#shift}px`;
  }

  /** @param {PointerEvent} event */
  #moved({ type, pointerType, clientX, clientY }) {
    this.#mouse = pointerType === "touch" ? null : { x: clientX, y: clientY };
    if (type !== "pointermove") this.#isPressed = type === "pointerdown";
    this.#rest?.cancel();
    this.#rest = this.#clock.schedule(() => this.#release(), REST_MS);
  }

  /** @param {PointerEvent} event */
  #left({ pointerType }) {
    this.#isPressed = false;
    this.#mouse = null;
    this.#shift = 0;
    this.#content.style.marginBlockStart = "";
    // A lifted finger's click is still to come, and perhaps a second one.
    if (pointerType !== "touch") this.#release();
  }

  #release() {
    this.#rest?.cancel();
    this.#rest = null;
    this.#onRelease();
  }
}
