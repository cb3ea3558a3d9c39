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
  readonly store: Pick<Store, "prune" | "expire">;
  readonly clock: Pick<Clock, "schedule">;
  readonly log: Log;
  /** How long a name stays reserved, in milliseconds. */
  readonly nameTtlMs: number;
}

/** Removes what retention no longer covers and what nothing refers to, in small steps, for as long as it runs. */
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
    let isMore = false;
    try {
      isMore = await this.#takeStep();
    } catch (cause) {
      this.#options.log.warn("removing old events failed", { cause: String(cause) });
    }
    this.#schedule(isMore ? STEP_PAUSE_MS : IDLE_PAUSE_MS);
  }

  async #takeStep(): Promise<boolean> {
    const { store, nameTtlMs } = this.#options;
    if (await store.prune(STEP_EVENTS) === STEP_EVENTS) return true;
    return await store.expire(nameTtlMs, STEP_EVENTS);
  }
}
