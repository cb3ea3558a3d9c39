/** Highest position that an export or a log may hold: as many again can still be given. */
export const MAX_SEQ = 2 ** 52;
/** Latest time that anything may have happened: the end of the year 9999, in epoch milliseconds. */
export const MAX_TIME = Date.UTC(10_000, 0, 1) - 1;

/** How one kind of record is written to an export and read from one. */
export interface RecordKind {
  readonly type: string;
  /** Rows of an export; each column is a field, null ones are left out. */
  readonly select: string;
  /** Puts one record back; its parameters are the fields. */
  readonly insert: readonly string[];
  /** Fields whose value is an array, as JSON text in the database. */
  readonly lists?: readonly string[];
}

const account = (field: string) => `(SELECT id FROM accounts WHERE public_id = :${field})`;
const conversation = "(SELECT id FROM conversations WHERE public_id = :conversation)";

/** Every kind of record, each after those it refers to. */
export const RECORD_KINDS: readonly RecordKind[] = [
  {
    type: "mark",
    select: "SELECT log_time AS logTime, seq FROM marks ORDER BY log_time",
    insert: ["INSERT INTO marks (log_time, seq) VALUES (:logTime, :seq)"],
  },
  {
    type: "account",
    select: `SELECT a.public_id AS account, a.username, a.kind, a.state,
        a.created_at AS createdAt, a.seen_at AS seenAt, a.passphrase,
        n.owner IS a.id AS ownsName
      FROM accounts a JOIN names n ON n.id = a.name ORDER BY a.id`,
    insert: [
      "INSERT INTO names (key) VALUES (:nameKey) ON CONFLICT DO NOTHING",
      `INSERT INTO accounts
         (public_id, username, name, kind, state, created_at, seen_at, passphrase)
       VALUES (:account, :username, (SELECT id FROM names WHERE key = :nameKey), :kind,
         :state, :createdAt, coalesce(:seenAt, 0), :passphrase)`,
      `UPDATE names SET owner = ${account("account")} WHERE key = :nameKey AND :ownsName = 1`,
    ],
  },
  {
    type: "session",
    select: `SELECT s.id AS session, a.public_id AS account
      FROM sessions s JOIN accounts a ON a.id = s.account ORDER BY s.id, a.id`,
    insert: [`INSERT INTO sessions (id, account) VALUES (:session, ${account("account")})`],
  },
  {
    type: "conversation",
    select: `SELECT c.public_id AS conversation, c.kind,
        (SELECT json_group_array(a.public_id) FROM members m JOIN accounts a ON a.id = m.account
         WHERE m.conversation = c.id) AS members
      FROM conversations c WHERE c.kind <> 'lobby' ORDER BY c.id`,
    insert: [
      "INSERT INTO conversations (public_id, kind) VALUES (:conversation, :kind)",
      `INSERT INTO members (conversation, account)
       SELECT ${conversation}, a.id FROM accounts a
       WHERE a.public_id IN (SELECT value FROM json_each(:members))`,
    ],
    lists: ["members"],
  },
  {
    type: "message",
    select: `SELECT e.seq, e.at, c.public_id AS conversation, a.public_id AS author,
        e.author_name AS "from", r.public_id AS recipient, e.recipient_name AS "to",
        e.text, e.key
      FROM events e JOIN conversations c ON c.id = e.conversation
      JOIN accounts a ON a.id = e.author LEFT JOIN accounts r ON r.id = e.recipient
      ORDER BY e.seq`,
    insert: [
      `INSERT INTO events
         (seq, at, kind, conversation, author, author_name, recipient, recipient_name, text, key)
       VALUES (:seq, :at, 'message', ${conversation}, ${account("author")}, :from,
         ${account("recipient")}, :to, :text, :key)`,
    ],
  },
  {
    type: "waiting",
    select: `SELECT w.seq, w.is_delivered AS isDelivered FROM waiting w ORDER BY w.seq`,
    insert: [
      `INSERT INTO waiting (seq, author, recipient, is_delivered)
       SELECT seq, author, recipient, :isDelivered FROM events WHERE seq = :seq`,
    ],
  },
  {
    type: "ack",
    select: `SELECT a.public_id AS author, k.key, k.seq, k.at, c.public_id AS conversation,
        r.public_id AS recipient, hex(k.content) AS content
      FROM acks k JOIN accounts a ON a.id = k.author JOIN conversations c ON c.id = k.conversation
      LEFT JOIN accounts r ON r.id = k.recipient ORDER BY k.author, k.key`,
    insert: [
      `INSERT INTO acks (author, key, seq, at, conversation, recipient, content)
       SELECT ${account("author")}, :key, :seq, :at, ${conversation}, ${account("recipient")},
         unhex(:content)
       WHERE NOT EXISTS (
         SELECT 1 FROM events WHERE author = ${account("author")} AND key = :key)`,
    ],
  },
  {
    type: "erasure",
    select: "SELECT account, seq, at FROM erasures ORDER BY seq, account",
    insert: ["INSERT INTO erasures (account, seq, at) VALUES (:account, :seq, :at)"],
  },
  {
    type: "read",
    select: `SELECT a.public_id AS account, c.public_id AS conversation, r.seq
      FROM reads r JOIN accounts a ON a.id = r.account
      JOIN conversations c ON c.id = r.conversation ORDER BY r.account, r.conversation`,
    insert: [
      `INSERT INTO reads (account, conversation, seq)
       VALUES (${account("account")}, ${conversation}, :seq)`,
    ],
  },
];
