import type { Moment } from "./log_time.ts";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";

/** The log's own time as the log keeps it, and where the log stood at which time. */
export class SqliteTime {
  #note: Query<unknown>;
  #newestMark: Query<{ log_time: number; seq: number }>;
  #lastSeq: Query<{ last_seq: number }>;
  #addMark: Query<unknown>;
  #markBefore: Query<{ seq: number }>;

  constructor(db: SqliteDatabase) {
    this.#note = db.prepare(`UPDATE meta SET ${NOTE_TIME_SQL}`);
    this.#newestMark = db.prepare("SELECT log_time, seq FROM marks ORDER BY log_time DESC LIMIT 1");
    this.#lastSeq = db.prepare("SELECT last_seq FROM meta");
    this.#addMark = db.prepare("INSERT INTO marks (log_time, seq) VALUES (:logTime, :seq)");
    this.#markBefore = db.prepare(
      "SELECT seq FROM marks WHERE log_time <= :logTime ORDER BY log_time DESC LIMIT 1",
    );
  }

  /** Notes the time; a part of every commit that something will expire after. */
  note({ at, logTime }: Moment): void {
    this.#note.run({ at, logTime });
  }

  /** Marks how far the log has come, unless it has been marked within `everyMs`. */
  mark(moment: Moment, everyMs: number): void {
    const newest = this.#newestMark.get() ?? { log_time: -Infinity, seq: 0 };
    const seq = this.#lastSeq.get()!.last_seq;
    const { logTime } = moment;
    if (seq === newest.seq || logTime - newest.log_time < Math.max(everyMs, 1)) return;
    this.#addMark.run({ logTime, seq });
    this.note(moment);
  }

  /** A position that the log had reached at a time for certain; 0 if none is known. */
  positionAt(logTime: number): number {
    return this.#markBefore.get({ logTime })?.seq ?? 0;
  }
}

/** Assignments to `meta` that note a {@linkcode Moment}. */
export const NOTE_TIME_SQL = "log_time = max(log_time, :logTime), noted_at = :at";
