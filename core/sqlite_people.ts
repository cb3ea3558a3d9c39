import type { Moment } from "./log_time.ts";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import type { Account } from "./store.ts";

/** An account's row. */
export interface AccountRow {
  readonly id: number;
  readonly public_id: string;
  readonly username: string;
  /** Whether it has ended by its owner's wish: nothing of it is stored any more. */
  readonly is_closed: number;
}

/** Someone new, and when. */
export interface NewAccount extends Account, Moment {
  readonly nameKey: string;
  readonly kind: "guest" | "user";
}

/** Whether an account `a` has been closed. */
const IS_CLOSED_SQL = "a.state IN ('deleting', 'deleted')";

/** Accounts whose rows are remembered; beyond that it starts anew. */
const MAX_SEEN = 10_000;

/** The rows of accounts, names and private conversations, made when they are first needed. */
export class SqlitePeople {
  #db: Pick<SqliteDatabase, "rollbacks">;
  #rollbacks = 0;
  /** Rows of accounts met lately; what changes in them is forgotten. */
  #seen = new Map<string, AccountRow>();
  #account: Query<AccountRow>;
  #owner: Query<AccountRow>;
  #nextId: Query<{ id: number }>;
  #addName: Query<unknown>;
  #nameId: Query<{ id: number }>;
  #addAccount: Query<unknown>;
  #conversation: Query<{ id: number }>;
  #addConversation: Query<unknown>;
  #addMember: Query<unknown>;
  #hasPassphrase: Query<{ has: number }>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#account = db.prepare(
      `SELECT id, public_id, username, ${IS_CLOSED_SQL} AS is_closed FROM accounts a
       WHERE public_id = :account`,
    );
    this.#owner = db.prepare(
      `SELECT a.id, a.public_id, a.username, ${IS_CLOSED_SQL} AS is_closed FROM names n JOIN accounts a ON a.id = n.owner
       WHERE n.key = :nameKey`,
    );
    this.#nextId = db.prepare("UPDATE meta SET last_id = last_id + 1 RETURNING last_id AS id");
    this.#addName = db.prepare("INSERT INTO names (id, key) VALUES (:id, :nameKey)");
    this.#nameId = db.prepare("SELECT id FROM names WHERE key = :nameKey");
    this.#addAccount = db.prepare(
      `INSERT INTO accounts (id, public_id, username, name, kind, created_at, seen_at)
       VALUES (:id, :account, :username, :name, :kind, :at, :logTime)`,
    );
    this.#conversation = db.prepare("SELECT id FROM conversations WHERE public_id = :publicId");
    this.#addConversation = db.prepare(
      "INSERT INTO conversations (id, public_id, kind) VALUES (:id, :publicId, 'private')",
    );
    this.#hasPassphrase = db.prepare(
      "SELECT passphrase IS NOT NULL AS has FROM accounts WHERE id = :id",
    );
    this.#addMember = db.prepare(
      `INSERT INTO members (conversation, account) VALUES (:conversation, :account)
       ON CONFLICT DO NOTHING`,
    );
  }

  /** The row of an account, if anything was ever stored of it. */
  find(account: string): AccountRow | undefined {
    this.#forgetUndone();
    const known = this.#seen.get(account);
    if (known) return known;
    const row = this.#account.get({ account });
    if (row) this.#see(row);
    return row;
  }

  /** Looks at an account's row again. */
  forget(account: string): void {
    this.#seen.delete(account);
  }

  /** Rows made in a commit that failed were never made. */
  #forgetUndone(): void {
    if (this.#rollbacks === this.#db.rollbacks) return;
    this.#rollbacks = this.#db.rollbacks;
    this.#seen.clear();
  }

  #see(row: AccountRow): void {
    if (this.#seen.size >= MAX_SEEN) this.#seen.clear();
    this.#seen.set(row.public_id, row);
  }

  /** Who owns a name now. */
  ownerOf(nameKey: string): AccountRow | undefined {
    return this.#owner.get({ nameKey });
  }

  /** Adds an account; who owns its name doesn't change. */
  add({ account, username, nameKey, kind, at, logTime }: NewAccount): AccountRow {
    const name = this.#nameId.get({ nameKey })?.id ?? this.#newName(nameKey);
    const { id } = this.#nextId.get()!;
    this.#addAccount.run({ id, account, username, name, kind, at, logTime });
    return { id, public_id: account, username, is_closed: 0 };
  }

  #newName(nameKey: string): number {
    const { id } = this.#nextId.get()!;
    this.#addName.run({ id, nameKey });
    return id;
  }

  /** The row of the conversation of two accounts, if there is one. */
  findConversation(publicId: string): number | undefined {
    return this.#conversation.get({ publicId })?.id;
  }

  /** Whether an account can be signed in to from anywhere, and not by its first session alone. */
  hasPassphrase({ id }: AccountRow): boolean {
    return this.#hasPassphrase.get({ id })?.has === 1;
  }

  /** Makes the conversation of two accounts; returns its row. */
  addConversation(publicId: string, members: readonly number[]): number {
    const conversation = this.#nextId.get()!.id;
    this.#addConversation.run({ id: conversation, publicId });
    for (const account of members) this.#addMember.run({ conversation, account });
    return conversation;
  }
}
