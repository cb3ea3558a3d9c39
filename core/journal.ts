import type { Clock } from "./clock.ts";
import type { AppendResult, NewEvent, Store } from "./store.ts";

/** Hears what became of one event; a failed commit stored nothing of it. */
export type Settled = (result: AppendResult | { readonly outcome: "failed" }) => void;

/** What a {@linkcode Journal} tells of. */
export interface JournalEvents {
  /** Every event of a commit has been settled. */
  readonly onCommitted: () => void;
  /** A commit failed, or somebody who was told of one did; with the cause. */
  readonly onError: (cause: unknown) => void;
}

interface Entry {
  readonly event: NewEvent | undefined;
  readonly settled: Settled;
}

/** Most events of one commit. */
const MAX_BATCH_EVENTS = 256;
/** Most characters of one commit's texts; a longer text is committed alone. */
const MAX_BATCH_LENGTH = 64 * 1024;

/**
 * Group commit: an idle log commits at once; what arrives while a commit is in flight waits for
 * the next one. Events are settled in the order in which they were appended.
 *
 * At most one commit is made in a turn of the event loop, and its size is bounded, so that what it
 * sends out has left before the next one adds to it: without that, a burst that arrives in one
 * turn makes every reader look slow.
 */
export class Journal {
  #store: Pick<Store, "append">;
  #clock: Pick<Clock, "schedule">;
  #events: JournalEvents;
  #waiting: Entry[] = [];
  #state: "idle" | "committing" | "resting" = "idle";
  #whenIdle: (() => void)[] = [];

  constructor(store: Pick<Store, "append">, clock: Pick<Clock, "schedule">, events: JournalEvents) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
  }

  /** Queues one event; `settled` hears the outcome once it is in the log, or isn't. */
  append(event: NewEvent, settled: Settled): void {
    this.#waiting.push({ event, settled });
    if (this.#state === "idle") this.#commit();
  }

  /** Runs `callback` once everything appended so far is settled; at once if nothing waits. */
  afterPending(callback: () => void): void {
    if (this.#state !== "committing" && this.#waiting.length === 0) return callback();
    this.#waiting.push({ event: undefined, settled: callback });
  }

  /** Whether events are being committed or wait for it. */
  get isBusy(): boolean {
    return this.#state === "committing" || this.#waiting.length > 0;
  }

  /** Resolves once nothing waits any more. */
  idle(): Promise<void> {
    if (this.#state === "idle") return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Drops what waits; the commit under way is settled. */
  close(): void {
    this.#waiting = [];
  }

  async #commit(): Promise<void> {
    this.#state = "committing";
    const entries = this.#takeBatch();
    const events = entries.flatMap(({ event }) => event ? [event] : []);
    const results = events.length === 0 ? [] : await this.#append(events);
    let next = 0;
    for (const { event, settled } of entries) {
      const result = (event && results?.[next++]) ?? { outcome: "failed" } as const;
      this.#attempt(() => settled(result));
    }
    this.#state = "resting";
    this.#attempt(() => this.#events.onCommitted());
    this.#clock.schedule(() => this.#goOn(), 0);
  }

  /** A follower that throws must not stop the log for all. */
  #attempt(follower: () => void): void {
    try {
      follower();
    } catch (cause) {
      this.#events.onError(cause);
    }
  }

  #goOn(): void {
    this.#state = "idle";
    if (this.#waiting.length > 0) this.#commit();
    else this.#whenIdle.splice(0).forEach((resolve) => resolve());
  }

  #takeBatch(): Entry[] {
    let length = 0;
    let count = 0;
    for (const { event } of this.#waiting) {
      length += event?.text.length ?? 0;
      if (count > 0 && (count === MAX_BATCH_EVENTS || length > MAX_BATCH_LENGTH)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #append(events: readonly NewEvent[]): Promise<AppendResult[] | undefined> {
    try {
      return await this.#store.append(events);
    } catch (cause) {
      this.#events.onError(cause);
      return undefined;
    }
  }
}
