import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { StoreOpenError } from "./store.ts";

/** Only the user who runs the server may look into its data. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** The files of a log in its data folder. */
export interface LogFiles {
  readonly folder: string;
  /** The database; SQLite adds `-wal` and `-shm` beside it while it is open. */
  readonly log: string;
  /** The search indexes, made of the log; SQLite adds to it as to the log. */
  readonly search: string;
  /** Held by the process that owns the log. */
  readonly lock: string;
  /** Keeps some space for changes that a full disk must not prevent. */
  readonly spare: string;
}

/** Names the files in a data folder; makes none. */
export function filesIn(folder: string): LogFiles {
  return {
    folder,
    log: join(folder, "parley.db"),
    search: join(folder, "search.db"),
    lock: join(folder, "parley.lock"),
    spare: join(folder, "parley.spare"),
  };
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

/** Removes a database, with what SQLite keeps beside it; nothing if it isn't there. */
export function removeDatabase(file: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(file + suffix, { force: true });
}

/**
 * Refuses a write-ahead log without the database that it belongs to, as when only that was moved away
 * after a server was killed, or a backup was copied over it. SQLite would put the pages of both
 * together, or throw away what may be the newest messages of the other log.
 *
 * To be asked before this process opens the database: closing any descriptor of a file ends all
 * locks that a process has on it (https://sqlite.org/howtocorrupt.html, 2.2).
 *
 * @throws {StoreOpenError} `corrupt`.
 */
export function refuseForeignWal({ log }: LogFiles): void {
  if (!hasContent(`${log}-wal`) || (hasContent(log) && usesWal(log))) return;
  throw new StoreOpenError(
    "corrupt",
    `“${log}-wal” belongs to another log than “${log}” and may hold its newest messages. ` +
      `Move “${log}-wal” and “${log}-shm” to where that log is.`,
  );
}

/** What the file's header says of how it is written (https://sqlite.org/fileformat.html, 1.3.3). */
function usesWal(file: string): boolean {
  const header = new Uint8Array(20);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, header);
  } finally {
    closeSync(descriptor);
  }
  return header[18] === 2;
}

/** Tells one existing file from every other on this machine, whatever their names. */
export function identityOf(file: string): string {
  const { dev, ino } = statSync(file, { bigint: true });
  return `${dev}:${ino}`;
}

/** Whether a file exists and holds anything. */
export function hasContent(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}

/**
 * Makes a database that appears under its name only once it is whole, and leaves nothing behind
 * otherwise.
 *
 * @param fill Writes everything to the file whose name it gets, and closes it.
 */
export async function makeWhole<Result>(
  file: string,
  fill: (partial: string) => Promise<Result>,
): Promise<Result> {
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  makePrivateFile(dirname(file), partial);
  try {
    const result = await fill(partial);
    moveIntoPlace(partial, file);
    return result;
  } finally {
    removeDatabase(partial);
  }
}

/**
 * Gives a file, whose content is on the disk, its name, and waits until the name is there too: a
 * power cut right after a restore could otherwise leave the folder without a log.
 */
function moveIntoPlace(from: string, to: string): void {
  renameSync(from, to);
  const folder = openFolder(dirname(to));
  if (folder === undefined) return;
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Nothing on Windows, which opens no folders and keeps names by itself. */
function openFolder(folder: string): number | undefined {
  try {
    return openSync(folder, "r");
  } catch (error) {
    if (/EISDIR|EPERM|EACCES/.test(messageOf(error))) return undefined;
    throw error;
  }
}

function restrict(file: string): void {
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, FILE_MODE);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
