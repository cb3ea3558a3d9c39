/** @import {OutboxRow, OutboxStore} from "./outbox.js" */
/** @import {JsonStorage} from "../lib/storage.js" */

const KEY = "outbox";

/**
 * Keeps the outbox in one tab's session storage: it survives a reload, and no other tab sends
 * the same rows.
 *
 * @implements {OutboxStore}
 */
export class SessionOutboxStore {
  #storage;

  /** @param {JsonStorage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @returns {Promise<OutboxRow[]>} */
  all() {
    return Promise.resolve(this.#read());
  }

  /** @param {OutboxRow} row */
  put(row) {
    this.#storage.set(KEY, [...this.#read().filter((other) => other.id !== row.id), row]);
    return Promise.resolve();
  }

  /** @param {string} id */
  remove(id) {
    const rows = this.#read().filter((row) => row.id !== id);
    this.#storage.set(KEY, rows.length === 0 ? undefined : rows);
    return Promise.resolve();
  }

  /** @returns {OutboxRow[]} */
  #read() {
    const rows = this.#storage.get(KEY);
    return Array.isArray(rows) ? rows.filter(isRow) : [];
  }
}

/** @param {any} value */
function isRow(value) {
  return typeof value?.id === "string" && typeof value.text === "string" &&
    (value.state === "pending" || value.state === "failed");
}
