/// <reference lib="dom" />
/** @import {OutboxRow, OutboxStore} from "./outbox.js" */

const VERSION = 1;
const ROWS = "rows";
const BY_ID = "id";
const BY_OWNER = "owner";

/**
 * Keeps the outbox in IndexedDB, where reloads, crashes and closed tabs leave it. The key of a row
 * is its place in the order of writing; accounts and logs find theirs by an index.
 *
 * @implements {OutboxStore}
 */
export class IndexedOutboxStore {
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
    // A newer page in another tab needs another layout: it must not wait for this one.
    database.onversionchange = () => database.close();
  }

  /**
   * @param {IDBFactory} factory
   * @param {string} name
   * @returns {Promise<IndexedOutboxStore>}
   * @throws {DOMException} Where the browser forbids it, as in some private windows.
   */
  static async open(factory, name) {
    const opening = factory.open(name, VERSION);
    opening.onupgradeneeded = () => {
      const rows = opening.result.createObjectStore(ROWS, {
        keyPath: "order",
        autoIncrement: true,
      });
      rows.createIndex(BY_ID, "id", { unique: true });
      rows.createIndex(BY_OWNER, ["writer.account", "writer.epoch"]);
    };
    return new IndexedOutboxStore(await answerOf(opening));
  }

  /**
   * @param {string} account
   * @returns {Promise<OutboxRow[]>}
   */
  async all(account) {
    const rows = this.#rows("readonly").index(BY_OWNER);
    /** @type {(OutboxRow & {order: number})[]} */
    const found = await answerOf(rows.getAll(rangeOf(account)));
    return found.sort((a, b) => a.order - b.order).map(({ order: _, ...row }) => row);
  }

  /** @param {OutboxRow} row */
  async put(row) {
    const rows = this.#rows("readwrite");
    const order = await answerOf(rows.index(BY_ID).getKey(row.id));
    rows.put(order === undefined ? row : { ...row, order });
    await endOf(rows.transaction);
  }

  /** @param {string} id */
  async remove(id) {
    const rows = this.#rows("readwrite");
    const order = await answerOf(rows.index(BY_ID).getKey(id));
    if (order !== undefined) rows.delete(order);
    await endOf(rows.transaction);
  }

  /** @param {string} account */
  async wipe(account) {
    const rows = this.#rows("readwrite");
    const orders = await answerOf(rows.index(BY_OWNER).getAllKeys(rangeOf(account)));
    for (const order of orders) rows.delete(order);
    await endOf(rows.transaction);
  }

  async isEmpty() {
    return await answerOf(this.#rows("readonly").count()) === 0;
  }

  /** @param {IDBTransactionMode} mode */
  #rows(mode) {
    return this.#database.transaction(ROWS, mode).objectStore(ROWS);
  }
}

/**
 * Every log's rows of one account: an array sorts after every string.
 *
 * @param {string} account
 */
function rangeOf(account) {
  return IDBKeyRange.bound([account], [account, []]);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function endOf(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
