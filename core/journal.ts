import type { AppendResult, NewEvent, Store } from "./store.ts";

/** Hears what became of one event; a failed commit stored nothing of it. */
export type Settled = (result: AppendResult | { readonly outcome: "failed" }) => void;

/** What a {@linkcode Journal} tells of. */
export interface JournalEvents {
  /** Every event of a commit has been settled. */
  readonly onCommitted: () => void;
  /** A commit failed, with its cause. */
  readonly onFailed: (cause: unknown) => void;
}

interface Entry {
  readonly event: NewEvent | undefined;
  readonly settled: Settled;
}

/**
 * Group commit: an idle log commits at once; what arrives while a commit is in flight waits for
 * the next one. Events are settled in the order in which they were appended.
 */
export class Journal {
  #store: Pick<Store, "append">;
  #events: JournalEvents;
  #waiting: Entry[] = [];
  #committing: Promise<void> | undefined;

  constructor(store: Pick<Store, "append">, events: JournalEvents) {
    this.#store = store;
    this.#events = events;
  }

  /** Queues one event; `settled` hears the outcome once it is in the log, or isn't. */
  append(event: NewEvent, settled: Settled): void {
    this.#waiting.push({ event, settled });
    this.#commitIfIdle();
  }

  /** Runs `callback` once everything appended so far is settled; at once if nothing waits. */
  afterPending(callback: () => void): void {
    if (!this.#committing) return callback();
    this.#waiting.push({ event: undefined, settled: callback });
  }

  /** Resolves once nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#committing) await this.#committing;
  }

  #commitIfIdle(): void {
    if (this.#committing || this.#waiting.length === 0) return;
    const entries = this.#waiting;
    this.#waiting = [];
    this.#committing = this.#commit(entries).finally(() => {
      this.#committing = undefined;
      this.#commitIfIdle();
    });
  }

  async #commit(entries: readonly Entry[]): Promise<void> {
    const events = entries.flatMap(({ event }) => event ? [event] : []);
    const results = events.length === 0 ? [] : await this.#append(events);
    let next = 0;
    for (const { event, settled } of entries) {
      settled((event && results?.[next++]) ?? { outcome: "failed" });
    }
    this.#events.onCommitted();
  }

  async #append(events: readonly NewEvent[]): Promise<AppendResult[] | undefined> {
    try {
      return await this.#store.append(events);
    } catch (cause) {
      this.#events.onFailed(cause);
      return undefined;
    }
  }
}
