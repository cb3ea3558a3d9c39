import type { Clock } from "./clock.ts";
import { isIn, LOBBY, privateConversation } from "./conversations.ts";
import type { Ids } from "./ids.ts";
import { LogTime } from "./log_time.ts";
import { MemoryNames } from "./memory_names.ts";
import { MAX_PAGE_LENGTH, untilLength } from "./page_length.ts";
import { findTerms } from "./search_match.ts";
import { snippetOf } from "./snippet.ts";
import {
  type Account,
  type AppendResult,
  type Conversation,
  type ConversationPage,
  CONVERSATIONS_LISTED,
  type Delivered,
  type Erasure,
  type Grounds,
  type NameClaim,
  type NewEvent,
  type OwnedAccount,
  type ReadPosition,
  type ReadQuery,
  type Retention,
  type SearchHit,
  type SearchPage,
  type Store,
  type StoredEvent,
  type StoreSearch,
} from "./store.ts";
import { usernameKey } from "./usernames.ts";

/** Events kept whatever the retention; the oldest goes first. */
const REMEMBERED_EVENTS = 10_000;
/** First acks kept; an older key is as if never used. */
const REMEMBERED_KEYS = 100_000;
/** Read positions kept; the one moved longest ago goes first. */
const REMEMBERED_READS = 100_000;
/** Most time between two marks of how far the log has come. */
const HOUR_MS = 3_600_000;
/** Private conversations known; after one that was begun longest ago, a message begins it anew. */
const REMEMBERED_CONVERSATIONS = 100_000;
/** Closed accounts that are told of; the one closed first goes first. */
const REMEMBERED_ERASURES = 10_000;
/** Unread events are counted up to here. */
const MAX_UNREAD = 1000;

/** What a {@linkcode MemoryStore} needs from outside. */
export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly ids: Ids;
  /** @default {{ kind: "forever" }} */
  readonly retention?: Retention;
}

/** Why there is nobody to send a private event to. */
type NoRecipient = "unknown_user" | "user_away" | "name_moved";

interface FirstAck {
  readonly content: string;
  readonly accepted: Omit<Extract<AppendResult, { seq: number }>, "outcome">;
}

/**
 * A log that lasts as long as the process: the newest 10,000 events, under a new epoch at each
 * start.
 */
export class MemoryStore implements Store {
  readonly epoch: string;
  #time: LogTime;
  #retention: Retention;
  #names: MemoryNames;
  #lastSeq = 0;
  #prunedUpTo = 0;
  #events: StoredEvent[] = [];
  /** Newest position at a log time, oldest first. */
  #marks: { readonly logTime: number; readonly seq: number }[] = [];
  #arrived: Delivered[] = [];
  #reads = new Map<string, number>();
  /** Closed accounts, the one closed first first. */
  #erasures = new Map<string, Erasure>();
  #acks = new Map<string, FirstAck>();
  /** Private conversations that have been begun. */
  #begun = new Map<string, true>();

