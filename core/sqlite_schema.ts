import type { SqliteDatabase } from "./sqlite_database.ts";
import { StoreOpenError } from "./store.ts";

/** Row of the lobby among the conversations. */
export const LOBBY_ROW = 1;

/** What a new log starts with. */
export interface LogIdentity {
  readonly epoch: string;
  /** Random bytes that key the hashes of contents. */
  readonly secret: Uint8Array;
}

/** A first ack, and a keyed hash of what its key was for. */
const ACKS = `
CREATE TABLE acks (
  author INTEGER NOT NULL REFERENCES accounts (id),
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  recipient INTEGER REFERENCES accounts (id),
  content BLOB NOT NULL,
  PRIMARY KEY (author, key)
) STRICT, WITHOUT ROWID;`;

/**
 * Version 1: the first log, but for its search indexes, which version 6 drops. Times are epoch
 * milliseconds.
 */
const VERSION_1 = `
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,
  secret BLOB NOT NULL,
  -- Newest position ever given, which outlives every event.
  last_seq INTEGER NOT NULL DEFAULT 0,
  -- Newest position that retention removed or that was never kept.
  pruned_up_to INTEGER NOT NULL DEFAULT 0,
  indexed_up_to INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  untidied INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE names (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  owner INTEGER REFERENCES accounts (id)
) STRICT;
CREATE INDEX names_by_owner ON names (owner) WHERE owner IS NOT NULL;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  public_id TEXT NOT NULL UNIQUE,
  username TEXT NOT NULL,
  name INTEGER NOT NULL REFERENCES names (id),
  kind TEXT NOT NULL CHECK (kind IN ('guest', 'user')),
  role TEXT NOT NULL DEFAULT 'user',
  state TEXT NOT NULL DEFAULT 'active',
  created_at INTEGER NOT NULL,
  -- Since when it has no connection; null while it has one.
  away_since INTEGER,
  passphrase TEXT
) STRICT;
CREATE INDEX accounts_by_name ON accounts (name);
CREATE INDEX accounts_present ON accounts (id) WHERE away_since IS NULL AND kind = 'user';
CREATE INDEX accounts_deleted ON accounts (id) WHERE state = 'deleting';

CREATE TABLE sessions (
  id TEXT NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts (id),
  PRIMARY KEY (id, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  public_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL
) STRICT;
INSERT INTO conversations (id, public_id, kind) VALUES (${LOBBY_ROW}, 'lobby', 'lobby');

CREATE TABLE members (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  account INTEGER NOT NULL REFERENCES accounts (id),
  PRIMARY KEY (conversation, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_account ON members (account);

CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  author INTEGER NOT NULL REFERENCES accounts (id),
  author_name TEXT NOT NULL,
  -- Private events: whom it is for, which may be the author.
  recipient INTEGER REFERENCES accounts (id),
  recipient_name TEXT,
  text TEXT NOT NULL,
  key TEXT
) STRICT;
CREATE INDEX events_by_conversation ON events (conversation, seq, author);
CREATE INDEX events_by_author ON events (author, seq);
CREATE INDEX events_by_time ON events (at);
CREATE INDEX private_events_by_author ON events (author, seq) WHERE recipient IS NOT NULL;
CREATE INDEX private_events_by_recipient ON events (recipient, seq) WHERE recipient IS NOT NULL;

-- The first ack of every key; it outlives the event.
${ACKS}

-- Private events that were stored while their recipient was away.
CREATE TABLE waiting (
  seq INTEGER PRIMARY KEY REFERENCES events (seq),
  author INTEGER NOT NULL REFERENCES accounts (id),
  recipient INTEGER NOT NULL REFERENCES accounts (id),
  is_delivered INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX waiting_by_recipient ON waiting (recipient, seq) WHERE is_delivered = 0;
CREATE INDEX waiting_by_author ON waiting (author, seq);

CREATE TABLE reads (
  account INTEGER NOT NULL REFERENCES accounts (id),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  seq INTEGER NOT NULL,
  PRIMARY KEY (account, conversation)
) STRICT, WITHOUT ROWID;

-- First and newest position of each hour, from which a date finds its place.
CREATE TABLE hours (
  hour INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL
) STRICT;
`;

/**
 * Version 2: an event holds its key, once; first acks are kept of events that aren't there. A key
 * and its hash in a table of their own had cost as much as the event itself.
 */
const VERSION_2 = `
CREATE UNIQUE INDEX events_by_key ON events (author, key);
DROP INDEX events_by_author;
ALTER TABLE acks RENAME TO old_acks;
${ACKS}
INSERT INTO acks SELECT * FROM old_acks k WHERE NOT EXISTS (
  SELECT 1 FROM events e WHERE e.author = k.author AND e.key = k.key);
DROP TABLE old_acks;
`;

/** What `owner` says in a backup: no server owns it. */
export const OWNED_BY_NOBODY = "backup";

/** Version 3: the log itself says which lock goes with it, and that it is a backup. */
const VERSION_3 = `
-- Which lock file the log's server held; '${OWNED_BY_NOBODY}' in a backup.
ALTER TABLE meta ADD COLUMN owner TEXT NOT NULL DEFAULT '';
`;

