import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import { INDEXES } from "./sqlite_schema.ts";

/**
 * Brings the search indexes up to the log. Indexing a message costs several times what storing it
 * does, so it is no part of the commit that an ack waits for: it is done in steps when there is
 * time, and until then a search reads the newest messages themselves.
 */
export class SqliteIndexing {
  #db: SqliteDatabase;
  #next: Query<{ last: number | null; count: number; from: number }>;
  #add: readonly Query<unknown>[];
  #note: Query<unknown>;
  #behind: Query<{ behind: number }>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#next = db.prepare(
      `SELECT max(seq) AS last, count(*) AS count, (SELECT indexed_up_to FROM meta) AS "from"
       FROM (SELECT seq FROM events WHERE seq > (SELECT indexed_up_to FROM meta)
         ORDER BY seq LIMIT :limit)`,
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

  /** Indexes the next events, at most `limit`, in one commit. Returns how many it were. */
  index(limit: number): number {
    return this.#db.transaction(() => {
      const { last, count, from } = this.#next.get({ limit })!;
      if (last === null) return 0;
      for (const index of this.#add) index.run({ from, last });
      this.#note.run({ last });
      return count;
    });
  }
}
