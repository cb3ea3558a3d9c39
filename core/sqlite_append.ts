import { LOBBY, privateConversation } from "./conversations.ts";
import type { Moment } from "./log_time.ts";
import type { SqliteAcks } from "./sqlite_acks.ts";
import type { Query, SqliteDatabase } from "./sqlite_database.ts";
import { type AccountRow, SqlitePeople } from "./sqlite_people.ts";
import { LOBBY_ROW } from "./sqlite_schema.ts";
import { NOTE_TIME_SQL } from "./sqlite_time.ts";
import type { AppendResult, Audience, NewEvent, Retention } from "./store.ts";
import { usernameKey } from "./usernames.ts";

/** Milliseconds of one row of the table that finds the place of a date. */
export const HOUR_MS = 3_600_000;

/**
 * Public events put into the log by one statement: each then takes a fifth less time, half as many
 * would give half of that, and twice as many nothing more.
 */
const ROWS = 32;
const ROW_SQL = `(?, ?, 'message', ${LOBBY_ROW}, ?, ?, ?, ?)`;

/** Where one event goes. */
interface Place {
  /** Row and public id of the conversation. */
  readonly row: number;
  readonly publicId: string;
  readonly recipient?: AccountRow;
  readonly isWaiting: boolean;
  /** Whether the conversation begins with the event, if that was asked. */
  readonly isNew?: boolean;
}

const IN_LOBBY: Place = { row: LOBBY_ROW, publicId: LOBBY, isWaiting: false };

/** Why there is nobody to send a private event to. */
type NoRecipient = "unknown_user" | "user_away" | "name_moved";

/** A commit while it is made. */
interface Batch extends Moment {
  readonly firstSeq: number;
  seq: number;
  /** Events written; none when nothing is kept. */
  written: number;
  /** Whether a key may be that of an event which is gone. */
  readonly hasKeptAcks: boolean;
}

/** Puts events into the log, with everything that must be true of them in the same commit. */
export class SqliteAppend {
  #db: SqliteDatabase;
  #people: SqlitePeople;
  #acks: SqliteAcks;
  #keepsEvents: boolean;
  #lastSeq: Query<{ last_seq: number }>;
  #addEvent: Query<unknown>;
  #addPublic: Query<unknown>;
  #removeAfter: Query<unknown>;
  #addWaiting: Query<unknown>;
  #noteNewest: Query<unknown>;
  #noteHour: Query<unknown>;
  #noteSeq: Query<unknown>;

