/** How much may be sent: `burst` at once, then `perSecond` for long. `perSecond` 0 is no limit. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Part of a token that sums of fractions may be off by; a time once named is kept all the same. */
const ROUNDING = 1e-6;

/** Token bucket: holds `burst` tokens, refilled at `perSecond`; each send takes one. */
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
   * Takes one token.
   *
   * @param nowMs Monotonic milliseconds.
   * @returns 0 when one was taken, otherwise milliseconds until there is one.
   */
  take(nowMs: number): number {
    const { perSecond, burst } = this.#rate;
    if (perSecond === 0) return 0;
    this.#tokens = Math.min(burst, this.#tokens + (nowMs - this.#filledAt) * perSecond / 1000);
    this.#filledAt = nowMs;
    const missing = 1 - this.#tokens;
    if (missing > ROUNDING) return Math.ceil(missing * 1000 / perSecond);
    this.#tokens -= 1;
    return 0;
  }
}
