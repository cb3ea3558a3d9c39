import type { Clock } from "./clock.ts";
import { ChatError } from "./errors.ts";
import { type Rate, TokenBucket } from "./rate_limiter.ts";

/** Keys remembered; the one left alone longest goes first. */
const MAX_KEYS = 20_000;

/** One rate for each of many keys, such as sessions or addresses, in bounded memory. */
export class RateLimits {
  #rate: Rate;
  #clock: Pick<Clock, "monotonic">;
  #maxKeys: number;
  #buckets = new Map<string, TokenBucket>();

  /** @param maxKeys Keys remembered at once. */
  constructor(rate: Rate, clock: Pick<Clock, "monotonic">, maxKeys: number = MAX_KEYS) {
    this.#rate = rate;
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  /**
   * Takes one token of a key.
   *
   * @throws {ChatError} `rate_limited` with `retryAfterMs` when it has none.
   */
  take(key: string): void {
    const retryAfterMs = this.bucketOf(key).take(this.#clock.monotonic());
    if (retryAfterMs > 0) throw new ChatError("rate_limited", { retryAfterMs });
  }

  /** The bucket of a key: a full one if the key is new or was forgotten. */
  bucketOf(key: string): TokenBucket {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rate, this.#clock.monotonic());
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#maxKeys) {
      this.#buckets.delete(this.#buckets.keys().next().value!);
    }
    return bucket;
  }
}
