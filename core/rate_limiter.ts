/** How much may be sent: `burst` at once, then `perSecond` for long. `perSecond` 0 is no limit. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A rate that never refuses. */
export const NO_LIMIT: Rate = { perSecond: 0, burst: 0 };

/** Part of a token that sums of fractions may be off by; a time once named is kept all the same. */
const ROUNDING = 1e-6;

/** Token bucket: holds `burst` tokens, refilled at `perSecond`. */
export class TokenBucket {
  #rate: Rate;
  #tokens: number;
  #filledAt: number;

  /** @param nowMs Monotonic milliseconds; the bucket starts full. */
  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = nowMs;
  }

  /**
   * Takes tokens: all that are asked for, or none.
   *
   * @param nowMs Monotonic milliseconds.
   * @returns 0 when they were taken, otherwise milliseconds until there are enough.
   */
  take(nowMs: number, tokens = 1): number {
    const { perSecond, burst } = this.#rate;
    if (perSecond === 0) return 0;
    this.#tokens = Math.min(burst, this.#tokens + (nowMs - this.#filledAt) * perSecond / 1000);
    this.#filledAt = nowMs;
    const missing = tokens - this.#tokens;
    if (missing > ROUNDING) return Math.ceil(missing * 1000 / perSecond);
    this.#tokens -= tokens;
    return 0;
  }

  /** Returns tokens that were taken for something that isn't limited after all. */
  giveBack(tokens = 1): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + tokens);
  }

  /** Tokens missing from a full bucket when something was last taken. */
  get spent(): number {
    return this.#rate.burst - this.#tokens;
  }
}
