import type { Clock, Timer } from "./clock.ts";
import type { Log } from "./log.ts";

/** Events indexed in one commit: some 20 ms of work. */
const STEP_EVENTS = 500;
/** Indexing begins once nothing was stored for this long, in milliseconds. */
const QUIET_MS = 50;
/** It waits no longer than this for quiet, and rests this long between steps without it. */
const MAX_WAIT_MS = 1000;
/** Beyond this many events it rests less, so that it can't fall behind for ever. */
const FAR_BEHIND = 10_000;
const FAR_BEHIND_REST_MS = 100;

/** What an {@linkcode Indexer} needs from outside. */
export interface IndexerOptions {
  readonly clock: Pick<Clock, "monotonic" | "schedule">;
  readonly log: Pick<Log, "warn">;
  /** Indexes the next events, at most `limit`; says how many it were. */
  readonly index: (limit: number) => Promise<number>;
}

/** Has events indexed when there is time for it, and at a steady pace when there never is. */
export class Indexer {
  #options: IndexerOptions;
  #behind = 0;
  #waitingSince: number | undefined;
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
    const restMs = this.#behind > FAR_BEHIND ? FAR_BEHIND_REST_MS : MAX_WAIT_MS;
    this.#schedule(Math.min(QUIET_MS, Math.max(0, this.#waitingSince + restMs - now)));
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.schedule(() => this.#begin(), delayMs);
  }

  #begin(): void {
    this.#isQuiet = true;
    this.#step = this.#index().finally(() => this.#step = undefined);
  }

  async #index(): Promise<void> {
    const { index, log } = this.#options;
    this.#waitingSince = undefined;
    try {
      const count = await index(STEP_EVENTS);
      this.#behind = count < STEP_EVENTS && this.#isQuiet ? 0 : Math.max(0, this.#behind - count);
    } catch (cause) {
      log.warn("indexing failed", { cause: String(cause) });
      return this.#schedule(MAX_WAIT_MS);
    }
    if (this.#behind === 0) return;
    if (this.#isQuiet) this.#schedule(0);
    else this.#wait();
  }
}
