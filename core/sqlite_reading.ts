import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import { unreadSql } from "./sqlite_views.ts";
import type { Delivered, ReadPosition } from "./store.ts";

/** Marks what has reached and what has been read by whom. */
export class SqliteReading {
  #db: SqliteDatabase;
  #arrived: Query<{ seq: number; author: string; is_guest: number }>;
  #mark: Query<unknown>;
  #wait: Query<unknown>;
  #forgetGuests: Query<unknown>;
  #told: Query<{ seq: number }>;
  #forget: Query<unknown>;
  #moveOn: Query<unknown>;
  #position: Query<{ seq: number; unread: number }>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    const arrived = `recipient = (SELECT id FROM accounts WHERE public_id = :account)
      AND is_delivered = 0 AND seq <= :upTo`;
    this.#arrived = db.prepare(
      `SELECT w.seq, a.public_id AS author, a.kind = 'guest' AS is_guest
       FROM waiting w JOIN accounts a ON a.id = w.author WHERE w.${arrived} ORDER BY w.seq`,
    );
    this.#forgetGuests = db.prepare(
      `DELETE FROM waiting WHERE ${arrived}
         AND (SELECT kind FROM accounts WHERE id = author) = 'guest'`,
    );
    this.#mark = db.prepare(`UPDATE waiting SET is_delivered = 1 WHERE ${arrived}`);
    this.#wait = db.prepare(
      `INSERT INTO waiting (seq, author, recipient)
       SELECT seq, author, recipient FROM events
       WHERE seq = :seq AND recipient IS NOT NULL AND recipient <> author ON CONFLICT DO NOTHING`,
    );
    const told = `author = (SELECT id FROM accounts WHERE public_id = :author)
      AND is_delivered = 1`;
    this.#told = db.prepare(`SELECT seq FROM waiting WHERE ${told} ORDER BY seq`);
    this.#forget = db.prepare(`DELETE FROM waiting WHERE ${told}`);
    // A position beyond the log's end would hide what is yet to come.
    this.#moveOn = db.prepare(
      `INSERT INTO reads (account, conversation, seq)
       SELECT a.id, c.id, min(:seq, m.last_seq) FROM accounts a, conversations c, meta m
       WHERE a.public_id = :account AND c.public_id = :conversation AND (c.kind = 'lobby'
         OR EXISTS (SELECT 1 FROM members WHERE conversation = c.id AND account = a.id))
       ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)`,
    );
    this.#position = db.prepare(
      `SELECT r.seq, ${unreadSql("r.conversation", "r.seq", "r.account")} AS unread
       FROM reads r WHERE r.account = (SELECT id FROM accounts WHERE public_id = :account)
         AND r.conversation = (SELECT id FROM conversations WHERE public_id = :conversation)`,
    );
  }

  markDelivered(account: string, upTo: number): Delivered[] {
    return this.#db.transaction(() => {
      const rows = this.#arrived.all({ account, upTo });
      if (rows.some((row) => row.is_guest)) this.#forgetGuests.run({ account, upTo });
      if (rows.length > 0) this.#mark.run({ account, upTo });
      return rows.map(({ seq, author }) => ({ seq, author }));
    });
  }

  markWaiting(seq: number): void {
    this.#wait.run({ seq });
  }

  takeDelivered(author: string): number[] {
    const positions = this.#told.all({ author }).map(({ seq }) => seq);
    if (positions.length > 0) this.#forget.run({ author });
    return positions;
  }

  markRead(account: string, conversation: string, seq: number): ReadPosition {
    return this.#db.transaction(() => {
      this.#moveOn.run({ account, conversation, seq });
      const position = this.#position.get({ account, conversation });
      return { conversation, seq: position?.seq ?? 0, unread: position?.unread ?? 0 };
    });
  }
}
