import type { SQLInputValue } from "node:sqlite";
import * as z from "zod";
import { isPassphraseHash } from "./passphrase.ts";
import { HOUR_MS } from "./sqlite_append.ts";
import { BUSY_TIMEOUT_MS, type OnProgress } from "./sqlite_backup.ts";
import { type Query, SqliteDatabase } from "./sqlite_database.ts";
import { EXPORT_FORMAT } from "./sqlite_export.ts";
import { filesIn, makeWhole } from "./sqlite_files.ts";
import { ownNewLog } from "./sqlite_lock.ts";
import { MAX_SEQ, MAX_TIME, RECORD_KINDS, type RecordKind } from "./sqlite_records.ts";
import { LAST_ID_SQL, type LogIdentity, migrate, START_LOG_TIME } from "./sqlite_schema.ts";
import { usernameKey } from "./usernames.ts";

/** Lines put in by one commit. */
const LINES_PER_COMMIT = 1000;

/** Lines that can't be imported; its message names the first of them. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

const Seq = z.int().min(0).max(MAX_SEQ);
const Time = z.int().min(0).max(MAX_TIME);

const Header = z.object({
  type: z.literal("parley"),
  format: z.int().min(1).max(EXPORT_FORMAT, "the export is from a newer Parley"),
  lastSeq: Seq,
  prunedUpTo: Seq,
  secret: z.string().regex(/^([0-9A-F]{2})+$/),
  /** Since format 3. */
  logTime: Time.nullish(),
  notedAt: Time.nullish(),
}).refine(({ lastSeq, prunedUpTo }) => prunedUpTo <= lastSeq, "prunedUpTo is greater than lastSeq");

const Field = z.union([z.string(), z.number(), z.array(z.string())]);
/** The fields of any record whose values the tables don't bound. */
const Bounded = z.object({
  seq: Seq.optional(),
  at: Time.optional(),
  createdAt: Time.optional(),
  seenAt: Time.optional(),
  logTime: Time.optional(),
  passphrase: z.string().refine(isPassphraseHash, "not a passphrase hash").optional(),
});
const Line = z.record(z.string(), Field).and(z.object({ type: z.string() })).and(Bounded)
  // Before the first message, everything up to 0 has been read.
  .refine(
    ({ type, seq }) => seq !== 0 || type === "read" || type === "erasure",
    "seq must be at least 1",
  );
type Line = z.infer<typeof Line>;
type Fields = Readonly<Record<string, z.infer<typeof Field> | undefined>>;

interface Importer {
  readonly kind: RecordKind;
  readonly inserts: readonly {
    readonly query: Query<unknown>;
    readonly names: readonly string[];
  }[];
}

/**
 * Makes a log out of an export, in a data folder that holds none yet. Positions stay, the epoch is
 * new.
 *
 * @param lines Without their line breaks.
 * @returns How many records were read.
 * @throws {ImportError} Naming the line that can't be read; no log is there then.
 * @throws {StoreOpenError} `exists` or `locked`.
 */
export function importLog(
  lines: AsyncIterable<string>,
  dataDir: string,
  identity: LogIdentity,
  onProgress: OnProgress = () => {},
): Promise<number> {
  return ownNewLog(
    filesIn(dataDir),
    ({ log }) => makeWhole(log, (partial) => fill(partial, lines, identity, onProgress)),
  );
}

async function fill(
  file: string,
  lines: AsyncIterable<string>,
  identity: LogIdentity,
  onProgress: OnProgress,
): Promise<number> {
  const db = new SqliteDatabase(file, { isBare: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    migrate(db, () => identity);
    const count = await insertLines(db, lines, onProgress);
    db.transaction(() => finish(db));
    return count;
  } finally {
    db.close();
  }
}

async function insertLines(
  db: SqliteDatabase,
  lines: AsyncIterable<string>,
  onProgress: OnProgress,
): Promise<number> {
  const importers = importersOf(db);
  let number = 0;
  let batch: [number, string][] = [];
  const flush = () => {
    db.transaction(() => batch.forEach(([at, text]) => insertLine(db, importers, at, text)));
    batch = [];
    onProgress(number, 0);
  };
  for await (const line of lines) {
    number++;
    if (line.trim() !== "") batch.push([number, line]);
    if (batch.length === LINES_PER_COMMIT) flush();
  }
  flush();
  if (number === 0) throw new ImportError("There is nothing to import: the input is empty.");
  return number - 1;
}

function insertLine(
  db: SqliteDatabase,
  importers: ReadonlyMap<string, Importer>,
  number: number,
  text: string,
): void {
  try {
    const value: unknown = JSON.parse(text);
    if (number === 1) return insertHeader(db, Header.parse(value));
    insertRecord(importers, Line.parse(value));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : sentenceOf(cause);
    const problem = number === 1
      ? "This is not a Parley export, or it is damaged: line 1 can’t be read"
      : `Line ${number} can’t be imported`;
    throw new ImportError(`${problem}: ${reason.replace(/\s+/g, " ")}`, { cause });
  }
}

function sentenceOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function insertHeader(db: SqliteDatabase, header: z.infer<typeof Header>): void {
  const { lastSeq, prunedUpTo, secret, logTime = null, notedAt = null } = header;
  db.prepare(
    `UPDATE meta SET last_seq = :lastSeq, pruned_up_to = :prunedUpTo, secret = unhex(:secret),
       log_time = coalesce(:logTime, 0), noted_at = :notedAt`,
  ).run({ lastSeq, prunedUpTo, secret, logTime, notedAt });
}

function insertRecord(importers: ReadonlyMap<string, Importer>, line: Line): void {
  const importer = importers.get(line.type);
  if (!importer) throw new TypeError(`unknown record type “${line.type}”`);
  const fields: Fields = line.type === "account"
    ? { ...line, nameKey: usernameKey(String(line["username"])) }
    : line;
  for (const { query, names } of importer.inserts) {
    query.run(Object.fromEntries(names.map((name) => [name, valueOf(fields[name])])));
  }
}

function valueOf(field: z.infer<typeof Field> | undefined): SQLInputValue {
  return Array.isArray(field) ? JSON.stringify(field) : field ?? null;
}

function importersOf(db: SqliteDatabase): ReadonlyMap<string, Importer> {
  return new Map(RECORD_KINDS.map((kind) => {
    const inserts = kind.insert.map((sql) => ({
      query: db.prepare(sql),
      names: [...new Set([...sql.matchAll(/:(\w+)/g)].map(([, name]) => name!))],
    }));
    return [kind.type, { kind, inserts }];
  }));
}

/** What follows from the records. */
function finish(db: SqliteDatabase): void {
  db.execute(
    `INSERT INTO hours (hour, first_seq, last_seq)
       SELECT at / ${HOUR_MS}, min(seq), max(seq) FROM events GROUP BY 1;
     UPDATE members SET newest =
       coalesce((SELECT max(seq) FROM events e WHERE e.conversation = members.conversation), 0);
     UPDATE meta SET events = (SELECT count(*) FROM events), last_id = ${LAST_ID_SQL},
       last_seq = max(last_seq, coalesce((SELECT max(seq) FROM events), 0));`,
  );
  const { noted_at } = db.prepare<{ noted_at: number | null }>("SELECT noted_at FROM meta").get()!;
  if (noted_at === null) db.execute(START_LOG_TIME);
}
