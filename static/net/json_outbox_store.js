/** @import {OutboxRow, OutboxStore} from "./outbox.js" */
/** @import {JsonStorage} from "../lib/storage.js" */

const KEY = "outbox";

/**
 * Keeps the outbox as one JSON text. Each method has done its work when it returns: what is kept
 * here survives a tab that is closed in the same moment.
 *
 * @implements {OutboxStore}
 */
export class JsonOutboxStore {
  #storage;

  /** @param {JsonStorage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @param {string} account */
  all(account) {
    return Promise.resolve(this.#read().filter((row) => row.writer?.account === account));
  }

  /** @param {OutboxRow} row */
  put(row) {
    const rows = this.#read();
    const at = rows.findIndex((other) => other.id === row.id);
    return this.#write(at === -1 ? [...rows, row] : rows.with(at, row));
  }

  /** @param {string} id */
  remove(id) {
    return this.#keepOnly((row) => row.id !== id);
  }

  /** @param {string} account */
  wipe(account) {
    return this.#keepOnly((row) => row.writer?.account !== account);
  }

  isEmpty() {
    return Promise.resolve(this.#read().length === 0);
  }

  /** @param {(row: OutboxRow) => boolean} isKept */
  #keepOnly(isKept) {
    const rows = this.#read();
    const kept = rows.filter(isKept);
    return kept.length === rows.length ? Promise.resolve() : this.#write(kept);
  }

  /** @param {OutboxRow[]} rows */
  #write(rows) {
    const isKept = this.#storage.set(KEY, rows.length === 0 ? undefined : rows);
    return isKept ? Promise.resolve() : Promise.reject(new Error("Cannot keep the outbox here"));
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
