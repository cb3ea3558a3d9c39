import { indexedTextOf, scopeOf, type ScopeRow } from "./search_tokens.ts";
import { isDamage, type Params, type Query, SqliteDatabase } from "./sqlite_database.ts";
import { type LogFiles, makePrivateFile, removeDatabase } from "./sqlite_files.ts";

/** Rises with every change to the tables or to what they hold: a file of another format is remade. */
const FORMAT = 1;

/**
 * The indexes hold no texts (`content = ''`), so a message is forgotten without knowing what it
 * said, and no positions (`detail = column`): phrases are compared in the text. What they are given
 * is folded already, hence tokenizers that leave it as it is. `usermerge` lets a rewriting of the
 * whole index go on in steps until it is done.
 */
const SCHEMA = `
CREATE TABLE coverage (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  entries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE VIRTUAL TABLE words USING fts5 (
  text, pairs, scope, content = '', contentless_delete = 1,
  detail = column, prefix = '1', tokenize = 'ascii'
);
CREATE VIRTUAL TABLE trigrams USING fts5 (
  text, scope, content = '', contentless_delete = 1,
  detail = column, tokenize = 'trigram case_sensitive 1'
);
INSERT INTO words (words, rank) VALUES ('usermerge', 2);
INSERT INTO trigrams (trigrams, rank) VALUES ('usermerge', 2);
PRAGMA user_version = ${FORMAT};
`;

/** One of the two full-text indexes. */
export type IndexName = "words" | "trigrams";
export const INDEX_NAMES: readonly IndexName[] = ["words", "trigrams"];

/** Which part of the log the indexes hold: all positions from `first` to `last`. */
export interface Coverage {
  /** 0 once there is nothing older to index. */
  readonly first: number;
  readonly last: number;
  /** Messages indexed, removed ones among them until they are swept out. */
  readonly entries: number;
}

/** A message to be indexed. */
export interface IndexRow extends ScopeRow {
  readonly seq: number;
  readonly text: string;
}

/** Positions between which an index is asked, both exclusive. */
export interface IndexRange extends Params {
  readonly after: number;
  readonly before: number;
}

/** The file can't be used any more, or belongs to another log: it is to be made again. */
class UselessIndexError extends Error {
  override readonly name = "UselessIndexError";
}

/**
 * The file of the search indexes. It holds nothing that the log doesn't: what is missing, damaged,
 * or of another log or format is made again.
 */
export class SqliteSearchIndex {
  #files: LogFiles;
  #busyTimeoutMs: number;
  #opened: OpenIndex | undefined;

