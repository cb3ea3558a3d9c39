import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import { INDEXES } from "./sqlite_schema.ts";
import type { IndexStep } from "./indexer.ts";

/**
 * Characters of text that count as one event of a step: those of a short message. A long one costs
 * as much as many short ones, some microseconds a character.
 */
const EVENT_LENGTH = 64;

/**
 * Brings the search indexes up to the log. Indexing a message costs several times what storing it
 * does, so it is no part of the commit that an ack waits for: it is done in steps when there is
 * time, and until then a search reads the newest messages themselves.
 */
export class SqliteIndexing {
  #db: SqliteDatabase;
  #next: Query<{ last: number | null; count: number; from: number; newest: number }>;
  #add: readonly Query<unknown>[];
  #note: Query<unknown>;
  #behind: Query<{ behind: number }>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#next = db.prepare(
      `SELECT max(seq) AS last, count(*) AS count, (SELECT indexed_up_to FROM meta) AS "from",
         (SELECT max(seq) FROM events) AS newest
       FROM (SELECT seq, row_number() OVER before AS place, sum(length(text)) OVER before AS length
         FROM (SELECT seq, text FROM events WHERE seq > (SELECT indexed_up_to FROM meta)
           ORDER BY seq LIMIT :limit)
         WINDOW before AS (ORDER BY seq ROWS UNBOUNDED PRECEDING))
       WHERE length <= :limit * ${EVENT_LENGTH} OR place = 1`,
    );
    this.#add = INDEXES.map(({ index, columns }) =>
      db.prepare(
        `INSERT INTO ${index} (rowid, ${columns})
         SELECT seq, ${columns} FROM searchable WHERE seq > :from AND seq <= :last ORDER BY seq`,
      )
    );
    this.#note = db.prepare("UPDATE meta SET indexed_up_to = :last");
    this.#behind = db.prepare("SELECT last_seq - indexed_up_to AS behind FROM meta");
  }

  /** At most how many events the indexes lack. */
  behind(): number {
    return this.#behind.get()!.behind;
  }

  /** Indexes the next events in one commit: at most `limit` short ones, or fewer long ones. */
  index(limit: number): IndexStep {
    return this.#db.transaction(() => {
      const { last, count, from, newest } = this.#next.get({ limit })!;
      if (last === null) return { count, isLast: true };
      for (const index of this.#add) index.run({ from, last });
      this.#note.run({ last });
      return { count, isLast: last === newest };
    });
  }
}
