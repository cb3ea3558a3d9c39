/** @import {Clock} from "../../core/clock.ts" */

/** Longest delay a browser timer takes without overflowing, in milliseconds. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The browser's own time, in the shape the modules of this page ask for.
 *
 * @type {Clock}
 */
export const browserClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(callback, delayMs) {
    // A longer one would overflow, and fire at once.
    const id = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    return { cancel: () => clearTimeout(id) };
  },
};

/**
 * Milliseconds until the reader's next midnight, when Today becomes Yesterday.
 *
 * @param {number} now Epoch milliseconds.
 */
export function untilMidnightMs(now) {
  const midnight = new Date(now);
  midnight.setHours(24, 0, 0, 0);
  return midnight.getTime() - now;
}
