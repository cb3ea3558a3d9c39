import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

/** Most time between a commit and the next start that is believed, in milliseconds: seven days. */
export const MAX_ABSENCE_MS = 7 * 86_400_000;

/** One moment on both clocks. */
export interface Moment {
  /** Wall clock, epoch milliseconds: for people to read; it decides nothing. */
  readonly at: number;
  /** Milliseconds that never run backwards: what expiry is measured in. */
  readonly logTime: number;
}

/** Where a log stood at its last commit; `at` is null if it has none. */
export interface LastMoment {
  readonly at: number | null;
  readonly logTime: number;
}

/** What a {@linkcode LogTime} needs from outside. */
export interface LogTimeOptions {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  /** @default {A log that begins now} */
  readonly last?: LastMoment;
  /** Counts all the time since the last commit, however long. @default {false} */
  readonly trustClock?: boolean;
  /** Told when the wall clock is not believed. */
  readonly log?: Pick<Log, "warn">;
}

/**
 * The log's own time. The monotonic clock advances it while the server runs. How long the server
 * was away only the wall clock can tell, and that may be wrong: it counts for seven days at most,
 * and never runs back.
 */
export class LogTime {
  #clock: Pick<Clock, "now" | "monotonic">;
  #base: number;

  constructor(options: LogTimeOptions) {
    const { clock, last } = options;
    this.#clock = clock;
    const start = last ? last.logTime + absenceSince(last, options) : 0;
    this.#base = start - clock.monotonic();
  }

  /** The present moment, in whole milliseconds. */
  now(): Moment {
    const logTime = Math.floor(this.#base + this.#clock.monotonic());
    return { at: Math.floor(this.#clock.now()), logTime };
  }
}

function absenceSince({ at }: LastMoment, options: LogTimeOptions): number {
  const { clock, trustClock = false, log } = options;
  if (at === null) return 0;
  const elapsedMs = Math.floor(clock.now() - at);
  const countedMs = Math.max(0, trustClock ? elapsedMs : Math.min(elapsedMs, MAX_ABSENCE_MS));
  if (countedMs !== elapsedMs) {
    log?.warn("the clock jumped, or the server was down for over 7 days; see --trust-clock", {
      elapsedMs,
      countedMs,
    });
  }
  return countedMs;
}
