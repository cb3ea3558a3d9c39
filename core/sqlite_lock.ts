import { existsSync, rmdirSync, rmSync } from "node:fs";
import { SqliteDatabase } from "./sqlite_database.ts";
import {
  hasContent,
  identityOf,
  type LogFiles,
  makePrivateFile,
  refuseForeignWal,
} from "./sqlite_files.ts";
import {
  type LogIdentity,
  migrate,
  MIGRATIONS,
  OWNED_BY_NOBODY,
  versionOf,
} from "./sqlite_schema.ts";
import { StoreOpenError, StoreUnavailableError } from "./store.ts";

/** How long taking a log over waits for others to close it, in milliseconds. */
const TAKE_OVER_WAIT_MS = 1000;

/**
 * Keeps a log to one process: a tiny database held in an exclusive transaction. The system lets go
 * of it when the process ends, in whatever way it ends.
 */
export class OwnerLock {
  /** Identity of the lock file, which the log remembers: see {@linkcode takeOver}. */
  readonly id: string;
  #db: SqliteDatabase;

  /** @throws {StoreOpenError} `locked` when another process owns the log. */
  constructor(files: LogFiles) {
    makePrivateFile(files.folder, files.lock);
    try {
      this.#db = new SqliteDatabase(files.lock, { busyTimeoutMs: 0, isBare: true });
    } catch (cause) {
      throw openErrorOf(files.folder, cause);
    }
    try {
      this.#db.execute("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      this.id = identityOf(files.lock);
    } catch (cause) {
      this.#db.close();
      throw openErrorOf(files.folder, cause);
    }
  }

  /** Lets another process have the log. */
  release(): void {
    this.#db.close();
  }
}

/**
 * Makes a log in a data folder that holds none yet, as its owner. Should that fail, the folder is
 * left as it was.
 *
 * @throws {StoreOpenError} `exists` when there is a log, `corrupt` when a part of one is left,
 * `locked` when a server runs on it.
 */
export async function ownNewLog<Result>(
  files: LogFiles,
  make: (files: LogFiles) => Promise<Result>,
): Promise<Result> {
  const isNew = { folder: !existsSync(files.folder), lock: !existsSync(files.lock) };
  const lock = new OwnerLock(files);
  let isMade = false;
  try {
    refuseLog(files);
    refuseForeignWal(files);
    const result = await make(files);
    isMade = true;
    return result;
  } finally {
    lock.release();
    if (!isMade && isNew.lock) rmSync(files.lock, { force: true });
    if (!isMade && isNew.folder) rmdirSync(files.folder);
  }
}

function refuseLog(files: LogFiles): void {
  if (!hasContent(files.log)) return;
  throw new StoreOpenError(
    "exists",
    `“${files.folder}” already holds a log; move it away first, or choose another --data.`,
  );
}

/** Whether a log has the newest format and was served under this lock last. */
export function isOwnedBy(db: SqliteDatabase, owner: string): boolean {
  if (versionOf(db) !== MIGRATIONS.length) return false;
  return db.prepare<{ owner: string }>("SELECT owner FROM meta").get()?.owner === owner;
}

/**
 * Makes a log this lock's, and brings it to the newest format, while nobody else has it open. A
 * lock file can be deleted under a running server, and the next server would make a new one; but
 * then the log names another owner, and is taken only once that server has closed it. A backup
 * gets a new epoch: clients may know positions that it doesn't.
 *
 * @throws {StoreOpenError} `locked` while another process has it open, if only to read.
 */
export function takeOver(file: string, owner: string, identity: LogIdentity): void {
  const db = new SqliteDatabase(file, { busyTimeoutMs: TAKE_OVER_WAIT_MS, isBare: true });
  try {
    db.execute("PRAGMA locking_mode = EXCLUSIVE");
    migrate(db, () => identity);
    db.prepare(
      `UPDATE meta SET owner = :owner,
         epoch = CASE owner WHEN '${OWNED_BY_NOBODY}' THEN :epoch ELSE epoch END`,
    ).run({ owner, epoch: identity.epoch });
  } catch (cause) {
    throw openErrorOf(file, cause);
  } finally {
    db.close();
  }
}

function openErrorOf(what: string, cause: unknown): unknown {
  if (!(cause instanceof StoreUnavailableError)) return cause;
  const isHeld = /is locked/.test(cause.message);
  const message = isHeld
    ? `Another process is using the data in “${what}”; stop it first, or choose another --data.`
    : `Cannot lock the data in “${what}”: ${cause.message}`;
  return new StoreOpenError(isHeld ? "locked" : "unavailable", message, { cause });
}
