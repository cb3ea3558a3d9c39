import type { Clock, Timer } from "./clock.ts";
import type { Log } from "./log.ts";

/** Events indexed in one commit when nothing else is to be stored: some 20 ms of work. */
const STEP_EVENTS = 500;
/** The same when there is: the next commit waits for that step, some 4 ms. */
const BUSY_STEP_EVENTS = 100;
/** Indexing begins once nothing was stored for this long, in milliseconds. */
const QUIET_MS = 50;
/** It waits no longer than this for quiet, and rests this long between steps without it. */
const MAX_WAIT_MS = 250;
/** Beyond this many events it rests only as long as it must not to hold up what is to be stored. */
const FAR_BEHIND = 10_000;
/** Rest for each millisecond of a step then: a twentieth of the time is for indexing. */
const REST_PER_STEP = 19;
/** Time before it tries again after a failure. */
const RETRY_MS = 1000;

/** What a step did. */
export interface IndexStep {
  /** Events indexed. */
  readonly count: number;
  /** Whether the indexes hold all there is now. */
  readonly isLast: boolean;
}

/** What an {@linkcode Indexer} needs from outside. */
export interface IndexerOptions {
  readonly clock: Pick<Clock, "monotonic" | "schedule">;
  readonly log: Pick<Log, "warn">;
  /** Indexes the next events, at most `limit`. */
  readonly index: (limit: number) => Promise<IndexStep>;
}

/** Has events indexed when there is time for it, and at a steady pace when there never is. */
export class Indexer {
  #options: IndexerOptions;
  #behind = 0;
  #waitingSince: number | undefined;
  /** What the last step took, in milliseconds. */
  #stepMs = 0;
  #isQuiet = true;
  #timer: Timer | undefined;
  #step: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: IndexerOptions) {
    this.#options = options;
  }

  /** Says that more events are to be indexed. */
  add(events: number): void {
    if (events === 0) return;
    this.#behind += events;
    this.#isQuiet = false;
    if (!this.#step) this.#wait();
  }

  /** Stops it; resolves once the step under way is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#step;
  }

  /** Begins once it is quiet, or has not been for too long. */
  #wait(): void {
    const { clock } = this.#options;
    const now = clock.monotonic();
    this.#waitingSince ??= now;
    const restMs = Math.min(
      MAX_WAIT_MS,
      this.#behind > FAR_BEHIND ? this.#stepMs * REST_PER_STEP : Infinity,
    );
    const leftMs = Math.max(0, this.#waitingSince + restMs - now);
    if (leftMs < QUIET_MS) this.#schedule(leftMs, BUSY_STEP_EVENTS);
    else this.#schedule(QUIET_MS, STEP_EVENTS);
  }

  #schedule(delayMs: number, limit: number): void {
    if (this.#isClosed) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.schedule(() => this.#begin(limit), delayMs);
  }

  #begin(limit: number): void {
    this.#isQuiet = true;
    this.#step = this.#index(limit).finally(() => this.#step = undefined);
  }

  async #index(limit: number): Promise<void> {
    const { index, log, clock } = this.#options;
    const startedAt = clock.monotonic();
    this.#waitingSince = undefined;
    try {
      const { count, isLast } = await index(limit);
      this.#stepMs = clock.monotonic() - startedAt;
      this.#behind = isLast && this.#isQuiet ? 0 : Math.max(0, this.#behind - count);
    } catch (cause) {
      log.warn("indexing failed", { cause: String(cause) });
      return this.#schedule(RETRY_MS, STEP_EVENTS);
    }
    if (this.#behind === 0) return;
    if (this.#isQuiet && limit === STEP_EVENTS) this.#schedule(0, STEP_EVENTS);
    else this.#wait();
  }
}
