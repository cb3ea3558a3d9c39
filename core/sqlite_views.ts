import type { Account, StoredEvent } from "./store.ts";

/** Unread events are counted up to here. */
export const MAX_UNREAD = 1000;

/** SQL that is true of events whose author isn't being erased; usually nobody is. */
export function isKeptSql(author: string): string {
  return `${author} NOT IN (SELECT id FROM accounts WHERE state = 'deleting')`;
}

/** SQL that counts what others wrote in a conversation after a position. */
export function unreadSql(conversation: string, seq: string, account: string): string {
  return `(SELECT count(*) FROM (SELECT 1 FROM events u WHERE u.conversation = ${conversation}
    AND u.seq > ${seq} AND u.author <> ${account} AND ${isKeptSql("u.author")}
    LIMIT ${MAX_UNREAD}))`;
}

/** Columns and joins that make a {@linkcode StoredEvent} of an event `e`. */
export const EVENT_COLUMNS = `e.seq, e.at, e.kind, c.public_id AS conversation,
  a.public_id AS author, e.author_name, r.public_id AS recipient, e.recipient_name,
  e.text, e.key, w.is_delivered`;
export const EVENT_JOINS = `JOIN conversations c ON c.id = e.conversation
  JOIN accounts a ON a.id = e.author LEFT JOIN accounts r ON r.id = e.recipient
  LEFT JOIN waiting w ON w.seq = e.seq`;

/** An event's row. */
export interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly kind: "message";
  readonly conversation: string;
  readonly author: string;
  readonly author_name: string;
  readonly recipient: string | null;
  readonly recipient_name: string | null;
  readonly text: string;
  readonly key: string | null;
  readonly is_delivered: number | null;
}

/** The event that a row holds. */
export function eventOf(row: EventRow): StoredEvent {
  const { seq, at, kind, conversation, author, author_name, text, key, is_delivered } = row;
  const recipient = recipientOf(row);
  return {
    seq,
    at,
    kind,
    conversation,
    author,
    from: author_name,
    text,
    ...(key === null ? {} : { key }),
    ...(recipient ? { recipient } : {}),
    ...(is_delivered === 0 ? { isWaiting: true } : {}),
  };
}

function recipientOf({ recipient, recipient_name }: EventRow): Account | undefined {
  if (recipient === null) return undefined;
  return { account: recipient, username: recipient_name ?? "" };
}
