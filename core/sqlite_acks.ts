import { createHash, randomBytes } from "node:crypto";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import type { AppendResult, NewEvent } from "./store.ts";

/** Bytes of a content hash. */
const HASH_BYTES = 16;
/** Bytes that say which secret keyed a hash. */
const SECRET_NAME_BYTES = 8;

interface AckRow {
  readonly seq: number;
  readonly at: number;
  readonly conversation: string;
  readonly recipient: string | null;
  readonly username: string | null;
  readonly content: Uint8Array;
  readonly is_delivered: number | null;
}

/** What the first ack of a key promised. */
export interface FirstAck {
  readonly author: number;
  readonly seq: number;
  readonly at: number;
  readonly conversation: number;
  readonly recipient: number | null;
}

/**
 * The first ack of every key an author has used, with a keyed hash of the content: enough to answer
 * a repeat for ever, and to see that a key is used again for something else.
 */
export class SqliteAcks {
  #secret: Uint8Array;
  #secretName: Uint8Array;
  #find: Query<AckRow>;
  #add: Query<unknown>;

  /**
   * @param keepsHashes Whether hashes are keyed by the log's own secret. If not, the secret is gone
   * with the process, so that nothing on the disk tells a text; a repeat after that is believed.
   */
  constructor(db: SqliteDatabase, keepsHashes: boolean) {
    const row = db.prepare<{ secret: Uint8Array }>("SELECT secret FROM meta").get();
    this.#secret = keepsHashes ? row!.secret : randomBytes(32);
    this.#secretName = keyedHash(this.#secret, "name").subarray(0, SECRET_NAME_BYTES);
    this.#find = db.prepare(
      `SELECT k.seq, k.at, c.public_id AS conversation, r.public_id AS recipient, r.username,
         k.content, w.is_delivered
       FROM acks k JOIN conversations c ON c.id = k.conversation
       LEFT JOIN accounts r ON r.id = k.recipient LEFT JOIN waiting w ON w.seq = k.seq
       WHERE k.author = :author AND k.key = :key`,
    );
    this.#add = db.prepare(
      `INSERT INTO acks (author, key, seq, at, conversation, recipient, content)
       VALUES (:author, :key, :seq, :at, :conversation, :recipient, :content)
       ON CONFLICT DO NOTHING`,
    );
  }

  /** What to answer if the author has used this key before. */
  repeatOf(author: number, event: NewEvent): AppendResult | undefined {
    if (event.key === undefined) return undefined;
    const row = this.#find.get({ author, key: event.key });
    if (!row) return undefined;
    if (!this.#isSame(row.content, event)) return { outcome: "id_reused" };
    return { outcome: "duplicate", ...acceptedOf(row) };
  }

  /** Keeps the first ack of a key; says whether the key was new. */
  remember(event: NewEvent, first: FirstAck): boolean {
    if (event.key === undefined) return true;
    const { key } = event;
    return this.#add.run({ ...first, key, content: this.#hash(event) }).changes > 0;
  }

  #isSame(content: Uint8Array, event: NewEvent): boolean {
    const hash = this.#hash(event);
    const name = content.subarray(0, SECRET_NAME_BYTES);
    return !areEqual(name, this.#secretName) || areEqual(content, hash);
  }

  /** By the name it was sent to: a repeat is one whoever holds that name by then. */
  #hash(event: NewEvent): Uint8Array {
    const to = event.to.kind === "lobby" ? "lobby" : `private ${event.to.nameKey}`;
    const digest = keyedHash(this.#secret, `${event.kind}\n${to}\n${event.text}`);
    const content = new Uint8Array(SECRET_NAME_BYTES + HASH_BYTES);
    content.set(this.#secretName);
    content.set(digest.subarray(0, HASH_BYTES), SECRET_NAME_BYTES);
    return content;
  }
}

/**
 * SHA-256 over the secret and the text. Cut to a part, it can't be extended, so it needs none of
 * HMAC's second round, which costs 20 µs a message here.
 */
function keyedHash(secret: Uint8Array, text: string): Uint8Array {
  return createHash("sha256").update(secret).update(text).digest();
}

function acceptedOf(row: AckRow) {
  const { seq, at, conversation, recipient, username, is_delivered } = row;
  return {
    seq,
    at,
    conversation,
    ...(recipient === null ? {} : { recipient: { account: recipient, username: username! } }),
    ...(is_delivered === 0 ? { isWaiting: true } : {}),
  };
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
