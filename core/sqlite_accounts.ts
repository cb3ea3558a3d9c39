import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import { SqlitePeople } from "./sqlite_people.ts";
import { LOBBY_ROW } from "./sqlite_schema.ts";
import type { Account, NameClaim } from "./store.ts";

interface OwnerRow {
  readonly id: number;
  readonly public_id: string;
  readonly username: string;
  readonly away_since: number | null;
  readonly is_session: number;
}

/** Who owns which name, and which sessions may act for whom. */
export class SqliteAccounts {
  #db: SqliteDatabase;
  #people: SqlitePeople;
  #owner: Query<OwnerRow>;
  #return: Query<unknown>;
  #give: Query<unknown>;
  #endAccount: Query<unknown>;
  #touch: Query<unknown>;
  #passphrase: Query<unknown>;
  #grant: Query<unknown>;
  #sessionAccounts: Query<{ public_id: string }>;
  #endSession: Query<unknown>;
  #accountSessions: Query<{ id: string }>;
  #endSessions: Query<unknown>;
  #freeName: Query<unknown>;
  #startRead: Query<unknown>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#people = new SqlitePeople(db);
    this.#owner = db.prepare(
      `SELECT a.id, a.public_id, a.username, a.away_since,
         EXISTS (SELECT 1 FROM sessions s WHERE s.id = :sessionId AND s.account = a.id) AS is_session
       FROM names n JOIN accounts a ON a.id = n.owner WHERE n.key = :nameKey`,
    );
    this.#return = db.prepare("UPDATE accounts SET away_since = NULL WHERE id = :id");
    this.#give = db.prepare("UPDATE names SET owner = :id WHERE key = :nameKey");
    this.#endAccount = db.prepare(
      "UPDATE accounts SET state = :state, passphrase = NULL WHERE id = :id",
    );
    this.#touch = db.prepare(
      "UPDATE accounts SET away_since = :at WHERE public_id = :account AND kind = 'user'",
    );
    this.#passphrase = db.prepare(
      "UPDATE accounts SET passphrase = :hash WHERE public_id = :account AND kind = 'user'",
    );
    this.#grant = db.prepare(
      `INSERT INTO sessions (id, account)
       SELECT :sessionId, a.id FROM accounts a JOIN names n ON n.owner = a.id
       WHERE a.public_id = :account ON CONFLICT DO NOTHING`,
    );
    this.#sessionAccounts = db.prepare(
      `SELECT a.public_id FROM sessions s JOIN accounts a ON a.id = s.account
       WHERE s.id = :sessionId ORDER BY a.id`,
    );
    this.#endSession = db.prepare("DELETE FROM sessions WHERE id = :sessionId");
    this.#accountSessions = db.prepare(
      "SELECT id FROM sessions WHERE account = :id AND id <> :keep ORDER BY id",
    );
    this.#endSessions = db.prepare("DELETE FROM sessions WHERE account = :id AND id <> :keep");
    this.#freeName = db.prepare("UPDATE names SET owner = NULL WHERE owner = :id");
    this.#startRead = db.prepare(
      `INSERT INTO reads (account, conversation, seq)
       SELECT :id, ${LOBBY_ROW}, last_seq FROM meta`,
    );
  }

  /**
   * Gives a name to a session, or says that another one holds it.
   *
   * @param newAccount Public id of the account to be made, if one is.
   */
  claimName(claim: NameClaim, newAccount: string): Account | "taken" {
    const { username, nameKey, sessionId, at, nameTtlMs } = claim;
    const owner = this.#owner.get({ nameKey, sessionId: sessionId ?? null });
    if (owner?.is_session) return this.#comeBack(owner);
    const hasLapsed = owner?.away_since != null && at - owner.away_since >= nameTtlMs;
    if (owner && !hasLapsed) return "taken";
    if (sessionId === undefined) return { account: newAccount, username };
    return this.#db.transaction(() => {
      if (owner) this.#end(owner.id, "lapsed");
      const added = this.#people.add({ account: newAccount, username, nameKey, kind: "user", at });
      this.#give.run({ id: added.id, nameKey });
      this.#grant.run({ sessionId, account: newAccount });
      this.#startRead.run({ id: added.id });
      return { account: newAccount, username };
    });
  }

  touchAccount(account: string, at: number): void {
    this.#touch.run({ account, at });
  }

  setPassphrase(account: string, hash: string | undefined): void {
    this.#passphrase.run({ account, hash: hash ?? null });
  }

  grantSession(account: string, sessionId: string): void {
    this.#grant.run({ account, sessionId });
  }

  revokeSession(sessionId: string): string[] {
    return this.#db.transaction(() => {
      const accounts = this.#sessionAccounts.all({ sessionId }).map((row) => row.public_id);
      this.#endSession.run({ sessionId });
      return accounts;
    });
  }

  revokeSessionsOf(account: string, keep?: string): string[] {
    return this.#db.transaction(() => {
      const row = this.#people.find(account);
      return row ? this.#revoke(row.id, keep) : [];
    });
  }

  /** Ends an account and frees its name; what it wrote is then erased step by step. */
  closeAccount(account: string): string[] {
    return this.#db.transaction(() => {
      const row = this.#people.find(account);
      return row ? this.#end(row.id, "deleting") : [];
    });
  }

  #comeBack({ id, public_id, username, away_since }: OwnerRow): Account {
    if (away_since !== null) this.#return.run({ id });
    return { account: public_id, username };
  }

  #end(id: number, state: "lapsed" | "deleting"): string[] {
    this.#endAccount.run({ id, state });
    this.#freeName.run({ id });
    return this.#revoke(id);
  }

  /** An empty text is no session's id. */
  #revoke(id: number, keep = ""): string[] {
    const sessions = this.#accountSessions.all({ id, keep }).map((row) => row.id);
    this.#endSessions.run({ id, keep });
    return sessions;
  }
}
