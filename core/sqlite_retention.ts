import type { Moment } from "./log_time.ts";
import type { SqliteAcks } from "./sqlite_acks.ts";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import { SqliteTime } from "./sqlite_time.ts";
import type { Retention } from "./store.ts";

const HOUR_MS = 3_600_000;
/** Least time between two times that the WAL is emptied of what was removed. */
const EMPTYING_REST_MS = 600_000;

/** Removes events. The search indexes notice by themselves. */
export class SqliteRetention {
  #db: SqliteDatabase;
  #retention: Retention;
  #acks: SqliteAcks;
  #time: SqliteTime;
  #upTo: Query<{ seq: number }>;
  #oldest: Query<{ seq: number }>;
  #erasable: Query<{ seq: number }>;
  #count: Query<{ events: number }>;
  #remove: readonly Query<unknown>[];
  #noteRemoved: Query<unknown>;
  #notePruned: Query<unknown>;
  #forgetHours: Query<unknown>;
  #deleting: Query<{ id: number }>;
  #finishDeleting: readonly Query<unknown>[];
  #deleteAcks: Query<unknown>;
  /** Whether the WAL may hold what was removed, as after a crash. */
  #leavesTraces = true;
  #emptiedAt = -Infinity;

  constructor(db: SqliteDatabase, acks: SqliteAcks, retention: Retention) {
    this.#db = db;
    this.#acks = acks;
    this.#retention = retention;
    this.#time = new SqliteTime(db);
    this.#upTo = db.prepare("SELECT seq FROM events WHERE seq <= :upTo ORDER BY seq LIMIT :limit");
    this.#oldest = db.prepare("SELECT seq FROM events ORDER BY seq LIMIT :limit");
    this.#erasable = db.prepare("SELECT seq FROM events WHERE author = :id LIMIT :limit");
    this.#count = db.prepare("SELECT events FROM meta");
    this.#remove = removeSql().map((sql) => db.prepare(sql));
    this.#noteRemoved = db.prepare("UPDATE meta SET events = events - :removed");
    this.#notePruned = db.prepare("UPDATE meta SET pruned_up_to = max(pruned_up_to, :seq)");
    this.#forgetHours = db.prepare(
      "DELETE FROM hours WHERE last_seq < coalesce((SELECT min(seq) FROM events), last_seq + 1)",
    );
    this.#deleting = db.prepare("SELECT id FROM accounts WHERE state = 'deleting' LIMIT 1");
    this.#deleteAcks = db.prepare(
      `DELETE FROM acks WHERE author = :id AND key IN (
         SELECT key FROM acks WHERE author = :id LIMIT :limit)`,
    );
    this.#finishDeleting = [
      "DELETE FROM reads WHERE account = :id",
      "DELETE FROM waiting WHERE :id IN (author, recipient)",
      "UPDATE accounts SET state = 'deleted' WHERE id = :id",
    ].map((sql) => db.prepare(sql));
  }

  /**
   * Removes at most `limit` events that retention no longer covers, or their traces when there are
   * none. Returns how many it removed.
   */
  prune(moment: Moment, limit: number): number {
    this.#db.transaction(() => this.#time.mark(moment, this.#markEveryMs));
    const rows = this.#uncovered(moment, limit);
    if (rows.length === 0) {
      this.#removeTraces(moment);
      return 0;
    }
    const positions = rows.map(({ seq }) => seq);
    return this.#db.transaction(() => {
      this.#notePruned.run({ seq: Math.max(...positions) });
      for (const seq of positions) this.#acks.keepOf(seq);
      return this.#removeAll(positions);
    });
  }

  /**
   * Erases a part of what closed accounts wrote and did.
   *
   * @param limit Most events, and most keys, to remove now.
   * @returns Whether more is left.
   */
  erase(limit: number): boolean {
    const account = this.#deleting.get();
    if (!account) return false;
    return this.#db.transaction(() => {
      const rows = this.#erasable.all({ ...account, limit });
      this.#removeAll(rows.map(({ seq }) => seq));
      const { changes } = this.#deleteAcks.run({ ...account, limit });
      if (rows.length < limit && changes < limit) {
        for (const statement of this.#finishDeleting) statement.run({ ...account });
      }
      return true;
    });
  }

  /** An hour, or less where an hour more would be much. */
  get #markEveryMs(): number {
    const { kind } = this.#retention;
    return kind === "age" ? Math.min(HOUR_MS, this.#retention.maxAgeMs / 10) : HOUR_MS;
  }

  #uncovered({ logTime }: Moment, limit: number): { seq: number }[] {
    const retention = this.#retention;
    switch (retention.kind) {
      case "forever":
        return [];
      case "none":
        return this.#oldest.all({ limit });
      case "age":
        return this.#upTo.all({ upTo: this.#time.positionAt(logTime - retention.maxAgeMs), limit });
      case "count": {
        const excess = this.#count.get()!.events - retention.maxEvents;
        return excess > 0 ? this.#oldest.all({ limit: Math.min(limit, excess) }) : [];
      }
    }
  }

  #removeTraces({ logTime }: Moment): void {
    if (!this.#leavesTraces || logTime - this.#emptiedAt < EMPTYING_REST_MS) return;
    if (!this.#db.emptyWal()) return;
    this.#leavesTraces = false;
    this.#emptiedAt = logTime;
  }

  #removeAll(positions: readonly number[]): number {
    this.#leavesTraces = true;
    for (const seq of positions) {
      for (const statement of this.#remove) statement.run({ seq });
    }
    this.#noteRemoved.run({ removed: positions.length });
    this.#forgetHours.run();
    return positions.length;
  }
}

function removeSql(): string[] {
  return [
    "DELETE FROM waiting WHERE seq = :seq",
    `UPDATE members SET newest = coalesce((SELECT max(seq) FROM events e
       WHERE e.conversation = members.conversation AND e.seq <> :seq), 0)
     WHERE conversation = (SELECT conversation FROM events WHERE seq = :seq) AND newest = :seq`,
    "DELETE FROM events WHERE seq = :seq",
  ];
}
