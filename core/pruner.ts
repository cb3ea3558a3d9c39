import type { Clock, Timer } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Store } from "./store.ts";

/** Events removed in one commit: a step that delays nobody's message noticeably. */
const STEP_EVENTS = 50;
/** Pause between two steps, so that messages come in between, in milliseconds. */
const STEP_PAUSE_MS = 20;
/** Pause when there is nothing left to remove, in milliseconds. */
const IDLE_PAUSE_MS = 10_000;

/** What a {@linkcode Pruner} needs from outside. */
export interface PrunerOptions {
  readonly store: Pick<Store, "prune">;
  readonly clock: Pick<Clock, "schedule">;
  readonly log: Log;
}

/** Removes what retention no longer covers, in small steps, for as long as it runs. */
export class Pruner {
  #options: PrunerOptions;
  #timer: Timer | undefined;
  #step: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: PrunerOptions) {
    this.#options = options;
    this.#schedule(0);
  }

  /** Stops it; resolves once the step under way is done. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    return this.#step;
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.schedule(() => this.#step = this.#prune(), delayMs);
  }

  async #prune(): Promise<void> {
    const { store, log } = this.#options;
    let removed = 0;
    try {
      removed = await store.prune(STEP_EVENTS);
    } catch (cause) {
      log.warn("removing old events failed", { cause: String(cause) });
    }
    this.#schedule(removed === STEP_EVENTS ? STEP_PAUSE_MS : IDLE_PAUSE_MS);
  }
}
