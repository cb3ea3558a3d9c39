import type { IndexStep } from "./indexer.ts";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import {
  type Coverage,
  INDEX_NAMES,
  type IndexRow,
  type SqliteSearchIndex,
} from "./sqlite_search_index.ts";

/** Messages indexed in one step: some 10 ms of work. */
const STEP_EVENTS = 200;
/** Bytes of text indexed in one step, or one message: a long one costs as much as many short ones. */
const STEP_BYTES = 16_384;
/** Positions compared with the log in one step of a sweep. */
const SWEEP_EVENTS = 2_000;
/** Pages of an index that are rewritten in one step, 4 KiB each: some 20 ms of work. */
const MERGE_PAGES = 250;
/** What was removed is swept out once a day, or sooner if it is so large a part of all. */
const REST_MS = 86_400_000;
const SOON_SHARE = 0.05;

/** What the log says of itself. */
interface LogState {
  readonly epoch: string;
  readonly lastSeq: number;
  readonly events: number;
}

/** What is done at present to take removed messages out of the indexes. */
type Tidying =
  | { readonly state: "sweep"; readonly after: number }
  | { readonly state: "merge"; readonly index: number; readonly isBegun: boolean };

/**
 * Keeps the search indexes up with the log, in steps: first what is new, then what is old, the
 * newest first, and now and then it takes out what is no longer in the log. An index forgets a
 * message at once, but holds its words until it is rewritten.
 */
export class SqliteIndexing {
  #index: SqliteSearchIndex;
  #log: Query<LogState>;
  #newer: Query<IndexRow>;
  #older: Query<IndexRow>;
  #present: Query<{ seq: number }>;
  #tidying: Tidying | undefined;
  #tidiedAt = Number.NEGATIVE_INFINITY;

  constructor(db: SqliteDatabase, index: SqliteSearchIndex) {
    this.#index = index;
    this.#log = db.prepare("SELECT epoch, last_seq AS lastSeq, events FROM meta");
    this.#newer = db.prepare(rowsSql("seq > :after", "ASC"));
    this.#older = db.prepare(rowsSql("seq < :before", "DESC"));
    this.#present = db.prepare("SELECT seq FROM events WHERE seq > :after AND seq <= :upTo");
  }

  /** Does one step; `now` is log time. */
  step(now: number): IndexStep {
    const log = this.#log.get()!;
    const coverage = this.#index.coverage(log);
    if (this.#addNewer(coverage) || this.#addOlder(coverage)) return { isLast: false };
    this.#tidying ??= this.#beginTidying(coverage.entries, log.events, now);
    if (!this.#tidying) return { isLast: true };
    this.#tidying = this.#tidy(this.#tidying, now);
    return { isLast: false };
  }

  #addNewer({ first, last }: Coverage): boolean {
    const rows = this.#newer.all({ after: last });
    if (rows.length === 0) return false;
    this.#index.add(rows, { first, last: rows.at(-1)!.seq });
    return true;
  }

  #addOlder({ first, last }: Coverage): boolean {
    if (first === 0) return false;
    const rows = this.#older.all({ before: first }).toReversed();
    this.#index.add(rows, { first: rows[0]?.seq ?? 0, last });
    return true;
  }

  #beginTidying(entries: number, events: number, now: number): Tidying | undefined {
    const removed = entries - events;
    const isSoon = removed > SOON_SHARE * entries;
    if (removed <= 0 || !(isSoon || now - this.#tidiedAt >= REST_MS)) return undefined;
    return { state: "sweep", after: 0 };
  }

  /** Does one step of it. Returns the next one. */
  #tidy(tidying: Tidying, now: number): Tidying | undefined {
    if (tidying.state === "sweep") return this.#sweep(tidying.after);
    const { index, isBegun } = tidying;
    const pages = isBegun ? MERGE_PAGES : -MERGE_PAGES;
    if (this.#index.merge(INDEX_NAMES[index]!, pages)) return { ...tidying, isBegun: true };
    if (index + 1 < INDEX_NAMES.length) return { ...tidying, index: index + 1, isBegun: false };
    this.#index.flush();
    this.#tidiedAt = now;
    return undefined;
  }

  #sweep(after: number): Tidying {
    const positions = this.#index.positions(after, SWEEP_EVENTS);
    const upTo = positions.at(-1);
    if (upTo === undefined) return { state: "merge", index: 0, isBegun: false };
    const present = new Set(this.#present.all({ after, upTo }).map(({ seq }) => seq));
    this.#index.remove(positions.filter((seq) => !present.has(seq)));
    return { state: "sweep", after: upTo };
  }
}

/** The next messages from a position on: those of one step. */
function rowsSql(where: string, order: "ASC" | "DESC"): string {
  return `SELECT e.seq, e.text, e.conversation, e.author, e.recipient, a.name
    FROM (SELECT seq, bytes, sum(bytes) OVER (
        ORDER BY seq ${order} ROWS UNBOUNDED PRECEDING) AS total
      FROM (SELECT seq, octet_length(text) AS bytes FROM events WHERE ${where}
        ORDER BY seq ${order} LIMIT ${STEP_EVENTS})) s
    JOIN events e ON e.seq = s.seq JOIN accounts a ON a.id = e.author
    WHERE s.total <= ${STEP_BYTES} OR s.total = s.bytes
    ORDER BY e.seq ${order}`;
}
