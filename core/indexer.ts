import type { Clock, Timer } from "./clock.ts";
import type { Log } from "./log.ts";

/** Indexing begins so long after something is stored, in milliseconds: what comes meanwhile joins. */
const DELAY_MS = 50;
/**
 * Rest for each millisecond of a step while more is being stored: indexing then takes a twentieth of
 * one core from those who are waiting for their messages.
 */
const REST_PER_STEP = 19;
/** Time before it tries again after a failure. */
const RETRY_MS = 10_000;

/** What a step did. */
export interface IndexStep {
  /** Whether there is nothing left to do now. */
  readonly isLast: boolean;
}

/** What an {@linkcode Indexer} needs from outside. */
export interface IndexerOptions {
  readonly clock: Pick<Clock, "monotonic" | "schedule">;
  readonly log: Pick<Log, "warn">;
  /** Does one step. */
  readonly index: () => Promise<IndexStep>;
}

/** Keeps the search indexes up with the log: at full speed in quiet times, and else at leisure. */
export class Indexer {
  #options: IndexerOptions;
  #timer: Timer | undefined;
  #step: Promise<void> | undefined;
  #isWoken = false;
  #isClosed = false;

  constructor(options: IndexerOptions) {
    this.#options = options;
  }

  /** Says that there may be something to do. */
  wake(): void {
    this.#isWoken = true;
    if (!this.#timer && !this.#step) this.#schedule(DELAY_MS);
  }

  /** Stops it; resolves once the step under way is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#step;
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.schedule(() => {
      this.#timer = undefined;
      this.#step = this.#index().finally(() => this.#step = undefined);
    }, delayMs);
  }

  async #index(): Promise<void> {
    const { index, log, clock } = this.#options;
    const startedAt = clock.monotonic();
    const wasWoken = this.#isWoken;
    this.#isWoken = false;
    try {
      const { isLast } = await index();
      const restMs = Math.max(DELAY_MS, (clock.monotonic() - startedAt) * REST_PER_STEP);
      if (this.#isWoken) this.#schedule(restMs);
      else if (!isLast) this.#schedule(wasWoken ? restMs : 0);
    } catch (cause) {
      log.warn("indexing failed", { cause: String(cause) });
      this.#schedule(RETRY_MS);
    }
  }
}
