import { SqliteDatabase } from "./sqlite_database.ts";
import { type LogFiles, makePrivateFile } from "./sqlite_files.ts";
import { StoreOpenError, StoreUnavailableError } from "./store.ts";

/**
 * Keeps a log to one process: a tiny database held in an exclusive transaction. The system lets go
 * of it when the process ends, in whatever way it ends.
 */
export class OwnerLock {
  #db: SqliteDatabase;

  /** @throws {StoreOpenError} `locked` when another process owns the log. */
  constructor(files: LogFiles) {
    makePrivateFile(files.folder, files.lock);
    try {
      this.#db = new SqliteDatabase(files.lock, { busyTimeoutMs: 0, isBare: true });
    } catch (cause) {
      throw openErrorOf(files, cause);
    }
    try {
      this.#db.execute("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch (cause) {
      this.#db.close();
      throw openErrorOf(files, cause);
    }
  }

  /** Lets another process have the log. */
  release(): void {
    this.#db.close();
  }
}

function openErrorOf(files: LogFiles, cause: unknown): unknown {
  if (!(cause instanceof StoreUnavailableError)) return cause;
  const isHeld = /is locked/.test(cause.message);
  const message = isHeld
    ? `Another process serves or changes the data in “${files.folder}”; stop it first.`
    : `Cannot lock the data in “${files.folder}”: ${cause.message}`;
  return new StoreOpenError(isHeld ? "locked" : "unavailable", message, { cause });
}
