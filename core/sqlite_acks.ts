import { createHash, randomBytes } from "node:crypto";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import type { AppendResult, EventKind, NewEvent } from "./store.ts";
import { usernameKey } from "./usernames.ts";

/** Bytes of a content hash. */
const HASH_BYTES = 16;
/** Bytes that say which secret keyed a hash. */
const SECRET_NAME_BYTES = 8;
/** When nothing is kept, the ids of so many messages are remembered, the newest ones. */
const REMEMBERED = 100_000;
/** In memory, as part of the same commits: an id never outlives the chance to deliver its message. */
const RECENT_SQL = `CREATE TEMP TABLE IF NOT EXISTS recent_acks (
  seq INTEGER PRIMARY KEY, author INTEGER NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL,
  conversation INTEGER NOT NULL, recipient INTEGER, content BLOB NOT NULL, UNIQUE (author, key))`;

interface StoredRow {
  readonly seq: number;
  readonly at: number;
  readonly conversation: string;
  readonly recipient: string | null;
  readonly username: string | null;
}

interface EventRow extends StoredRow {
  readonly is_delivered: number | null;
  readonly is_same: number;
}

interface AckRow extends StoredRow {
  readonly content: Uint8Array;
}

/** An event that is about to be removed. */
interface RemovedRow extends FirstAck {
  readonly key: string;
  readonly kind: EventKind;
  readonly recipient_name: string | null;
  readonly text: string;
}

/** What the first ack of a key promised. */
export interface FirstAck {
  readonly author: number;
  readonly seq: number;
  readonly at: number;
  readonly conversation: number;
  readonly recipient: number | null;
}

/** What a key was first used for. */
interface Content {
  readonly kind: EventKind;
  readonly text: string;
  /** Of a private event: the key of the name it was sent to. */
  readonly nameKey: string | undefined;
}

/**
 * The first ack of every key an author has used: enough to answer a repeat for ever, and to see
 * that a key is used again for something else. An event that is there tells its own; of one that
 * was removed, the ack is kept, with a keyed hash of the content. Of one that was never written it is
 * remembered while the log is open: should that end before the message was delivered, nobody has it,
 * and a repeat must not be taken for one.
 */
export class SqliteAcks {
  #secret: Uint8Array;
  #secretName: Uint8Array;
  #stored: Query<EventRow>;
  #kept: Query<AckRow>;
  #any: Query<{ any: number }>;
  #removed: Query<RemovedRow>;
  #recent: Query<AckRow>;
  #keep: Query<unknown>;
  #remember: Query<unknown>;
  #forgetOldest: Query<unknown>;
  #forget: Query<unknown>;

