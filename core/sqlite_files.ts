import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { StoreOpenError } from "./store.ts";

/** Only the user who runs the server may look into its data. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** The files of a log in its data folder. */
export interface LogFiles {
  readonly folder: string;
  /** The database; SQLite adds `-wal` and `-shm` beside it while it is open. */
  readonly log: string;
  /** Held by the process that owns the log. */
  readonly lock: string;
}

/** Names the files in a data folder; makes none. */
export function filesIn(folder: string): LogFiles {
  return { folder, log: join(folder, "parley.db"), lock: join(folder, "parley.lock") };
}

/**
 * Makes the folder and the file, readable by their owner alone, if they are missing. What SQLite
 * adds later takes the file's mode over.
 *
 * @throws {StoreOpenError} `unavailable`.
 */
export function makePrivateFile(folder: string, file: string): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    if (existsSync(file)) return restrict(file);
    closeSync(openSync(file, "wx", FILE_MODE));
  } catch (cause) {
    throw new StoreOpenError(
      "unavailable",
      `Cannot write to the data folder “${folder}”: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Whether a file exists and holds anything. */
export function hasContent(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}

function restrict(file: string): void {
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, FILE_MODE);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