  constructor(
    db: SqliteDatabase,
    people: SqlitePeople,
    acks: SqliteAcks,
    retention: Retention,
  ) {
    this.#db = db;
    this.#people = people;
    this.#keepsEvents = retention.kind !== "none";
    this.#acks = acks;
    this.#lastSeq = db.prepare("SELECT last_seq FROM meta");
    this.#addEvent = db.prepare(
      `INSERT INTO events
         (seq, at, kind, conversation, author, author_name, recipient, recipient_name, text, key)
       VALUES (:seq, :at, :kind, :conversation, :author, :authorName, :recipient, :recipientName,
         :text, :key)
       ON CONFLICT (author, key) DO NOTHING`,
    );
    this.#addPublic = db.prepare(
      `INSERT INTO events (seq, at, kind, conversation, author, author_name, text, key)
       VALUES ${Array(ROWS).fill(ROW_SQL).join(", ")}
       ON CONFLICT (author, key) DO NOTHING`,
    );
    this.#removeAfter = db.prepare("DELETE FROM events WHERE seq > :seq");
    this.#addWaiting = db.prepare(
      "INSERT INTO waiting (seq, author, recipient) VALUES (:seq, :author, :recipient)",
    );
    this.#noteNewest = db.prepare(
      "UPDATE members SET newest = :seq WHERE conversation = :conversation",
    );
    this.#noteHour = db.prepare(
      `INSERT INTO hours (hour, first_seq, last_seq) VALUES (:hour, :firstSeq, :seq)
       ON CONFLICT DO UPDATE SET last_seq = :seq`,
    );
    this.#noteSeq = db.prepare(
      `UPDATE meta SET ${NOTE_TIME_SQL}, last_seq = :seq, events = events + :written,
         pruned_up_to = CASE WHEN :written = 0 THEN :seq ELSE pruned_up_to END`,
    );
  }

  /** Appends events in one commit, all at one moment. */
  append(events: readonly NewEvent[], moment: Moment): AppendResult[] {
    return this.#db.transaction(() => {
      const last = this.#lastSeq.get()!.last_seq;
      const hasKeptAcks = this.#acks.areKept;
      const batch: Batch = { ...moment, firstSeq: last + 1, seq: last, written: 0, hasKeptAcks };
      const results: AppendResult[] = [];
      for (let start = 0; start < events.length; start += ROWS) {
        const part = events.slice(start, start + ROWS);
        const added = this.#appendTogether(part, batch) ??
          part.map((event) => this.#appendOne(event, batch));
        results.push(...added);
      }
      this.#finishBatch(batch);
      return results;
    });
  }

  /** Appends a full part of new public events; nothing unless it is all of them. */
  #appendTogether(events: readonly NewEvent[], batch: Batch): AppendResult[] | undefined {
    if (events.length < ROWS || batch.hasKeptAcks || !this.#keepsEvents) return undefined;
    if (!events.every(isPublicMessage)) return undefined;
    const authors = events.map(({ author, from }) => this.#addGuest(author, from, batch));
    if (authors.some((author) => author.is_closed)) return undefined;
    const { at, seq } = batch;
    const values = events.flatMap(({ from, text, key = null }, index) => {
      return [seq + index + 1, at, authors[index]!.id, from, text, key];
    });
    if (this.#addPublic.runWith(values).changes < ROWS) {
      this.#removeAfter.run({ seq });
      return undefined;
    }
    batch.seq += ROWS;
    batch.written += ROWS;
    return events.map((_, index) => acceptedAt(seq + index + 1, at, IN_LOBBY));
  }

  #appendOne(event: NewEvent, batch: Batch): AppendResult {
    if (this.#people.find(event.author)?.is_closed) return { outcome: "account_closed" };
    const recipient = this.#recipientOf(event.to, batch);
    if (typeof recipient === "string") {
      return this.#repeatOf(event) ?? { outcome: recipient };
    }
    const author = this.#addGuest(event.author, event.from, batch);
    const place = this.#placeOf(event, author, recipient);
    if ("outcome" in place) return place;
    if (!this.#keepsEvents) return this.#pass(event, author, place, batch);
    const repeat = batch.hasKeptAcks ? this.#acks.repeatOfKept(author.id, event) : undefined;
    return repeat ?? this.#write(event, author, place, batch);
  }

  /** A repeat gets its first ack also when there is nobody left to send it to. */
  #repeatOf(event: NewEvent): AppendResult | undefined {
    const author = this.#people.find(event.author);
    return author && this.#acks.repeatOf(author.id, event);
  }

  #recipientOf(to: Audience, moment: Moment): AccountRow | NoRecipient | undefined {
    if (to.kind === "lobby") return undefined;
    const { account, expectedAccount = account } = to;
    if (account !== undefined) {
      if (account !== expectedAccount) return "name_moved";
      const recipient = this.#addGuest(account, to.username, moment);
      return recipient.is_closed ? "unknown_user" : recipient;
    }
    const owner = this.#people.ownerOf(to.nameKey);
    if (!owner) return "unknown_user";
    if ((expectedAccount ?? owner.public_id) !== owner.public_id) return "name_moved";
    return this.#keepsEvents ? owner : "user_away";
  }

  /** Who has no row yet is a guest: a session's account got one with its name. */
  #addGuest(account: string, username: string, { at, logTime }: Moment): AccountRow {
    const known = this.#people.find(account);
    if (known) return known;
    const nameKey = usernameKey(username);
    return this.#people.add({ account, username, nameKey, kind: "guest", at, logTime });
  }

  /** Where it goes, or why it begins no conversation there. */
  #placeOf(
    event: NewEvent,
    author: AccountRow,
    recipient: AccountRow | undefined,
  ): Place | AppendResult {
    if (!recipient) return IN_LOBBY;
    const publicId = privateConversation(author.public_id, recipient.public_id);
    const known = this.#people.findConversation(publicId);
    if (known === undefined) {
      const refusal = this.#whyNotBegin(event, author);
      if (refusal) return refusal;
    }
    const isNew = known === undefined && event.beginner !== undefined;
    const row = known ?? this.#people.addConversation(publicId, [author.id, recipient.id]);
    const isAway = event.to.kind === "private" && event.to.account === undefined;
    return { row, publicId, recipient, isWaiting: isAway && recipient.id !== author.id, isNew };
  }

  /** A repeat begins nothing, though its id was used for another message. */
  #whyNotBegin(event: NewEvent, author: AccountRow): AppendResult | undefined {
    const repeat = this.#acks.repeatOf(author.id, event);
    if (repeat || this.#mayBegin(event, author)) return repeat;
    return { outcome: "too_many_conversations" };
  }

  #mayBegin({ beginner = "anybody" }: NewEvent, author: AccountRow): boolean {
    if (beginner === "with_passphrase") return this.#people.hasPassphrase(author);
    return beginner === "anybody";
  }

  /** The key is looked up by trying to add it: most are new, and need no question of their own. */
  #write(event: NewEvent, author: AccountRow, place: Place, batch: Batch): AppendResult {
    const { at } = batch;
    const seq = batch.seq + 1;
    const { changes } = this.#addEvent.run({
      seq,
      at,
      kind: event.kind,
      conversation: place.row,
      author: author.id,
      authorName: event.from,
      recipient: place.recipient?.id ?? null,
      recipientName: place.recipient?.username ?? null,
      text: event.text,
      key: event.key ?? null,
    });
    if (changes === 0) return this.#acks.repeatOfStored(author.id, event)!;
    batch.seq = seq;
    batch.written++;
    if (place.recipient) this.#noteNewest.run({ seq, conversation: place.row });
    if (place.isWaiting) {
      this.#addWaiting.run({ seq, author: author.id, recipient: place.recipient!.id });
    }
    return acceptedAt(seq, at, place);
  }

  /** Gives a position to an event of which nothing is kept but its first ack. */
  #pass(event: NewEvent, author: AccountRow, place: Place, batch: Batch): AppendResult {
    const repeat = this.#acks.repeatOf(author.id, event);
    if (repeat) return repeat;
    const { at } = batch;
    const seq = ++batch.seq;
    const recipient = place.recipient?.id ?? null;
    this.#acks.remember(event, { author: author.id, seq, at, conversation: place.row, recipient });
    return acceptedAt(seq, at, place);
  }

  #finishBatch({ at, logTime, firstSeq, seq, written }: Batch): void {
    if (seq < firstSeq) return;
    this.#noteSeq.run({ seq, written, at, logTime });
    if (written === 0) return;
    this.#noteHour.run({ hour: Math.floor(at / HOUR_MS), firstSeq, seq });
  }
}

function isPublicMessage({ kind, to }: NewEvent): boolean {
  return kind === "message" && to.kind === "lobby";
}

function acceptedAt(seq: number, at: number, place: Place): AppendResult {
  const { publicId: conversation, recipient, isWaiting, isNew } = place;
  return {
    outcome: "stored",
    seq,
    at,
    conversation,
    ...(recipient
      ? { recipient: { account: recipient.public_id, username: recipient.username } }
      : {}),
    ...(isWaiting ? { isWaiting } : {}),
    ...(isNew ? { isFirst: true } : {}),
  };
}