  constructor(files: LogFiles, busyTimeoutMs: number) {
    this.#files = files;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  /** Does something with the indexes; if they turn out to be useless, again with empty ones. */
  mending<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UselessIndexError)) throw error;
      this.close();
      removeDatabase(this.#files.search);
      return work();
    }
  }

  /** Says what they hold of a log. New ones hold nothing, and begin at its end. */
  coverage({ epoch, lastSeq }: { epoch: string; lastSeq: number }): Coverage {
    return this.#use((index) => {
      index.start.run({ epoch, first: lastSeq + 1, last: lastSeq });
      const found = index.coverage.get()!;
      if (found.epoch === epoch && found.last <= lastSeq) return found;
      throw new UselessIndexError("the search indexes belong to another log");
    });
  }

  /** Adds messages in the order of their positions; from then on they cover `covered`. */
  add(rows: readonly IndexRow[], covered: Omit<Coverage, "entries">): void {
    this.#use((index) =>
      index.db.transaction(() => {
        for (const row of rows) addRow(index, row);
        index.cover.run({ ...covered, added: rows.length });
      })
    );
  }

  /** Positions they hold, in order. */
  positions(after: number, limit: number): number[] {
    return this.#use((index) => index.positions.all({ after, limit })).map(({ seq }) => seq);
  }

  /** Removes messages: no search gets them any more, but their words stay until they are merged. */
  remove(positions: readonly number[]): void {
    this.#use((index) =>
      index.db.transaction(() => {
        for (const seq of positions) index.remove.forEach((remove) => remove.run({ seq }));
        index.forget.run({ removed: positions.length });
      })
    );
  }

  /**
   * Rewrites some pages of an index without what was removed.
   *
   * @param pages A negative number begins to rewrite everything.
   * @returns Whether there is more of it to do.
   */
  merge(name: IndexName, pages: number): boolean {
    return this.#use((index) =>
      index.db.transaction(() => {
        const before = index.changes.get()!.changes;
        index.merge[name].run({ pages });
        // The command itself counts as one change.
        return index.changes.get()!.changes - before >= 2;
      })
    );
  }

  /** Takes out of the files what was overwritten. */
  flush(): void {
    this.#use((index) => index.db.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  }

  /** Positions at which a query of the index's language matches, newest first. */
  find(name: IndexName, match: string, range: IndexRange, limit: number): number[] {
    const rows = this.#use((index) => index.find[name].all({ ...range, match, limit }));
    return rows.map(({ seq }) => seq);
  }

  /** How many such positions there are; counting ends at `limit`. */
  count(name: IndexName, match: string, range: IndexRange, limit: number): number {
    return this.#use((index) => index.count[name].get({ ...range, match, limit }))!.count;
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = undefined;
  }

  #use<Result>(work: (index: OpenIndex) => Result): Result {
    try {
      return work(this.#opened ??= this.#open());
    } catch (cause) {
      if (!isDamage(cause)) throw cause;
      throw new UselessIndexError("the search indexes are damaged", { cause });
    }
  }

  #open(): OpenIndex {
    const { folder, search } = this.#files;
    makePrivateFile(folder, search);
    const db = new SqliteDatabase(search, { busyTimeoutMs: this.#busyTimeoutMs });
    try {
      // What a power cut takes from the file's end is indexed again.
      db.execute("PRAGMA synchronous = NORMAL");
      prepareSchema(db);
      return statementsOn(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }
}

type OpenIndex = ReturnType<typeof statementsOn>;

function prepareSchema(db: SqliteDatabase): void {
  const format = db.prepare<{ user_version: number }>("PRAGMA user_version").get()!.user_version;
  if (format === FORMAT) return;
  if (format !== 0) throw new UselessIndexError(`the search indexes have format ${format}`);
  db.transaction(() => db.execute(SCHEMA));
}

function statementsOn(db: SqliteDatabase) {
  const each = <Row>(sql: (name: IndexName) => string): Record<IndexName, Query<Row>> => ({
    words: db.prepare<Row>(sql("words")),
    trigrams: db.prepare<Row>(sql("trigrams")),
  });
  return {
    db,
    start: db.prepare(
      `INSERT INTO coverage (id, epoch, first, last) VALUES (1, :epoch, :first, :last)
       ON CONFLICT DO NOTHING`,
    ),
    coverage: db.prepare<Coverage & { epoch: string }>("SELECT * FROM coverage"),
    cover: db.prepare(
      "UPDATE coverage SET first = :first, last = :last, entries = entries + :added",
    ),
    forget: db.prepare("UPDATE coverage SET entries = entries - :removed"),
    addWords: db.prepare("INSERT INTO words (rowid, text, pairs, scope) VALUES (?, ?, ?, ?)"),
    addTrigrams: db.prepare("INSERT INTO trigrams (rowid, text, scope) VALUES (?, ?, ?)"),
    positions: db.prepare<{ seq: number }>(
      "SELECT id AS seq FROM words_docsize WHERE id > :after ORDER BY id LIMIT :limit",
    ),
    remove: INDEX_NAMES.map((name) => db.prepare(`DELETE FROM ${name} WHERE rowid = :seq`)),
    merge: each((name) => `INSERT INTO ${name} (${name}, rank) VALUES ('merge', :pages)`),
    changes: db.prepare<{ changes: number }>("SELECT total_changes() AS changes"),
    find: each<{ seq: number }>(findSql),
    count: each<{ count: number }>(countSql),
  };
}

function addRow(index: OpenIndex, row: IndexRow): void {
  const { words, pairs, folded } = indexedTextOf(row.text);
  const scope = scopeOf(row);
  index.addWords.runWith([row.seq, words, pairs, scope]);
  index.addTrigrams.runWith([row.seq, folded, scope]);
}

/** A number is bound as a fraction, which an index takes for no bound at all: hence the casts. */
const RANGE_SQL = "rowid > CAST(:after AS INTEGER) AND rowid < CAST(:before AS INTEGER)";

function findSql(name: IndexName): string {
  return `SELECT rowid AS seq FROM ${name} WHERE ${name} MATCH :match AND ${RANGE_SQL}
    ORDER BY rowid DESC LIMIT :limit`;
}

function countSql(name: IndexName): string {
  return `SELECT count(*) AS count FROM (SELECT 1 FROM ${name}
    WHERE ${name} MATCH :match AND ${RANGE_SQL} LIMIT :limit)`;
}
