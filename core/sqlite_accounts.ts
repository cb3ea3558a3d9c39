import type { Moment } from "./log_time.ts";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import type { SqlitePeople } from "./sqlite_people.ts";
import { LOBBY_ROW } from "./sqlite_schema.ts";
import { SqliteTime } from "./sqlite_time.ts";
import type { Account, Erasure, Grounds, NameClaim } from "./store.ts";

interface OwnerRow {
  readonly id: number;
  readonly public_id: string;
  readonly username: string;
  readonly seen_at: number;
  readonly has_passphrase: number;
  readonly is_session: number;
}

/** Who owns which name, and which sessions may act for whom. */
export class SqliteAccounts {
  #db: SqliteDatabase;
  #people: SqlitePeople;
  #time: SqliteTime;
  #owner: Query<OwnerRow>;
  #give: Query<unknown>;
  #endAccount: Query<unknown>;
  #touch: Query<unknown>;
  #passphrase: Query<unknown>;
  #holds: Query<unknown>;
  #grant: Query<unknown>;
  #sessionAccounts: Query<{ public_id: string }>;
  #endSession: Query<unknown>;
  #accountSessions: Query<{ id: string }>;
  #endSessions: Query<unknown>;
  #freeName: Query<unknown>;
  #startRead: Query<unknown>;
  #addErasure: Query<unknown>;
  #erasure: Query<Erasure>;

  constructor(db: SqliteDatabase, people: SqlitePeople) {
    this.#db = db;
    this.#people = people;
    this.#time = new SqliteTime(db);
    this.#owner = db.prepare(
      `SELECT a.id, a.public_id, a.username, a.seen_at, a.passphrase IS NOT NULL AS has_passphrase,
         EXISTS (SELECT 1 FROM sessions s WHERE s.id = :sessionId AND s.account = a.id) AS is_session
       FROM names n JOIN accounts a ON a.id = n.owner WHERE n.key = :nameKey`,
    );
    this.#give = db.prepare("UPDATE names SET owner = :id WHERE key = :nameKey");
    this.#endAccount = db.prepare(
      "UPDATE accounts SET state = :state, passphrase = NULL WHERE id = :id",
    );
    this.#touch = db.prepare(
      "UPDATE accounts SET seen_at = :logTime WHERE public_id = :account AND kind = 'user'",
    );
    this.#passphrase = db.prepare(
      "UPDATE accounts SET passphrase = :hash WHERE public_id = :account AND kind = 'user'",
    );
    this.#holds = db.prepare(
      `SELECT 1 FROM accounts a WHERE a.public_id = :account
         AND (:sessionId IS NULL
           OR EXISTS (SELECT 1 FROM sessions s WHERE s.id = :sessionId AND s.account = a.id))
         AND (:isAnyPassphrase OR a.passphrase IS :passphrase)`,
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
    this.#addErasure = db.prepare(
      "INSERT INTO erasures (account, seq, at) SELECT :account, last_seq, :at FROM meta",
    );
    this.#erasure = db.prepare("SELECT account, seq, at FROM erasures WHERE account = :account");
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
  claimName(claim: NameClaim, newAccount: string, moment: Moment): Account | "taken" {
    const { username, nameKey, sessionId } = claim;
    const owner = this.#owner.get({ nameKey, sessionId: sessionId ?? null });
    if (owner?.is_session) return this.#comeBack(owner, moment);
    if (owner && !hasLapsed(owner, claim, moment)) return "taken";
    if (sessionId === undefined) return { account: newAccount, username };
    return this.#db.transaction(() => {
      if (owner) this.#end(owner.id, "lapsed");
      const account = { account: newAccount, username, nameKey, kind: "user" as const };
      const added = this.#people.add({ ...account, ...moment });
      this.#give.run({ id: added.id, nameKey });
      this.#grant.run({ sessionId, account: newAccount });
      this.#startRead.run({ id: added.id });
      this.#time.note(moment);
      return { account: newAccount, username };
    });
  }

  touchAccounts(accounts: readonly string[], moment: Moment): void {
    this.#db.transaction(() => {
      for (const account of accounts) this.#touch.run({ account, logTime: moment.logTime });
      this.#time.note(moment);
    });
  }

  /** The reservation of a name that a passphrase no longer keeps begins now. */
  setPassphrase(
    account: string,
    hash: string | undefined,
    moment: Moment,
    grounds?: Grounds,
  ): boolean {
    return this.#db.transaction(() => {
      if (!this.#stillHold(account, grounds)) return false;
      this.#passphrase.run({ account, hash: hash ?? null });
      this.touchAccounts([account], moment);
      return true;
    });
  }

  grantSession(account: string, sessionId: string, grounds?: Grounds): boolean {
    return this.#db.transaction(() => {
      if (!this.#stillHold(account, grounds)) return false;
      this.#grant.run({ account, sessionId });
      return this.#stillHold(account, { sessionId });
    });
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
  closeAccount(account: string, moment: Moment, grounds?: Grounds): Erasure | undefined {
    return this.#db.transaction(() => {
      const row = this.#people.find(account);
      if (!row || row.is_closed || !this.#stillHold(account, grounds)) return undefined;
      this.#end(row.id, "deleting");
      this.#people.forget(account);
      this.touchAccounts([account], moment);
      this.#addErasure.run({ account, at: moment.at });
      return { ...this.#erasure.get({ account })! };
    });
  }

  #stillHold(account: string, { sessionId, passphrase }: Grounds = {}): boolean {
    return this.#holds.get({
      account,
      sessionId: sessionId ?? null,
      isAnyPassphrase: passphrase === undefined ? 1 : 0,
      passphrase: passphrase ?? null,
    }) !== undefined;
  }

  #comeBack({ public_id: account, username }: OwnerRow, moment: Moment): Account {
    this.touchAccounts([account], moment);
    return { account, username };
  }

  #end(id: number, state: "lapsed" | "deleting"): void {
    this.#endAccount.run({ id, state });
    this.#freeName.run({ id });
    this.#revoke(id);
  }

  /** An empty text is no session's id. */
  #revoke(id: number, keep = ""): string[] {
    const sessions = this.#accountSessions.all({ id, keep }).map((row) => row.id);
    this.#endSessions.run({ id, keep });
    return sessions;
  }
}

function hasLapsed(owner: OwnerRow, claim: NameClaim, { logTime }: Moment): boolean {
  if (owner.has_passphrase || claim.isHeld) return false;
  return logTime - owner.seen_at >= claim.nameTtlMs;
}
