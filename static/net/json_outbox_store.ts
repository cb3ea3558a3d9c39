import type { JsonStorage } from "./storage.ts";
import { type OutboxRow, type OutboxStore, readStoredRow } from "./outbox_store.ts";

const KEY = "outbox";

/**
 * Keeps the outbox as one JSON text. Each method has done its work when it returns, so a row
 * survives a tab that closes in the same moment.
 */
export class JsonOutboxStore implements OutboxStore {
  readonly #storage: JsonStorage;

  constructor(storage: JsonStorage) {
    this.#storage = storage;
  }

  all(account: string): Promise<OutboxRow[]> {
    return Promise.resolve(this.#read().filter((row) => row.writer?.account === account));
  }

  put(row: OutboxRow): Promise<void> {
    const rows = this.#read();
    const at = rows.findIndex((other) => other.id === row.id);
    return this.#write(at === -1 ? [...rows, row] : rows.with(at, row));
  }

  remove(id: string): Promise<void> {
    return this.#keepOnly((row) => row.id !== id);
  }

  wipe(account: string): Promise<void> {
    return this.#keepOnly((row) => row.writer?.account !== account);
  }

  isEmpty(): Promise<boolean> {
    return Promise.resolve(this.#read().length === 0);
  }

  #keepOnly(isKept: (row: OutboxRow) => boolean): Promise<void> {
    const rows = this.#read();
    const kept = rows.filter(isKept);
    return kept.length === rows.length ? Promise.resolve() : this.#write(kept);
  }

  #write(rows: OutboxRow[]): Promise<void> {
    const isKept = this.#storage.set(KEY, rows.length === 0 ? undefined : rows);
    return isKept ? Promise.resolve() : Promise.reject(new Error("Cannot keep the outbox here"));
  }

  #read(): OutboxRow[] {
    const rows = this.#storage.get(KEY);
    return Array.isArray(rows) ? rows.map(readStoredRow).filter((row) => row !== undefined) : [];
  }
}
