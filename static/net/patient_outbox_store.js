/** @import {Clock} from "../../core/clock.ts" */
/** @import {OutboxRow, OutboxStore} from "./outbox.js" */

/** How long the browser's database may take for one answer: some never give one. */
export const PATIENCE_MS = 2_000;

/** What is got instead of an answer. */
const SILENCE = Symbol("silence");

/**
 * The outbox's store as the page uses it: the browser's database, which is slow to write, may be
 * forbidden and may never answer, and beside it a near store that keeps a row at once. A row stays
 * there until the database holds it, or for as long as the database doesn't answer.
 *
 * @implements {OutboxStore}
 */
export class PatientOutboxStore {
  #database;
  #near;
  #clock;
  #onGivenUp;
  /** Accounts whose near rows the database was given. */
  #handedOver = new Set();
  /** Ids of rows that the database didn't take. */
  #refused = new Set();
  #hasGivenUp = false;
  /** @type {(silence: typeof SILENCE) => void} */
  #endWaits = () => {};
  /** @type {Promise<typeof SILENCE>} */
  #silence = new Promise((resolve) => this.#endWaits = resolve);

  /**
   * @param {object} options
   * @param {Promise<OutboxStore>} options.database Rejected where the browser forbids it.
   * @param {OutboxStore} options.near Keeps a row before it returns.
   * @param {Clock} options.clock
   * @param {() => void} options.onGivenUp The database didn't answer; it isn't waited for any more.
   */
  constructor({ database, near, clock, onGivenUp }) {
    this.#database = database;
    this.#near = near;
    this.#clock = clock;
    this.#onGivenUp = onGivenUp;
  }

  /** Whether the database once failed to answer. */
  get hasGivenUp() {
    return this.#hasGivenUp;
  }

  /** @param {string} account */
  async all(account) {
    await this.#handOver(account);
    const answer = this.#database.then((database) => database.all(account));
    const rows = await this.#within(answer, () => this.#near.all(account));
    const ids = new Set(rows.map(({ id }) => id));
    const near = await this.#near.all(account);
    return [...rows, ...near.filter(({ id }) => this.#refused.has(id) && !ids.has(id))];
  }

  /** @param {OutboxRow} row */
  async put(row) {
    const isNear = this.#near.put(row).then(() => true, () => false);
    const answer = this.#database.then(async (database) => {
      await database.put(row);
      this.#refused.delete(row.id);
      await this.#near.remove(row.id);
    });
    await this.#within(answer, async () => {
      this.#refused.add(row.id);
      if (!await isNear) throw new Error("Cannot keep the outbox here");
    });
  }

  /** @param {string} id */
  async remove(id) {
    const near = this.#near.remove(id);
    const answer = this.#database.then((database) => database.remove(id));
    await this.#within(answer, () => near);
  }

  /** @param {string} account */
  async wipe(account) {
    const near = this.#near.wipe(account);
    const answer = this.#database.then((database) => database.wipe(account));
    await this.#within(answer, () => near);
  }

  /** Whether no row is known of; a database that doesn't answer may hold some. */
  async isEmpty() {
    const answer = this.#database.then((database) => database.isEmpty());
    const isEmpty = await this.#within(answer, () => Promise.resolve(!this.#hasGivenUp));
    return isEmpty && await this.#near.isEmpty();
  }

  /**
   * Gives the database what an earlier page could keep nearby only.
   *
   * @param {string} account
   */
  async #handOver(account) {
    if (this.#handedOver.has(account)) return;
    this.#handedOver.add(account);
    for (const row of await this.#near.all(account)) await this.put(row);
  }

  /**
   * @template T
   * @param {Promise<T>} answer The database's.
   * @param {() => Promise<T>} instead Used where there is none in time.
   * @returns {Promise<T>}
   */
  async #within(answer, instead) {
    // A request is made even after giving up: a database that recovers should hold the truth.
    const heard = answer.catch(() => SILENCE);
    if (this.#hasGivenUp) return instead();
    const timer = this.#clock.schedule(() => this.#giveUp(), PATIENCE_MS);
    const result = await Promise.race([heard, this.#silence]);
    timer.cancel();
    return result === SILENCE ? instead() : /** @type {T} */ (result);
  }

  #giveUp() {
    if (this.#hasGivenUp) return;
    this.#hasGivenUp = true;
    // All that wait go on at once, so that none of them is overtaken by what comes next.
    this.#endWaits(SILENCE);
    this.#onGivenUp();
  }
}
