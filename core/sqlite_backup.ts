import { existsSync } from "node:fs";
import { backup } from "node:sqlite";
import { SqliteDatabase } from "./sqlite_database.ts";
import { filesIn, makeWhole } from "./sqlite_files.ts";
import { ownNewLog } from "./sqlite_lock.ts";
import { type LogIdentity, migrate, OWNED_BY_NOBODY, versionOf } from "./sqlite_schema.ts";
import { StoreOpenError } from "./store.ts";

/** Pages copied at a time; what waits for this thread gets its turn between. */
const PAGES_AT_A_TIME = 500;
/** How long a statement waits for another process, in milliseconds. */
export const BUSY_TIMEOUT_MS = 5000;

/** Hears how far long work is. */
export type OnProgress = (done: number, total: number) => void;

/**
 * Copies a log to a file, as it is at this moment, while a server may serve it. The copy has the
 * newest format and says that it is one, so that it gets a new epoch however it is put in place.
 *
 * @throws {StoreOpenError} `missing` without a log, `exists` when the file is there already,
 * `newer`.
 */
export async function backupLog(
  dataDir: string,
  file: string,
  onProgress: OnProgress = () => {},
): Promise<void> {
  refuseExisting(file);
  const db = openExisting(filesIn(dataDir).log);
  try {
    await copyLog(db, file, onProgress, markAsBackup);
  } finally {
    db.close();
  }
}

/**
 * Puts a backup into a data folder that holds no log yet. The log gets a new epoch, since clients
 * may know positions that it doesn't.
 *
 * @throws {StoreOpenError} `missing` without the file, `corrupt` when it is damaged or no log,
 * `newer`, `exists` when the folder holds a log, `locked` when a server runs on it.
 */
export function restoreLog(
  file: string,
  dataDir: string,
  identity: LogIdentity,
  onProgress: OnProgress = () => {},
): Promise<void> {
  return ownNewLog(filesIn(dataDir), async ({ log }) => {
    const db = openExisting(file);
    try {
      checkWhole(db, file);
      await copyLog(db, log, onProgress, (copy) => renew(copy, identity));
    } finally {
      db.close();
    }
  });
}

/**
 * Opens a log for reading only.
 *
 * @throws {StoreOpenError} `missing` or `corrupt`.
 */
export function openExisting(file: string): SqliteDatabase {
  if (!existsSync(file)) throw new StoreOpenError("missing", `There is no log at “${file}”.`);
  try {
    const db = new SqliteDatabase(file, { isReadOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
    if (versionOf(db) > 0) return db;
    db.close();
  } catch (cause) {
    throw corrupt(file, cause);
  }
  throw corrupt(file);
}

function refuseExisting(file: string): void {
  if (!existsSync(file)) return;
  throw new StoreOpenError("exists", `“${file}” already exists and was left unchanged.`);
}

function copyLog(
  db: SqliteDatabase,
  file: string,
  onProgress: OnProgress,
  finish: (copy: SqliteDatabase) => void,
): Promise<void> {
  return makeWhole(file, async (partial) => {
    await copyPages(db, partial, onProgress);
    finishCopy(partial, finish);
  });
}

/** In one read transaction: what a server commits meanwhile would make the copy begin again. */
async function copyPages(db: SqliteDatabase, file: string, onProgress: OnProgress): Promise<void> {
  db.execute("BEGIN");
  db.prepare("SELECT epoch FROM meta").get();
  await backup(db.handle, file, {
    rate: PAGES_AT_A_TIME,
    progress: ({ totalPages, remainingPages }) =>
      onProgress(totalPages - remainingPages, totalPages),
  });
  const pages = db.prepare<{ page_count: number }>("PRAGMA page_count").get()!.page_count;
  onProgress(pages, pages);
  db.execute("COMMIT");
}

/** One file, without a WAL beside it. */
function finishCopy(file: string, finish: (copy: SqliteDatabase) => void): void {
  const copy = new SqliteDatabase(file, { isBare: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    copy.execute("PRAGMA journal_mode = DELETE");
    finish(copy);
  } finally {
    copy.close();
  }
}

function markAsBackup(copy: SqliteDatabase): void {
  migrate(copy, () => {
    throw new TypeError("Cannot back up a log as the copy is empty");
  });
  copy.prepare("UPDATE meta SET owner = :owner").run({ owner: OWNED_BY_NOBODY });
}

function renew(copy: SqliteDatabase, identity: LogIdentity): void {
  migrate(copy, () => identity);
  copy.prepare("UPDATE meta SET epoch = :epoch, owner = ''").run({ epoch: identity.epoch });
}

function checkWhole(db: SqliteDatabase, file: string): void {
  const row = db.prepare<{ quick_check: string }>("PRAGMA quick_check(1)").get();
  if (row?.quick_check !== "ok") throw corrupt(file, row?.quick_check);
}

function corrupt(file: string, cause?: unknown): StoreOpenError {
  return new StoreOpenError("corrupt", `“${file}” is damaged, or is not a Parley log.`, { cause });
}
