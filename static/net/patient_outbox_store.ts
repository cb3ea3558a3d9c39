import type { Clock } from "../../core/clock.ts";
import type { OutboxRow, OutboxStore } from "./outbox_store.ts";

/** How long the browser's database may take for one answer: some never give one. */
export const PATIENCE_MS = 2_000;

/** Stands for a missing answer. */
const SILENCE = Symbol("silence");

export interface PatientOutboxStoreOptions {
  /** Rejected where the browser forbids it. */
  readonly database: Promise<OutboxStore>;
  /** Keeps a row before its `put` returns. */
  readonly near: OutboxStore;
  readonly clock: Clock;
  /** The database didn't answer in time; from now on the page does without it. */
  readonly onGivenUp: () => void;
}

/**
 * The outbox's store as the page uses it: the browser's database, which is slow to write, may be
 * forbidden and may never answer, and beside it a near store that keeps a row at once. A row stays
 * in the near store until the database holds it. A `put` rejects only if neither store keeps the
 * row, and no method waits longer than {@linkcode PATIENCE_MS}.
 */
export class PatientOutboxStore implements OutboxStore {
  readonly #options: PatientOutboxStoreOptions;
  /** Accounts whose near rows went to the database. */
  readonly #handedOver = new Set<string>();
  /** Ids of rows that the database didn't take. */
  readonly #refused = new Set<string>();
  readonly #silence = Promise.withResolvers<typeof SILENCE>();
  #hasGivenUp = false;

  constructor(options: PatientOutboxStoreOptions) {
    this.#options = options;
    // A forbidden database is no fault to be reported, though nobody may have asked it so far.
    options.database.catch(() => {});
  }

  /** Whether the database once failed to answer. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp;
  }

  async all(account: string): Promise<OutboxRow[]> {
    const { database, near } = this.#options;
    await this.#handOver(account);
    const answer = database.then((database) => database.all(account));
    const rows = await this.#within(answer, () => near.all(account));
    const ids = new Set(rows.map(({ id }) => id));
    const nearRows = await near.all(account);
    return [...rows, ...nearRows.filter(({ id }) => this.#refused.has(id) && !ids.has(id))];
  }

  async put(row: OutboxRow): Promise<void> {
    const { database, near } = this.#options;
    const isNear = near.put(row).then(() => true, () => false);
    const answer = database.then(async (database) => {
      await database.put(row);
      this.#refused.delete(row.id);
      await near.remove(row.id);
    });
    await this.#within(answer, async () => {
      this.#refused.add(row.id);
      if (!await isNear) throw new Error("Cannot keep the outbox here");
    });
  }

  remove(id: string): Promise<void> {
    return this.#inBoth((store) => store.remove(id));
  }

  wipe(account: string): Promise<void> {
    return this.#inBoth((store) => store.wipe(account));
  }

  /** Whether no row is known of; a database that doesn't answer may hold some. */
  async isEmpty(): Promise<boolean> {
    const { database, near } = this.#options;
    const answer = database.then((database) => database.isEmpty());
    const isEmpty = await this.#within(answer, () => Promise.resolve(!this.#hasGivenUp));
    return isEmpty && await near.isEmpty();
  }

  /** Moves an earlier page's near rows into the database. */
  async #handOver(account: string): Promise<void> {
    if (this.#handedOver.has(account)) return;
    this.#handedOver.add(account);
    for (const row of await this.#options.near.all(account)) await this.put(row);
  }

  async #inBoth(work: (store: OutboxStore) => Promise<void>): Promise<void> {
    const near = work(this.#options.near);
    await this.#within(this.#options.database.then(work), () => near);
  }

  /** The database's answer, or what `instead` gives when there is none in time. */
  async #within<T>(answer: Promise<T>, instead: () => Promise<T>): Promise<T> {
    // A request is made even after giving up: a database that recovers should hold the truth.
    const heard = answer.catch((): typeof SILENCE => SILENCE);
    if (this.#hasGivenUp) return instead();
    const timer = this.#options.clock.schedule(() => this.#giveUp(), PATIENCE_MS);
    const result = await Promise.race([heard, this.#silence.promise]);
    timer.cancel();
    return result === SILENCE ? instead() : result as T;
  }

  #giveUp(): void {
    if (this.#hasGivenUp) return;
    this.#hasGivenUp = true;
    // All waiting calls go on at once, so that no later call overtakes them.
    this.#silence.resolve(SILENCE);
    this.#options.onGivenUp();
  }
}
