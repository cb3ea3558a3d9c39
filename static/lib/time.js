/** @import {Clock} from "../../core/clock.ts" */

/**
 * The browser's own time, in the shape the modules of this page ask for.
 *
 * @type {Clock}
 */
export const browserClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(callback, delayMs) {
    const id = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(id) };
  },
};

/** Longest delay a browser timer takes without overflowing, in milliseconds. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

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
