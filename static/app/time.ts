import type { Clock, Timer } from "../../core/clock.ts";
import type { Store } from "./store.ts";

/** Longest delay a browser's timer takes without overflowing, in milliseconds. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A timer may fire a little early: this long after midnight it is surely the next day. */
const PAST_MIDNIGHT_MS = 50;

/** The browser's own time. */
export const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(callback, delayMs) {
    // A longer delay would overflow and fire at once.
    const id = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS));
    return { cancel: () => clearTimeout(id) };
  },
};

/** Updates `today` at midnight. Returns a function that stops this. */
export function followDays(store: Store, clock: Clock): () => void {
  let timer: Timer;
  const begin = () => {
    const now = clock.now();
    store.act((state) => ({ ...state, today: midnight(now, 0) }));
    timer = clock.schedule(begin, midnight(now, 1) - now + PAST_MIDNIGHT_MS);
  };
  begin();
  return () => timer.cancel();
}

/** Midnight at the start of the reader's day plus `days`. A day may have 23 or 25 hours. */
function midnight(now: number, days: number): number {
  return new Date(now).setHours(24 * days, 0, 0, 0);
}
