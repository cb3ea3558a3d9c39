/// <reference lib="dom" />
import { type OutboxRow, type OutboxStore, readStoredRow } from "./outbox_store.ts";

const VERSION = 1;
const ROWS = "rows";
const BY_ID = "id";
const BY_OWNER = "owner";

/**
 * Keeps the outbox in IndexedDB, through reloads, crashes and closed tabs. The key of a row is its
 * place in the order of writing, which all tabs share; an index finds the rows of an account.
 */
export class IndexedOutboxStore implements OutboxStore {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
    // A newer page in another tab may need another layout, and must not wait for this tab.
    database.onversionchange = () => database.close();
  }

  /** @throws {DOMException} Where the browser forbids it, as in some private windows. */
  static async open(factory: IDBFactory, name: string): Promise<IndexedOutboxStore> {
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

  async all(account: string): Promise<OutboxRow[]> {
    const rows = this.#rows("readonly").index(BY_OWNER);
    const found: { order: number }[] = await answerOf(rows.getAll(rangeOf(account)));
    return found.sort((a, b) => a.order - b.order).map(readStoredRow)
      .filter((row) => row !== undefined);
  }

  async put(row: OutboxRow): Promise<void> {
    const rows = this.#rows("readwrite");
    const order = await answerOf(rows.index(BY_ID).getKey(row.id));
    rows.put(order === undefined ? row : { ...row, order });
    await endOf(rows.transaction);
  }

  async remove(id: string): Promise<void> {
    const rows = this.#rows("readwrite");
    const order = await answerOf(rows.index(BY_ID).getKey(id));
    if (order !== undefined) rows.delete(order);
    await endOf(rows.transaction);
  }

  async wipe(account: string): Promise<void> {
    const rows = this.#rows("readwrite");
    const orders = await answerOf(rows.index(BY_OWNER).getAllKeys(rangeOf(account)));
    for (const order of orders) rows.delete(order);
    await endOf(rows.transaction);
  }

  async isEmpty(): Promise<boolean> {
    return await answerOf(this.#rows("readonly").count()) === 0;
  }

  #rows(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(ROWS, mode).objectStore(ROWS);
  }
}

/** Every log's rows of one account: an array sorts after every string. */
function rangeOf(account: string): IDBKeyRange {
  return IDBKeyRange.bound([account], [account, []]);
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
