import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import { INDEXES } from "./sqlite_schema.ts";

/** Pages of an index that are rewritten in one commit, 4 KiB each: some 20 ms of work. */
const PAGES_PER_STEP = 250;
/** The indexes are tidied once a day, or sooner if so large a part of the messages is gone. */
const REST_MS = 86_400_000;
const SOON_SHARE = 0.05;

/**
 * Takes what was removed out of the search indexes for good. An index only notes what it is to
 * forget, which is quick, and drops it when it is rewritten; that is done in small steps here.
 */
export class SqliteTidying {
  #db: SqliteDatabase;
  #state: Query<{ untidied: number; events: number }>;
  #note: Query<unknown>;
  #finish: Query<unknown>;
  #merges: readonly Query<unknown>[];
  #changes: Query<{ changes: number }>;
  #finishedAt = Number.NEGATIVE_INFINITY;
  /** Number of the index that is being rewritten, and what it holds for removed at the start. */
  #work: { index: number; isBegun: boolean; untidied: number } | undefined;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#state = db.prepare("SELECT untidied, events FROM meta");
    this.#note = db.prepare("UPDATE meta SET untidied = untidied + :removed");
    this.#finish = db.prepare("UPDATE meta SET untidied = untidied - :untidied");
    this.#merges = INDEXES.map(({ index }) =>
      db.prepare(`INSERT INTO ${index} (${index}, rank) VALUES ('merge', :pages)`)
    );
    this.#changes = db.prepare("SELECT total_changes() AS changes");
  }

  /** Notes that the indexes were told to forget events; a part of the commit that removes them. */
  note(removed: number): void {
    this.#note.run({ removed });
  }

  /** Does one step, if anything is to be done by now, which is log time. */
  step(now: number): void {
    this.#work ??= this.#begin(now);
    if (!this.#work) return;
    const { index, isBegun, untidied } = this.#work;
    if (this.#merge(index, isBegun)) {
      this.#work = { index, isBegun: true, untidied };
    } else if (index + 1 < this.#merges.length) {
      this.#work = { index: index + 1, isBegun: false, untidied };
    } else {
      this.#finish.run({ untidied });
      this.#finishedAt = now;
      this.#work = undefined;
    }
  }

  #begin(now: number) {
    const { untidied, events } = this.#state.get()!;
    const isSoon = untidied > SOON_SHARE * events;
    if (untidied === 0 || !(isSoon || now - this.#finishedAt >= REST_MS)) {
      return undefined;
    }
    return { index: 0, isBegun: false, untidied };
  }

  /** A negative number begins to rewrite everything. Returns whether there is more of it to do. */
  #merge(index: number, isBegun: boolean): boolean {
    return this.#db.transaction(() => {
      const before = this.#changes.get()!.changes;
      this.#merges[index]!.run({ pages: isBegun ? PAGES_PER_STEP : -PAGES_PER_STEP });
      // The command itself counts as one change.
      return this.#changes.get()!.changes - before >= 2;
    });
  }
}
