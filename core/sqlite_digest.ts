import { createHash } from "node:crypto";
import type { SQLInputValue } from "node:sqlite";
import { type OnProgress, openExisting } from "./sqlite_backup.ts";
import type { SqliteDatabase } from "./sqlite_database.ts";
import { filesIn } from "./sqlite_files.ts";
import { MIGRATIONS, versionOf } from "./sqlite_schema.ts";
import { StoreOpenError } from "./store.ts";

/** The hash of one part of a log, or of all parts together. */
export interface PartDigest {
  /** A kind of record, or `total`. */
  readonly part: string;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

type Row = Readonly<Record<string, SQLInputValue>>;

/** Rows hashed at a time: fewer calls, and still little memory. */
const ROWS_AT_A_TIME = 500;

/**
 * The rows of each part, without values that a restore, an import or a replica may change.
 *
 * - Rows refer to each other by public ids, and are ordered by them.
 * - While a deleted account is being erased, it counts as deleted and its rows as gone. Otherwise the
 *   hashes would depend on the progress of the erasure.
 * - CROSS JOIN fixes the order of the tables, so that indexes provide the order of the rows. A sort
 *   would hold all rows in memory.
 */
const PARTS: readonly (readonly [part: string, sql: string])[] = [
  [
    "accounts",
    `SELECT a.public_id, a.username, n.key, n.owner IS a.id AS owns_name, a.kind, a.role,
       CASE a.state WHEN 'deleting' THEN 'deleted' ELSE a.state END AS state, a.created_at,
       a.passphrase, x.seq AS erased_up_to, x.at AS erased_at
     FROM accounts a CROSS JOIN names n ON n.id = a.name
     LEFT JOIN erasures x ON x.account = a.public_id ORDER BY a.public_id`,
  ],
  [
    "sessions",
    `SELECT a.public_id, s.id FROM accounts a CROSS JOIN sessions s ON s.account = a.id
     ORDER BY a.public_id, s.id`,
  ],
  ["conversations", "SELECT public_id, kind FROM conversations ORDER BY public_id"],
  [
    "members",
    `SELECT c.public_id AS conversation, a.public_id AS account
     FROM conversations c CROSS JOIN members m ON m.conversation = c.id
     CROSS JOIN accounts a ON a.id = m.account ORDER BY c.public_id, a.public_id`,
  ],
  [
    "messages",
    `SELECT e.seq, e.at, e.kind, c.public_id AS conversation, a.public_id AS author,
       e.author_name, r.public_id AS recipient, e.recipient_name, e.text, e.key
     FROM events e CROSS JOIN conversations c ON c.id = e.conversation
     CROSS JOIN accounts a ON a.id = e.author LEFT JOIN accounts r ON r.id = e.recipient
     WHERE a.state <> 'deleting' ORDER BY e.seq`,
  ],
  [
    // Format 1 kept an ack of every message.
    "ids",
    `SELECT a.public_id AS author, k.key, k.seq, k.at, c.public_id AS conversation,
       r.public_id AS recipient, hex(k.content) AS content
     FROM accounts a CROSS JOIN acks k ON k.author = a.id
     CROSS JOIN conversations c ON c.id = k.conversation LEFT JOIN accounts r ON r.id = k.recipient
     WHERE a.state <> 'deleting'
       AND NOT EXISTS (SELECT 1 FROM events e WHERE e.author = k.author AND e.key = k.key)
     ORDER BY a.public_id, k.key`,
  ],
  [
    "reads",
    `SELECT a.public_id AS account, c.public_id AS conversation, r.seq
     FROM accounts a CROSS JOIN reads r ON r.account = a.id
     CROSS JOIN conversations c ON c.id = r.conversation
     WHERE a.state <> 'deleting' ORDER BY a.public_id, c.public_id`,
  ],
];

/** The first format with a table of erasures. */
const ERASURES_SINCE = 7;
/** An empty one for older formats. */
const NO_ERASURES = "WITH erasures (account, seq, at) AS (SELECT NULL, NULL, NULL WHERE FALSE)";

/**
 * Hashes the content of a log, part by part. Logs with the same content have the same hashes,
 * whatever their row ids, epoch and format. A server may serve the log meanwhile; the hashes show one
 * moment.
 *
 * @returns The parts' hashes, then their `total`: the hash of their lines.
 * @throws {StoreOpenError} `missing`, `corrupt` or `newer`.
 */
export function digestLog(dataDir: string, onProgress: OnProgress = () => {}): PartDigest[] {
  const db = openExisting(filesIn(dataDir).log);
  try {
    db.execute("BEGIN");
    refuseNewer(db);
    return digestParts(db, onProgress);
  } finally {
    db.close();
  }
}

/** A digest as people see it: a line in the form of `sha256sum`, without its line break. */
export function digestLine({ part, hash }: PartDigest): string {
  return `${hash}  ${part}`;
}

/** The statement that reads each part of a log, by the part's name. */
export function digestStatements(version = MIGRATIONS.length): ReadonlyMap<string, string> {
  const start = version < ERASURES_SINCE ? `${NO_ERASURES} ` : "";
  return new Map(PARTS.map(([part, sql]) => [part, start + sql]));
}

function refuseNewer(db: SqliteDatabase): void {
  if (versionOf(db) <= MIGRATIONS.length) return;
  throw new StoreOpenError("newer", "The log was made by a newer Parley, which can hash it.");
}

function digestParts(db: SqliteDatabase, onProgress: OnProgress): PartDigest[] {
  let done = 0;
  const onRows = (count: number) => onProgress(done += count, 0);
  const parts = [...digestStatements(versionOf(db))].map(([part, sql]) => {
    return { part, hash: hashRows(db.prepare<Row>(sql).iterate(), onRows) };
  });
  const lines = parts.map((part) => `${digestLine(part)}\n`).join("");
  const total = createHash("sha256").update(lines).digest("hex");
  return [...parts, { part: "total", hash: total }];
}

/** Each row is a JSON array on a line of its own. */
function hashRows(rows: Iterable<Row>, onRows: (count: number) => void): string {
  const hash = createHash("sha256");
  let lines: string[] = [];
  const flush = () => {
    hash.update(lines.join(""));
    onRows(lines.length);
    lines = [];
  };
  for (const row of rows) {
    lines.push(`${JSON.stringify(Object.values(row))}\n`);
    if (lines.length === ROWS_AT_A_TIME) flush();
  }
  flush();
  return hash.digest("hex");
}
