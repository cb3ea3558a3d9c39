import type { SQLInputValue } from "node:sqlite";
import { type OnProgress, openExisting } from "./sqlite_backup.ts";
import type { SqliteDatabase } from "./sqlite_database.ts";
import { filesIn } from "./sqlite_files.ts";
import { RECORD_KINDS, type RecordKind } from "./sqlite_records.ts";

/**
 * Version of the lines' format. In the first one, messages that are there had an `ack`, too; the
 * third one has log times.
 */
export const EXPORT_FORMAT = 3;
/** Lines handed on at a time. */
const LINES_AT_A_TIME = 500;

type Row = Readonly<Record<string, SQLInputValue>>;

/**
 * Writes a whole log as JSON Lines: a header, then one record a line. A server may serve it; the
 * lines show one moment.
 *
 * @param write Takes some lines, each with its line break.
 * @throws {StoreOpenError} `missing` or `corrupt`.
 */
export async function exportLog(
  dataDir: string,
  write: (text: string) => Promise<void>,
  onProgress: OnProgress = () => {},
): Promise<void> {
  const db = openExisting(filesIn(dataDir).log);
  try {
    db.execute("BEGIN");
    const total = await writeHeader(db, write);
    let done = 0;
    for (const kind of RECORD_KINDS) {
      done += await writeRecords(db, kind, write, (count) => onProgress(done + count, total));
    }
    db.execute("COMMIT");
  } finally {
    db.close();
  }
}

/** @returns About how many lines will follow. */
async function writeHeader(db: SqliteDatabase, write: (text: string) => Promise<void>) {
  const meta = db.prepare<{ events: number }>(
    `SELECT epoch, last_seq AS lastSeq, pruned_up_to AS prunedUpTo, hex(secret) AS secret,
       log_time AS logTime, noted_at AS notedAt, events
     FROM meta`,
  ).get()!;
  const { events, ...header } = meta;
  await write(`${JSON.stringify({ type: "parley", format: EXPORT_FORMAT, ...header })}\n`);
  const acks = db.prepare<{ count: number }>("SELECT count(*) AS count FROM acks").get()!;
  return events + acks.count;
}

async function writeRecords(
  db: SqliteDatabase,
  kind: RecordKind,
  write: (text: string) => Promise<void>,
  onCount: (count: number) => void,
): Promise<number> {
  let lines: string[] = [];
  let count = 0;
  for (const row of db.prepare<Row>(kind.select).iterate()) {
    lines.push(lineOf(kind, row));
    if (lines.length < LINES_AT_A_TIME) continue;
    await write(lines.join(""));
    count += lines.length;
    lines = [];
    onCount(count);
  }
  await write(lines.join(""));
  return count + lines.length;
}

function lineOf(kind: RecordKind, row: Row): string {
  const fields = Object.entries(row).filter(([, value]) => value !== null)
    .map(([name, value]) => [name, kind.lists?.includes(name) ? JSON.parse(String(value)) : value]);
  return `${JSON.stringify({ type: kind.type, ...Object.fromEntries(fields) })}\n`;
}
