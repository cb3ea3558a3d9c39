import type { Clock } from "./clock.ts";
import { ChatError } from "./errors.ts";

/** The first wait; each one after it is twice as long. */
const FIRST_WAIT_MS = 60_000;
/** The longest wait. */
const LONGEST_WAIT_MS = 60 * 60_000;
/** How long after the first of them a key's failures are forgotten. */
const MEMORY_MS = 24 * 60 * 60_000;
/** Keys remembered; the one left alone longest goes first. */
const MAX_KEYS = 20_000;

interface Failures {
  count: number;
  /** Monotonic milliseconds before which nothing may be tried. */
  blockedUntil: number;
  forgottenAt: number;
}

/** What failures are counted under. */
export interface AttemptKey {
  readonly key: string;
  /** Failures a day after which every further one is followed by a wait. */
  readonly free: number;
}

/**
 * Slows down guessing. Under each key, such as an address, some attempts may fail; then there is a
 * minute's wait, and after each further failure one twice as long, up to an hour. Where five are
 * free, about 35 may be made in a day.
 */
export class Attempts {
  #clock: Pick<Clock, "monotonic">;
  #maxKeys: number;
  #failures = new Map<string, Failures>();

  /** @param maxKeys Keys remembered at once. */
  constructor(clock: Pick<Clock, "monotonic">, maxKeys: number = MAX_KEYS) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  /**
   * Counts an attempt as failed before it is made, so that many at once can't slip through.
   *
   * @throws {ChatError} `too_many_attempts` with `retryAfterMs`, if one of the keys has to wait;
   * nothing is counted then.
   */
  begin(keys: readonly AttemptKey[]): void {
    const now = this.#clock.monotonic();
    const waits = keys.map(({ key }) => (this.#current(key, now)?.blockedUntil ?? 0) - now);
    const retryAfterMs = Math.ceil(Math.max(...waits));
    if (retryAfterMs > 0) throw new ChatError("too_many_attempts", { retryAfterMs });
    for (const key of keys) this.#count(key, now);
  }

  /** Takes back the count of one attempt that succeeded, or was never made. */
  takeBack(keys: readonly AttemptKey[]): void {
    for (const { key } of keys) {
      const failures = this.#failures.get(key);
      if (!failures) continue;
      failures.count--;
      failures.blockedUntil = 0;
      if (failures.count <= 0) this.#failures.delete(key);
    }
  }

  /** Forgets all failures under a key, once whoever tried has shown to be the right one. */
  forget({ key }: AttemptKey): void {
    this.#failures.delete(key);
  }

  #current(key: string, now: number): Failures | undefined {
    const failures = this.#failures.get(key);
    return failures && failures.forgottenAt > now ? failures : undefined;
  }

  #count({ key, free }: AttemptKey, now: number): void {
    const { count: before, forgottenAt } = this.#current(key, now) ??
      { count: 0, forgottenAt: now + MEMORY_MS };
    const count = before + 1;
    this.#failures.delete(key);
    this.#failures.set(key, {
      count,
      blockedUntil: now + waitAfter(count - free),
      forgottenAt,
    });
    if (this.#failures.size <= this.#maxKeys) return;
    this.#failures.delete(this.#failures.keys().next().value!);
  }
}

function waitAfter(failuresTooMany: number): number {
  if (failuresTooMany < 0) return 0;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failuresTooMany);
}
