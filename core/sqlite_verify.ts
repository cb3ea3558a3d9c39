import { existsSync } from "node:fs";
import { BUSY_TIMEOUT_MS, type OnProgress, openExisting } from "./sqlite_backup.ts";
import { isSqliteError, SqliteDatabase } from "./sqlite_database.ts";
import { isPassphraseHash } from "./passphrase.ts";
import { prepareAll } from "./sqlite_engine.ts";
import { filesIn } from "./sqlite_files.ts";
import { MAX_SEQ, MAX_TIME } from "./sqlite_records.ts";
import { LAST_ID_SQL, MIGRATIONS, versionOf } from "./sqlite_schema.ts";
import { StoreUnavailableError } from "./store.ts";

/** What a check of a log found. */
export interface VerifyReport {
  readonly events: number;
  readonly lastSeq: number;
  /** One sentence for each kind of damage; none for a sound log. */
  readonly problems: readonly string[];
}

/** Kinds of damage told of each check at most. */
const MAX_TOLD = 10;

function isNoTime(column: string): string {
  return `${column} NOT BETWEEN 0 AND ${MAX_TIME}`;
}

/** Counts of what must not be, each with what it means, and the format that first has its tables. */
const CHECKS: readonly (readonly [problem: string, sql: string, since?: number])[] = [
  // SQLite itself looks at CHECK constraints only where it may write.
  [
    "accounts have an unknown kind",
    "SELECT count(*) AS count FROM accounts WHERE kind NOT IN ('guest', 'user')",
  ],
  [
    "rows are missing from “meta”, or too many",
    "SELECT abs(count(*) - 1) + count(*) FILTER (WHERE id <> 1) AS count FROM meta",
  ],
  [
    "events have a position above the last one assigned",
    "SELECT count(*) AS count FROM events WHERE seq > (SELECT last_seq FROM meta)",
  ],
  [
    "acks have a position above the last one assigned",
    "SELECT count(*) AS count FROM acks WHERE seq > (SELECT last_seq FROM meta)",
  ],
  [
    "positions are out of range",
    `SELECT count(*) FILTER (WHERE last_seq NOT BETWEEN 0 AND ${MAX_SEQ}
         OR pruned_up_to NOT BETWEEN 0 AND last_seq)
       + (SELECT count(*) FROM events WHERE seq < 1) + (SELECT count(*) FROM acks WHERE seq < 1)
       AS count FROM meta`,
  ],
  [
    "times are out of range",
    `SELECT (SELECT count(*) FROM events WHERE ${isNoTime("at")})
       + (SELECT count(*) FROM acks WHERE ${isNoTime("at")})
       + (SELECT count(*) FROM accounts WHERE ${isNoTime("created_at")})
       AS count`,
  ],
  [
    "events are missing or extra, by the stored count",
    "SELECT abs((SELECT count(*) FROM events) - events) AS count FROM meta",
  ],
  [
    "log times are out of range",
    `SELECT count(*) AS count FROM (SELECT seen_at AS time FROM accounts
         UNION ALL SELECT log_time FROM marks UNION ALL SELECT log_time FROM meta)
       WHERE time < 0 OR time > (SELECT min(log_time, ${MAX_TIME}) FROM meta)`,
    4,
  ],
  [
    "row ids are above the last one assigned",
    `SELECT max(0, ${LAST_ID_SQL} - last_id) AS count FROM meta`,
    8,
  ],
  [
    "message ids have two different acks",
    `SELECT count(*) AS count FROM events e JOIN acks k ON k.author = e.author AND k.key = e.key
     WHERE k.seq <> e.seq`,
  ],
  [
    "private events are in a conversation without their author or recipient",
    `SELECT count(*) AS count FROM events e WHERE e.recipient IS NOT NULL AND (
       NOT EXISTS (SELECT 1 FROM members WHERE conversation = e.conversation AND account = e.author)
       OR NOT EXISTS (
         SELECT 1 FROM members WHERE conversation = e.conversation AND account = e.recipient))`,
  ],
];