  /**
   * @param keepsHashes Whether hashes are keyed by the log's own secret. If not, the secret is gone
   * with the process, so that nothing on the disk tells a text; a repeat after that is believed.
   */
  constructor(db: SqliteDatabase, keepsHashes: boolean) {
    const row = db.prepare<{ secret: Uint8Array }>("SELECT secret FROM meta").get();
    this.#secret = keepsHashes ? row!.secret : randomBytes(32);
    this.#secretName = keyedHash(this.#secret, "name").subarray(0, SECRET_NAME_BYTES);
    // SQLite stores some texts altered, so it compares them, too.
    this.#stored = db.prepare(
      `SELECT e.seq, e.at, c.public_id AS conversation, r.public_id AS recipient, r.username,
         w.is_delivered, e.kind = :kind AND e.text = :text AS is_same
       FROM events e JOIN conversations c ON c.id = e.conversation
       LEFT JOIN accounts r ON r.id = e.recipient LEFT JOIN waiting w ON w.seq = e.seq
       WHERE e.author = :author AND e.key = :key`,
    );
    db.execute(RECENT_SQL);
    this.#kept = db.prepare(ackSql("acks"));
    this.#recent = db.prepare(ackSql("recent_acks"));
    this.#any = db.prepare("SELECT EXISTS (SELECT 1 FROM acks) AS any");
    this.#removed = db.prepare(
      `SELECT author, key, seq, at, conversation, recipient, kind, recipient_name, text
       FROM events WHERE seq = :seq AND key IS NOT NULL`,
    );
    this.#keep = db.prepare(keepSql("acks"));
    this.#remember = db.prepare(keepSql("recent_acks"));
    this.#forgetOldest = db.prepare("DELETE FROM recent_acks WHERE seq <= :seq");
    this.#forget = db.prepare(
      `DELETE FROM recent_acks WHERE key = :key
         AND author = (SELECT id FROM accounts WHERE public_id = :author)`,
    );
  }

  /** Whether acks of events that aren't there are kept at all. */
  get areKept(): boolean {
    return this.#any.get()!.any === 1;
  }

  /** What to answer if the author has used this key before. */
  repeatOf(author: number, event: NewEvent): AppendResult | undefined {
    return this.repeatOfStored(author, event) ?? this.repeatOfKept(author, event);
  }

  /** The same, if the event is still there. */
  repeatOfStored(author: number, event: NewEvent): AppendResult | undefined {
    if (event.key === undefined) return undefined;
    const { kind, text, key } = event;
    const row = this.#stored.get({ author, key, kind, text });
    if (!row) return undefined;
    const nameKey = row.username === null ? undefined : usernameKey(row.username);
    if (row.is_same === 0 || nameKey !== nameKeyOf(event)) return { outcome: "id_reused" };
    const accepted = acceptedOf(row);
    return row.is_delivered === 0 ? { ...accepted, isWaiting: true } : accepted;
  }

  /** The same, if the event is not. */
  repeatOfKept(author: number, event: NewEvent): AppendResult | undefined {
    if (event.key === undefined) return undefined;
    const key = { author, key: event.key };
    const row = this.#recent.get(key) ?? this.#kept.get(key);
    if (!row) return undefined;
    return this.#isSame(row.content, event) ? acceptedOf(row) : { outcome: "id_reused" };
  }

  /** Remembers the first ack of an event that is never written. */
  remember(event: NewEvent, first: FirstAck): void {
    if (event.key === undefined) return;
    this.#remember.run({ ...first, key: event.key, content: this.#hash(contentOf(event)) });
    this.#forgetOldest.run({ seq: first.seq - REMEMBERED });
  }

  /** Forgets the first ack of an event that was never written. */
  forget(author: string, key: string): void {
    this.#forget.run({ author, key });
  }

  /** Keeps the first ack of an event that is to be removed. */
  keepOf(seq: number): void {
    const row = this.#removed.get({ seq });
    if (!row) return;
    const { author, key, at, conversation, recipient, kind, recipient_name, text } = row;
    const nameKey = recipient_name === null ? undefined : usernameKey(recipient_name);
    const content = this.#hash({ kind, text, nameKey });
    this.#keep.run({ author, key, seq, at, conversation, recipient, content });
  }

  #isSame(content: Uint8Array, event: NewEvent): boolean {
    const name = content.subarray(0, SECRET_NAME_BYTES);
    return !areEqual(name, this.#secretName) || areEqual(content, this.#hash(contentOf(event)));
  }

  /** By the name it was sent to: a repeat is one whoever holds that name by then. */
  #hash({ kind, text, nameKey }: Content): Uint8Array {
    const to = nameKey === undefined ? "lobby" : `private ${nameKey}`;
    const digest = keyedHash(this.#secret, `${kind}\n${to}\n${text}`);
    const content = new Uint8Array(SECRET_NAME_BYTES + HASH_BYTES);
    content.set(this.#secretName);
    content.set(digest.subarray(0, HASH_BYTES), SECRET_NAME_BYTES);
    return content;
  }
}

function ackSql(table: string): string {
  return `SELECT k.seq, k.at, c.public_id AS conversation, r.public_id AS recipient, r.username,
      k.content
    FROM ${table} k JOIN conversations c ON c.id = k.conversation
    LEFT JOIN accounts r ON r.id = k.recipient
    WHERE k.author = :author AND k.key = :key`;
}

function keepSql(table: string): string {
  return `INSERT INTO ${table} (author, key, seq, at, conversation, recipient, content)
    VALUES (:author, :key, :seq, :at, :conversation, :recipient, :content)
    ON CONFLICT DO NOTHING`;
}

function contentOf(event: NewEvent): Content {
  return { kind: event.kind, text: event.text, nameKey: nameKeyOf(event) };
}

function nameKeyOf({ to }: NewEvent): string | undefined {
  return to.kind === "lobby" ? undefined : to.nameKey;
}

/**
 * SHA-256 over the secret and the text. Cut to a part, it can't be extended, so it needs none of
 * HMAC's second round, which costs 20 µs a message here.
 */
function keyedHash(secret: Uint8Array, text: string): Uint8Array {
  return createHash("sha256").update(secret).update(text).digest();
}

function acceptedOf({ seq, at, conversation, recipient, username }: StoredRow) {
  return {
    outcome: "duplicate" as const,
    seq,
    at,
    conversation,
    ...(recipient === null ? {} : { recipient: { account: recipient, username: username! } }),
  };
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
