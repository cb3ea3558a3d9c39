import type { Moment } from "./log_time.ts";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import type { SqlitePeople } from "./sqlite_people.ts";
import { SqliteTime } from "./sqlite_time.ts";

/** Pause between two sweeps over all accounts, in milliseconds of log time. */
const REST_MS = 3_600_000;
/**
 * How long after the end of its reservation an account is kept: longer than the time between two
 * renewals of a reservation, however short it is, so that nobody who is connected is removed.
 */
const MARGIN_MS = 3_600_000;

interface SweptRow {
  readonly id: number;
  readonly account: string;
  readonly name: number;
  readonly is_unused: number;
}

/**
 * Removes what nothing refers to any more: first acks of messages that are gone, and accounts whose
 * names' reservations have ended, with their names, sessions and empty conversations.
 */
export class SqliteExpiry {
  #db: SqliteDatabase;
  #people: SqlitePeople;
  #time: SqliteTime;
  #removeAcks: Query<unknown>;
  #swept: Query<SweptRow>;
  #conversations: Query<{ conversation: number }>;
  #removeConversation: readonly Query<unknown>[];
  #removeAccount: readonly Query<unknown>[];
  /** Row of the account at which the sweep is; `undefined` while it rests. */
  #sweptUpTo: number | undefined = 0;
  #restedAt = 0;

  /** @param people Forgets the rows that are removed. */
  constructor(db: SqliteDatabase, people: SqlitePeople) {
    this.#db = db;
    this.#people = people;
    this.#time = new SqliteTime(db);
    this.#removeAcks = db.prepare(
      `DELETE FROM acks WHERE (author, key) IN (
         SELECT author, key FROM acks WHERE seq <= :upTo ORDER BY seq LIMIT :limit)`,
    );
    this.#swept = db.prepare(SWEPT_SQL);
    this.#conversations = db.prepare(
      "SELECT conversation FROM members WHERE account = :id LIMIT :limit",
    );
    this.#removeConversation = [
      "DELETE FROM reads WHERE conversation = :conversation",
      "DELETE FROM members WHERE conversation = :conversation",
      "DELETE FROM conversations WHERE id = :conversation",
    ].map((sql) => db.prepare(sql));
    this.#removeAccount = [
      "DELETE FROM reads WHERE account = :id",
      "DELETE FROM sessions WHERE account = :id",
      "DELETE FROM erasures WHERE account = :account",
      "UPDATE names SET owner = NULL WHERE owner = :id",
      "DELETE FROM accounts WHERE id = :id",
      `DELETE FROM names WHERE id = :name
         AND NOT EXISTS (SELECT 1 FROM accounts WHERE name = :name)`,
    ].map((sql) => db.prepare(sql));
  }

  /**
   * Takes one step.
   *
   * @param limit Most acks, accounts or conversations to look at now.
   * @returns Whether there is more to do at once.
   */
  step(moment: Moment, nameTtlMs: number, limit: number): boolean {
    return this.#db.transaction(() => {
      const upTo = this.#time.positionAt(moment.logTime - nameTtlMs);
      const { changes } = this.#removeAcks.run({ upTo, limit });
      if (changes === limit) return true;
      if (moment.logTime - this.#restedAt >= REST_MS) this.#sweptUpTo ??= 0;
      if (this.#sweptUpTo === undefined) return false;
      this.#sweptUpTo = this.#sweep(this.#sweptUpTo, moment.logTime - nameTtlMs - MARGIN_MS, limit);
      if (this.#sweptUpTo !== undefined) return true;
      this.#restedAt = moment.logTime;
      return false;
    });
  }

  /** Returns how far it came; `undefined` once there are no more accounts. */
  #sweep(after: number, before: number, limit: number): number | undefined {
    const rows = this.#swept.all({ after, before, limit });
    let sweptUpTo = after;
    for (const row of rows) {
      if (row.is_unused && !this.#remove(row, limit)) return sweptUpTo;
      sweptUpTo = row.id;
    }
    return rows.length < limit ? undefined : sweptUpTo;
  }

  /** Removes an account; if it has too many conversations for one step, only some of these. */
  #remove({ id, account, name }: SweptRow, limit: number): boolean {
    const conversations = this.#conversations.all({ id, limit });
    for (const { conversation } of conversations) {
      for (const statement of this.#removeConversation) statement.run({ conversation });
    }
    if (conversations.length === limit) return false;
    for (const statement of this.#removeAccount) statement.run({ id, account, name });
    this.#people.forget(account);
    return true;
  }
}

/** Some accounts, and whether nothing that is kept names them. */
const SWEPT_SQL = `
SELECT a.id, a.public_id AS account, a.name,
  a.seen_at <= :before AND a.passphrase IS NULL AND a.state <> 'deleting'
  AND NOT EXISTS (SELECT 1 FROM events WHERE author = a.id)
  AND NOT EXISTS (SELECT 1 FROM events WHERE recipient = a.id)
  AND NOT EXISTS (SELECT 1 FROM acks WHERE author = a.id)
  AND NOT EXISTS (SELECT 1 FROM acks WHERE recipient = a.id) AS is_unused
FROM accounts a WHERE a.id > :after ORDER BY a.id LIMIT :limit`;