  constructor(options: MemoryStoreOptions) {
    this.#time = new LogTime(options);
    this.#retention = options.retention ?? { kind: "forever" };
    this.#names = new MemoryNames(options.ids);
    this.epoch = options.ids.epoch();
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get prunedUpTo(): number {
    return this.#prunedUpTo;
  }

  /** A log in memory loses no answers. */
  onInterrupted(): void {}

  append(events: readonly NewEvent[]): Promise<AppendResult[]> {
    const { at } = this.#time.now();
    return Promise.resolve(events.map((event) => this.#appendOne(event, at)));
  }

  forgetKey(author: string, key: string): Promise<void> {
    this.#acks.delete(`${author}\n${key}`);
    return Promise.resolve();
  }

  read(query: ReadQuery): Promise<StoredEvent[]> {
    const { account, conversation, after = 0, before = Infinity, limit, from } = query;
    const { maxLength = Infinity } = query;
    const found = this.#visibleTo(account).filter((event) =>
      event.seq > after && event.seq < before &&
      (conversation === undefined || event.conversation === conversation)
    );
    if (from === "oldest") return Promise.resolve(untilLength(found.slice(0, limit), maxLength));
    const newest = found.slice(-limit || found.length).reverse();
    return Promise.resolve(untilLength(newest, maxLength).reverse());
  }

  countAfter(account: string, after: number, limit: number): Promise<number> {
    const missed = this.#visibleTo(account).filter(({ seq }) => seq > after);
    return Promise.resolve(Math.min(missed.length, limit));
  }

  search({ account, query, before = Infinity, limit }: StoreSearch): Promise<SearchPage> {
    const matches = (event: StoredEvent) =>
      event.seq < before && event.at < (query.before ?? Infinity) &&
      event.at >= (query.after ?? -Infinity) &&
      (query.from === undefined || isNamed(event.from, query.from)) &&
      (query.in === undefined || this.#isWith(event, account, query.in));
    const hits: SearchHit[] = [];
    for (const event of this.#visibleTo(account).toReversed()) {
      const ranges = matches(event) ? findTerms(event.text, query.terms) : undefined;
      if (ranges && hits.length < limit) {
        hits.push({ event, snippet: snippetOf(event.text, ranges) });
      }
    }
    return Promise.resolve({ hits });
  }

  conversations(account: string, page: ConversationPage = {}): Promise<Conversation[]> {
    const { before = Infinity, limit = CONVERSATIONS_LISTED } = page;
    const newest = new Map<string, StoredEvent>();
    for (const event of this.#visibleTo(account).toReversed()) {
      if (event.recipient && !newest.has(event.conversation)) newest.set(event.conversation, event);
    }
    const listed = [...newest.values()].filter(({ seq }) => seq < before).slice(0, limit);
    return Promise.resolve(
      untilLength(listed, MAX_PAGE_LENGTH).map((event) => {
        const { conversation: id } = event;
        const { seq, unread } = this.#position(account, id);
        return { id, peer: peerOf(event, account), newest: event, readSeq: seq, unread };
      }),
    );
  }

  waitingFor(
    account: string,
    upTo: number,
    limit: number,
    after = 0,
  ): Promise<StoredEvent[]> {
    const waiting = this.#events.filter((event) =>
      event.isWaiting && event.recipient?.account === account && event.seq <= upTo &&
      event.seq > after
    );
    return Promise.resolve(waiting.slice(0, limit));
  }

  async markDelivered(account: string, upTo: number): Promise<Delivered[]> {
    const waiting = await this.waitingFor(account, upTo, Infinity);
    const delivered = waiting.map(({ seq, author }) => ({ seq, author }));
    for (const { isWaiting: _, ...event } of waiting) this.#replace(event);
    this.#arrived.push(...delivered);
    this.#arrived.splice(0, this.#arrived.length - REMEMBERED_EVENTS);
    return delivered;
  }

  markWaiting(seq: number): Promise<void> {
    const event = this.#events.find((candidate) => candidate.seq === seq);
    if (event?.recipient && event.recipient.account !== event.author) {
      this.#replace({ ...event, isWaiting: true });
    }
    return Promise.resolve();
  }

  takeDelivered(author: string): Promise<number[]> {
    const told = this.#arrived.filter((delivered) => delivered.author === author);
    this.#arrived = this.#arrived.filter((delivered) => delivered.author !== author);
    return Promise.resolve(told.map(({ seq }) => seq));
  }

  markRead(account: string, conversation: string, seq: number): Promise<ReadPosition> {
    const entry = `${account}\n${conversation}`;
    const read = Math.max(Math.min(seq, this.#lastSeq), this.#reads.get(entry) ?? 0);
    this.#reads.delete(entry);
    if (isIn(conversation, account)) rememberIn(this.#reads, entry, read, REMEMBERED_READS);
    return Promise.resolve(this.#position(account, conversation));
  }

  lobbyReadBy(account: string): Promise<ReadPosition> {
    return Promise.resolve(this.#position(account, LOBBY));
  }

  claimName(claim: NameClaim): Promise<Account | "taken"> {
    const account = this.#names.claim(claim, this.#time.now().logTime);
    if (account !== "taken" && claim.sessionId !== undefined) this.#startReading(account);
    return Promise.resolve(account);
  }

  touchAccounts(accounts: readonly string[]): Promise<void> {
    const { logTime } = this.#time.now();
    for (const account of accounts) this.#names.touch(account, logTime);
    return Promise.resolve();
  }

  accountsOf(sessionId: string): Promise<OwnedAccount[]> {
    return Promise.resolve(this.#names.accountsOf(sessionId));
  }

  ownerOf(nameKey: string): Promise<OwnedAccount | undefined> {
    return Promise.resolve(this.#names.ownerOf(nameKey));
  }

  setPassphrase(account: string, hash: string | undefined, grounds?: Grounds): Promise<boolean> {
    const holds = this.#names.holds(account, grounds);
    if (holds) this.#names.setPassphrase(account, hash, this.#time.now().logTime);
    return Promise.resolve(holds);
  }

  grantSession(account: string, sessionId: string, grounds?: Grounds): Promise<boolean> {
    const holds = this.#names.holds(account, grounds);
    return Promise.resolve(holds && this.#names.grant(account, sessionId));
  }

  revokeSession(sessionId: string): Promise<string[]> {
    return Promise.resolve(this.#names.revoke(sessionId));
  }

  revokeSessionsOf(account: string, keep?: string): Promise<string[]> {
    return Promise.resolve(this.#names.revokeOf(account, keep));
  }

  closeAccount(account: string, grounds?: Grounds): Promise<Erasure | undefined> {
    const isOpen = !this.#erasures.has(account) && this.#names.holds(account, grounds);
    if (!isOpen) return Promise.resolve(undefined);
    this.#names.remove(account);
    const erasure = { account, seq: this.#lastSeq, at: this.#time.now().at };
    rememberIn(this.#erasures, account, erasure, REMEMBERED_ERASURES);
    this.#erase(account);
    return Promise.resolve(erasure);
  }

  /** They have been erased already. */
  eraseClosed(): Promise<void> {
    return Promise.resolve();
  }

  erasuresSince(seq: number): Promise<Erasure[]> {
    return Promise.resolve([...this.#erasures.values()].filter((erasure) => erasure.seq >= seq));
  }

  #erase(account: string): void {
    const isOwn = (entry: string) => entry.startsWith(`${account}\n`);
    for (const entry of this.#acks.keys()) if (isOwn(entry)) this.#acks.delete(entry);
    for (const entry of this.#reads.keys()) if (isOwn(entry)) this.#reads.delete(entry);
    this.#events = this.#events.filter((event) => event.author !== account).map((event) => {
      const { isWaiting: _, ...arrived } = event;
      return event.recipient?.account === account ? arrived : event;
    });
  }

  /** All it keeps is bounded. */
  expire(): Promise<boolean> {
    return Promise.resolve(false);
  }

  prune(limit: number): Promise<number> {
    const uncovered = this.#uncovered().slice(0, limit);
    const gone = new Set(uncovered);
    this.#prunedUpTo = Math.max(this.#prunedUpTo, ...uncovered.map(({ seq }) => seq));
    this.#events = this.#events.filter((event) => !gone.has(event));
    return Promise.resolve(uncovered.length);
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #appendOne(event: NewEvent, at: number): AppendResult {
    if (this.#erasures.has(event.author)) return { outcome: "account_closed" };
    const entry = event.key === undefined ? undefined : `${event.author}\n${event.key}`;
    const content = contentOf(event);
    const first = entry === undefined ? undefined : this.#acks.get(entry);
    if (first) {
      return first.content === content
        ? { outcome: "duplicate", ...first.accepted }
        : { outcome: "id_reused" };
    }
    const recipient = this.#recipientOf(event);
    if (typeof recipient === "string") return { outcome: recipient };
    const conversation = recipient ? privateConversation(event.author, recipient.account) : LOBBY;
    const isFirst = recipient !== undefined && !this.#begun.has(conversation);
    if (isFirst && !this.#mayBegin(event)) return { outcome: "too_many_conversations" };
    const isAway = event.to.kind === "private" && event.to.account === undefined;
    if (recipient) rememberIn(this.#begun, conversation, true, REMEMBERED_CONVERSATIONS);
    const accepted = {
      seq: ++this.#lastSeq,
      at,
      conversation,
      ...(recipient ? { recipient } : {}),
      ...(isAway && recipient?.account !== event.author ? { isWaiting: true } : {}),
    };
    if (entry !== undefined) rememberIn(this.#acks, entry, { content, accepted }, REMEMBERED_KEYS);
    this.#keep(event, accepted);
    return { outcome: "stored", ...accepted, ...(isFirst && event.beginner ? { isFirst } : {}) };
  }

  #mayBegin({ beginner = "anybody", author }: NewEvent): boolean {
    return beginner === "anybody" ||
      (beginner === "with_passphrase" && this.#names.hasPassphrase(author));
  }

  /** What was said before an account began isn't unread. */
  #startReading({ account }: Account): void {
    const entry = `${account}\n${LOBBY}`;
    if (!this.#reads.has(entry)) rememberIn(this.#reads, entry, this.#lastSeq, REMEMBERED_READS);
  }

  #recipientOf({ to }: NewEvent): Account | NoRecipient | undefined {
    if (to.kind === "lobby") return undefined;
    const { account, expectedAccount = account } = to;
    if (account !== undefined) {
      if (account !== expectedAccount) return "name_moved";
      return this.#erasures.has(account) ? "unknown_user" : { account, username: to.username };
    }
    const owner = this.#names.ownerOf(to.nameKey);
    if (!owner) return "unknown_user";
    if ((expectedAccount ?? owner.account) !== owner.account) return "name_moved";
    if (this.#retention.kind === "none") return "user_away";
    return { account: owner.account, username: owner.username };
  }

  #keep({ to: _, beginner: __, ...event }: NewEvent, accepted: FirstAck["accepted"]): void {
    if (this.#retention.kind !== "none") this.#events.push({ ...event, ...accepted });
    else this.#prunedUpTo = accepted.seq;
    const surplus = surplusOf(this.#events.length, REMEMBERED_EVENTS);
    if (surplus > 0) this.#prunedUpTo = this.#events.splice(0, surplus).at(-1)!.seq;
  }

  #visibleTo(account: string | undefined): StoredEvent[] {
    return this.#events.filter(({ conversation }) =>
      conversation === LOBBY || (account !== undefined && isIn(conversation, account))
    );
  }

  #isWith(event: StoredEvent, account: string | undefined, name: string): boolean {
    if (name === "lobby" || account === undefined) return name === "lobby" && !event.recipient;
    return event.recipient !== undefined && isNamed(peerOf(event, account).username, name);
  }

  #position(account: string, conversation: string): ReadPosition {
    const seq = this.#reads.get(`${account}\n${conversation}`) ?? 0;
    const unread = this.#visibleTo(account).filter((event) =>
      event.conversation === conversation && event.seq > seq && event.author !== account
    );
    return { conversation, seq, unread: Math.min(unread.length, MAX_UNREAD) };
  }

  #replace(event: StoredEvent): void {
    this.#events[this.#events.findIndex(({ seq }) => seq === event.seq)] = event;
  }

  #uncovered(): StoredEvent[] {
    const retention = this.#retention;
    switch (retention.kind) {
      case "forever":
      case "none":
        return [];
      case "age":
        return this.#olderThan(retention.maxAgeMs);
      case "count":
        return this.#events.slice(0, Math.max(0, this.#events.length - retention.maxEvents));
    }
  }

  /** By the newest mark that is old enough; it marks how far the log is, too. */
  #olderThan(ageMs: number): StoredEvent[] {
    const { logTime } = this.#time.now();
    const newest = this.#marks.at(-1) ?? { logTime: -Infinity, seq: 0 };
    if (this.#lastSeq > newest.seq && logTime - newest.logTime >= Math.min(HOUR_MS, ageMs / 10)) {
      this.#marks.push({ logTime, seq: this.#lastSeq });
    }
    const passed = this.#marks.findLast((mark) => mark.logTime <= logTime - ageMs)?.seq ?? 0;
    this.#marks = this.#marks.filter(({ seq }) => seq >= passed);
    return this.#events.filter(({ seq }) => seq <= passed);
  }
}

/** By the name it was sent to: a repeat is one whoever holds that name by then. */
function contentOf({ kind, to, text }: NewEvent): string {
  return `${kind}\n${to.kind === "lobby" ? "lobby" : `private ${to.nameKey}`}\n${text}`;
}

function peerOf(event: StoredEvent, account: string): Account {
  if (event.author === account && event.recipient) return event.recipient;
  return { account: event.author, username: event.from };
}

function isNamed(username: string, name: string): boolean {
  return usernameKey(username) === usernameKey(name);
}

/** Adds to a map and keeps it near a size; what was added first goes first. */
function rememberIn<Value>(map: Map<string, Value>, key: string, value: Value, size: number): void {
  map.set(key, value);
  let surplus = surplusOf(map.size, size);
  for (const oldest of map.keys()) {
    if (surplus-- <= 0) return;
    map.delete(oldest);
  }
}

/**
 * How many of so many are too many: none until there are an eighth more than fit. One at a time, a
 * tenth of the server's time would go into finding the oldest behind all that have gone before it.
 */
function surplusOf(count: number, size: number): number {
  return count < size * 1.125 ? 0 : count - size;
}
