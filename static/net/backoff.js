/** First pause's upper bound: long enough for a server to come back from a restart. */
export const FIRST_DELAY_MS = 500;
/** No pause is longer, so that a long outage ends within a breath of the server's return. */
export const LONGEST_DELAY_MS = 20_000;
/** Shortest pause a person's return may cut a wait down to. */
export const FLOOR_MS = 250;

/**
 * Pauses between attempts: exponential with full jitter, so that a thousand clients that lost the
 * server together don't return together.
 */
export class Backoff {
  #random;
  #attempts = 0;

  /** @param {() => number} random From 0 up to, not including, 1. */
  constructor(random = Math.random) {
    this.#random = random;
  }

  /** Attempts since the last success. */
  get attempts() {
    return this.#attempts;
  }

  /**
   * Milliseconds to wait before the next attempt.
   *
   * @param {number} [atLeastMs] What the server asked for; the jitter comes on top.
   */
  next(atLeastMs = 0) {
    const bound = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempts);
    this.#attempts++;
    return atLeastMs + Math.max(FLOOR_MS, Math.round(this.#random() * bound));
  }

  /** Starts over: the last attempt succeeded. */
  reset() {
    this.#attempts = 0;
  }
}
