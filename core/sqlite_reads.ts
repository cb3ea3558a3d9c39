import { LOBBY } from "./conversations.ts";
import { MAX_PAGE_LENGTH, untilLength } from "./page_length.ts";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import { LOBBY_ROW } from "./sqlite_schema.ts";
import {
  EVENT_COLUMNS,
  EVENT_JOINS,
  eventOf,
  type EventRow,
  isKeptSql,
  unreadSql,
} from "./sqlite_views.ts";
import {
  type Conversation,
  type ConversationPage,
  CONVERSATIONS_LISTED,
  type Erasure,
  type OwnedAccount,
  type ReadPosition,
  type ReadQuery,
  type StoredEvent,
} from "./store.ts";

type Order = "ASC" | "DESC";

interface ConversationRow extends EventRow {
  readonly peer: string;
  readonly peer_name: string;
  readonly read_seq: number;
  readonly unread: number;
}

interface OwnedRow {
  readonly public_id: string;
  readonly username: string;
  readonly passphrase: string | null;
}

/** Row id of the account that asks; null matches nothing. */
const ME = "(SELECT id FROM accounts WHERE public_id = :account)";

/** Everything that is asked of the log without changing it, search apart. */
export class SqliteReads {
  #everything: Record<Order, Query<EventRow>>;
  #count: Query<{ count: number }>;
  #conversation: Record<Order, Query<EventRow>>;
  #conversations: Query<ConversationRow>;
  #waiting: Query<EventRow>;
  #lobbyRead: Query<{ seq: number; unread: number }>;
  #accountsOf: Query<OwnedRow>;
  #ownerOf: Query<OwnedRow>;
  #erasures: Query<Erasure>;

  constructor(db: SqliteDatabase) {
    const both = (sql: (order: Order) => string): Record<Order, Query<EventRow>> => ({
      ASC: db.prepare(sql("ASC")),
      DESC: db.prepare(sql("DESC")),
    });
    this.#everything = both(everythingSql);
    this.#count = db.prepare(`SELECT count(*) AS count FROM (${visibleSql("ASC")} LIMIT :limit)`);
    this.#conversation = both(conversationSql);
    this.#conversations = db.prepare(CONVERSATIONS_SQL);
    this.#waiting = db.prepare(
      `SELECT ${EVENT_COLUMNS} FROM waiting w JOIN events e ON e.seq = w.seq
       JOIN conversations c ON c.id = e.conversation JOIN accounts a ON a.id = e.author
       LEFT JOIN accounts r ON r.id = e.recipient
       WHERE w.recipient = ${ME} AND w.is_delivered = 0 AND ${isKeptSql("w.author")}
         AND w.seq > :after AND w.seq <= :upTo
       ORDER BY w.seq LIMIT :limit`,
    );
    this.#lobbyRead = db.prepare(
      `SELECT r.seq, ${unreadSql("r.conversation", "r.seq", "r.account")} AS unread
       FROM reads r WHERE r.account = ${ME} AND r.conversation = ${LOBBY_ROW}`,
    );
    this.#erasures = db.prepare(
      "SELECT account, seq, at FROM erasures WHERE seq >= :seq ORDER BY seq, at",
    );
    const owned = "SELECT a.public_id, a.username, a.passphrase FROM";
    this.#accountsOf = db.prepare(
      `${owned} sessions s JOIN accounts a ON a.id = s.account WHERE s.id = :sessionId
       ORDER BY a.id`,
    );
    this.#ownerOf = db.prepare(
      `${owned} names n JOIN accounts a ON a.id = n.owner WHERE n.key = :nameKey`,
    );
  }

  read(query: ReadQuery): StoredEvent[] {
    const order = query.from === "oldest" ? "ASC" : "DESC";
    const params = {
      account: query.account ?? null,
      after: query.after ?? 0,
      before: query.before ?? Number.MAX_SAFE_INTEGER,
      limit: query.limit,
    };
    const { conversation } = query;
    const found = conversation === undefined
      ? this.#everything[order].all(params)
      : this.#conversation[order].all({ ...params, conversation });
    const rows = untilLength(found, query.maxLength ?? Infinity);
    if (order === "DESC") rows.reverse();
    return rows.map(eventOf);
  }

  /** Counts here: as rows they would have to be read and cross between threads. */
  countAfter(account: string, after: number, limit: number): number {
    const before = Number.MAX_SAFE_INTEGER;
    return this.#count.get({ account, after, before, limit })!.count;
  }

  conversations(account: string, page: ConversationPage = {}): Conversation[] {
    const { before = Number.MAX_SAFE_INTEGER, limit = CONVERSATIONS_LISTED } = page;
    const rows = this.#conversations.all({ account, before, limit });
    return untilLength(rows, MAX_PAGE_LENGTH).map((row) => ({
      id: row.conversation,
      peer: { account: row.peer, username: row.peer_name },
      newest: eventOf(row),
      readSeq: row.read_seq,
      unread: row.unread,
    }));
  }

  waitingFor(account: string, upTo: number, limit: number, after: number): StoredEvent[] {
    return this.#waiting.all({ account, upTo, limit, after }).map(eventOf);
  }

  lobbyReadBy(account: string): ReadPosition {
    const row = this.#lobbyRead.get({ account });
    return { conversation: LOBBY, seq: row?.seq ?? 0, unread: row?.unread ?? 0 };
  }

  accountsOf(sessionId: string): OwnedAccount[] {
    return this.#accountsOf.all({ sessionId }).map(ownedOf);
  }

  erasuresSince(seq: number): Erasure[] {
    return this.#erasures.all({ seq }).map((row) => ({ ...row }));
  }

  ownerOf(nameKey: string): OwnedAccount | undefined {
    const row = this.#ownerOf.get({ nameKey });
    return row && ownedOf(row);
  }
}