/**
 * Checks a log: its file, the references in it, its sequence, and the file of the search indexes if
 * there is one. A server may serve it meanwhile.
 *
 * @throws {StoreOpenError} `missing`, or `corrupt` if it can't even be opened.
 */
export function verifyLog(dataDir: string, onProgress: OnProgress = () => {}): VerifyReport {
  const { log, search } = filesIn(dataDir);
  const db = openExisting(log);
  try {
    db.execute("BEGIN");
    const problems = runChecks(db, search, onProgress);
    return { ...sizeOf(db), problems };
  } finally {
    db.close();
  }
}

function runChecks(db: SqliteDatabase, searchFile: string, onProgress: OnProgress): string[] {
  const checks = [
    () => checkFile(db),
    () => checkReferences(db),
    () => checkPassphrases(db),
    ...CHECKS.filter(([, , since = 1]) => versionOf(db) >= since)
      .map(([problem, sql]) => () => checkCount(db, problem, sql)),
    () => checkSearch(searchFile),
  ];
  return checks.flatMap((check, index) => {
    const found = attempt(check);
    onProgress(index + 1, checks.length);
    return found;
  });
}

/** Damage may stop any check; that is its result then. */
function attempt(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    if (isDamage(error)) return [error.message];
    throw error;
  }
}

function isDamage(error: unknown): error is Error {
  return error instanceof StoreUnavailableError || isSqliteError(error);
}

/**
 * The file is sound, and has the tables and columns that a server will ask for: of an older format
 * only once it has been brought to this one.
 */
function checkFile(db: SqliteDatabase): string[] {
  const problems = integrityOf(db);
  const version = versionOf(db);
  if (version > MIGRATIONS.length) {
    problems.push(`the log has format ${version}, which this version doesn’t know`);
  }
  if (problems.length === 0 && version === MIGRATIONS.length) prepareAll(db);
  return problems;
}

/** The server mends these by itself, once it comes upon the damage. */
function checkSearch(file: string): string[] {
  if (!existsSync(file)) return [];
  const told = attempt(() => {
    const db = new SqliteDatabase(file, { isReadOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
    try {
      return integrityOf(db);
    } finally {
      db.close();
    }
  });
  return told.map((text) =>
    `${text} (in the search index: stop the server and delete “${file}”; ` +
    "the next start rebuilds it)"
  );
}

function integrityOf(db: SqliteDatabase): string[] {
  const rows = db.prepare<{ integrity_check: string }>(`PRAGMA integrity_check(${MAX_TOLD})`).all();
  return rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
}

function checkReferences(db: SqliteDatabase): string[] {
  const rows = db.prepare<{ table: string; parent: string }>("PRAGMA foreign_key_check").all();
  return rows.slice(0, MAX_TOLD).map(({ table, parent }) =>
    `a row of “${table}” refers to a missing row of “${parent}”`
  );
}

function checkPassphrases(db: SqliteDatabase): string[] {
  const rows = db.prepare<{ passphrase: string }>(
    "SELECT passphrase FROM accounts WHERE passphrase IS NOT NULL",
  ).all();
  const count = rows.filter(({ passphrase }) => !isPassphraseHash(passphrase)).length;
  return count === 0 ? [] : [`${count} passphrase hashes are invalid`];
}

function checkCount(db: SqliteDatabase, problem: string, sql: string): string[] {
  const count = db.prepare<{ count: number }>(sql).get()?.count ?? 0;
  return count === 0 ? [] : [`${count} ${problem}`];
}

/** As the log says itself; nothing if it can’t. */
function sizeOf(db: SqliteDatabase): { events: number; lastSeq: number } {
  const sql = "SELECT events, last_seq AS lastSeq FROM meta";
  try {
    return { events: 0, lastSeq: 0, ...db.prepare<{ events: number; lastSeq: number }>(sql).get() };
  } catch (error) {
    if (isDamage(error)) return { events: 0, lastSeq: 0 };
    throw error;
  }
}