/**
 * Gives a log that knows wall-clock times only a time of its own: it begins when the last message
 * was written, and every reservation begins then.
 */
export const START_LOG_TIME = `
UPDATE meta SET noted_at = coalesce(
  (SELECT at FROM events ORDER BY seq DESC LIMIT 1), (SELECT max(created_at) FROM accounts));
UPDATE meta SET log_time = max(0, coalesce(noted_at, 0));
UPDATE accounts SET seen_at = (SELECT log_time FROM meta);
INSERT INTO marks (log_time, seq)
SELECT log_time, max(seq) FROM (
  SELECT min(m.log_time, max((h.hour + 1) * 3600000) OVER (ORDER BY h.last_seq)) AS log_time,
    h.last_seq AS seq
  FROM hours h, meta m) GROUP BY log_time;
`;

/**
 * Version 4: what expires is measured in log time. The wall clock had decided it, so a wrong one
 * gave names away and erased messages.
 */
const VERSION_4 = `
-- Milliseconds that never run backwards, and the wall clock then; null in a new log.
ALTER TABLE meta ADD COLUMN log_time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN noted_at INTEGER;
-- Log time at which the account was last known to have a connection.
ALTER TABLE accounts ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
DROP INDEX accounts_present;
ALTER TABLE accounts DROP COLUMN away_since;
-- Newest position at a log time, from which an age finds its place.
CREATE TABLE marks (
  log_time INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT;
DROP INDEX IF EXISTS events_by_time;
${START_LOG_TIME}`;

/** Version 5: conversations are listed by their newest event, a page at a time. */
const VERSION_5 = `
-- Position of the conversation's newest event; 0 when it has none. Older than what is pruned: gone.
ALTER TABLE members ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
UPDATE members SET newest =
  coalesce((SELECT max(seq) FROM events e WHERE e.conversation = members.conversation), 0);
DROP INDEX members_by_account;
CREATE INDEX members_by_newest ON members (account, newest);
`;

/**
 * Version 6: the search indexes are in a file of their own. The pages they took are overwritten,
 * since they hold the words of messages, and used again.
 */
const VERSION_6 = `
DROP TABLE IF EXISTS words;
DROP TABLE IF EXISTS trigrams;
DROP VIEW IF EXISTS searchable;
ALTER TABLE meta DROP COLUMN indexed_up_to;
ALTER TABLE meta DROP COLUMN untidied;
`;

/** Version 7: clients that were away when an account ended have to learn it. */
const VERSION_7 = `
CREATE TABLE erasures (
  account TEXT NOT NULL PRIMARY KEY,
  -- Newest position when it ended.
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_by_seq ON erasures (seq);
`;

/** The newest row id there is. */
export const LAST_ID_SQL = `max(coalesce((SELECT max(id) FROM names), 0),
  coalesce((SELECT max(id) FROM accounts), 0), (SELECT max(id) FROM conversations))`;

/**
 * Version 8: rows that nothing refers to are removed. Their ids come from a counter and are never
 * given again, since the search indexes name accounts by them. What a removed row is looked for in
 * has an index.
 */
const VERSION_8 = `
-- Newest row id given to a name, an account or a conversation.
ALTER TABLE meta ADD COLUMN last_id INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET last_id = ${LAST_ID_SQL};
CREATE INDEX acks_by_seq ON acks (seq);
CREATE INDEX acks_by_recipient ON acks (recipient) WHERE recipient IS NOT NULL;
CREATE INDEX acks_by_conversation ON acks (conversation);
CREATE INDEX reads_by_conversation ON reads (conversation);
DROP INDEX waiting_by_recipient;
CREATE INDEX waiting_by_recipient ON waiting (recipient, is_delivered, seq);
`;

/** The way from each version to the next; the first makes version 1 out of an empty file. */
export const MIGRATIONS: readonly string[] = [
  VERSION_1,
  VERSION_2,
  VERSION_3,
  VERSION_4,
  VERSION_5,
  VERSION_6,
  VERSION_7,
  VERSION_8,
];

/**
 * Brings a file to the newest version, each step in a commit of its own.
 *
 * @param identity What a log made now starts with.
 * @throws {StoreOpenError} When a newer Parley made the file.
 */
export function migrate(
  db: SqliteDatabase,
  identity: () => LogIdentity,
  migrations: readonly string[] = MIGRATIONS,
): void {
  const version = versionOf(db);
  if (version > migrations.length) {
    throw new StoreOpenError(
      "newer",
      `The log has format ${version}, from a newer Parley; this version reads up to ${migrations.length}.`,
    );
  }
  for (let next = version; next < migrations.length; next++) {
    db.transaction(() => {
      db.execute(migrations[next]!);
      if (next === 0) insertIdentity(db, identity());
      db.execute(`PRAGMA user_version = ${next + 1}`);
    });
  }
}

/** Version of the format; 0 for an empty file. */
export function versionOf(db: SqliteDatabase): number {
  return db.prepare<{ user_version: number }>("PRAGMA user_version").get()?.user_version ?? 0;
}

function insertIdentity(db: SqliteDatabase, { epoch, secret }: LogIdentity): void {
  db.prepare("INSERT INTO meta (id, epoch, secret) VALUES (1, :epoch, :secret)")
    .run({ epoch, secret });
}