/** Positions of all that an account may see: the lobby's, what it wrote, what was written to it. */
function visibleSql(order: Order): string {
  const part = (where: string) =>
    `SELECT * FROM (SELECT seq FROM events WHERE ${where} AND ${isKeptSql("author")}
      AND seq > :after AND seq < :before
      ORDER BY seq ${order} LIMIT :limit)`;
  return `${part(`conversation = ${LOBBY_ROW}`)}
      UNION ALL ${part(`author = ${ME} AND recipient IS NOT NULL`)}
      UNION ALL ${part(`recipient = ${ME} AND author <> ${ME}`)}`;
}

function everythingSql(order: Order): string {
  return `SELECT ${EVENT_COLUMNS} FROM (
      ${visibleSql(order)} ORDER BY seq ${order} LIMIT :limit
    ) v JOIN events e ON e.seq = v.seq ${EVENT_JOINS} ORDER BY e.seq ${order}`;
}

function conversationSql(order: Order): string {
  return `SELECT ${EVENT_COLUMNS} FROM events e ${EVENT_JOINS}
    WHERE e.conversation = (SELECT id FROM conversations WHERE public_id = :conversation)
      AND (e.conversation = ${LOBBY_ROW} OR EXISTS (
        SELECT 1 FROM members m WHERE m.conversation = e.conversation AND m.account = ${ME}))
      AND ${isKeptSql("e.author")} AND e.seq > :after AND e.seq < :before
    ORDER BY e.seq ${order} LIMIT :limit`;
}

const CONVERSATIONS_SQL = `
SELECT ${EVENT_COLUMNS}, p.public_id AS peer, p.username AS peer_name, v.read_seq, v.unread
FROM (
  SELECT m.account AS me,
    coalesce(o.account, m.account) AS peer,
    coalesce(d.seq, 0) AS read_seq,
    ${unreadSql("m.conversation", "coalesce(d.seq, 0)", "m.account")} AS unread,
    (SELECT max(seq) FROM events n WHERE n.conversation = m.conversation
      AND ${isKeptSql("n.author")}) AS newest
  FROM (
    SELECT conversation, account, newest FROM members
    WHERE account = ${ME} AND newest > 0 AND newest < :before ORDER BY newest DESC LIMIT :limit
  ) m
  LEFT JOIN members o ON o.conversation = m.conversation AND o.account <> m.account
  LEFT JOIN reads d ON d.account = m.account AND d.conversation = m.conversation
) v JOIN events e ON e.seq = v.newest ${EVENT_JOINS} JOIN accounts p ON p.id = v.peer
ORDER BY e.seq DESC`;

function ownedOf(row: OwnedRow): OwnedAccount {
  const { public_id, username, passphrase } = row;
  return {
    account: public_id,
    username,
    ...(passphrase === null ? {} : { passphrase }),
  };
}
