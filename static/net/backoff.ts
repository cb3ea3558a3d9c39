/** Upper bound of the first pause: long enough for a server to come back from a restart. */
const FIRST_DELAY_MS = 500;
/** Upper bound of any pause, so that a long outage ends soon after the server's return. */
export const LONGEST_DELAY_MS = 20_000;
/** Shortest pause, also when a person's return cuts a wait short. */
export const FLOOR_MS = 250;

/**
 * Pauses between attempts: exponential with full jitter, so that a thousand clients that lost the
 * server together don't return together.
 */
export class Backoff {
  readonly #random: () => number;
  #attempts = 0;

  /** @param random From 0 up to, not including, 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Attempts since the last success. */
  get attempts(): number {
    return this.#attempts;
  }

  /**
   * Milliseconds to wait before the next attempt.
   *
   * @param atLeastMs What the server asked for; the jitter comes on top.
   */
  next(atLeastMs = 0): number {
    const bound = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempts);
    this.#attempts++;
    return atLeastMs + Math.max(FLOOR_MS, Math.round(this.#random() * bound));
  }

  /** Starts over: the last attempt succeeded. */
  reset(): void {
    this.#attempts = 0;
  }
}
