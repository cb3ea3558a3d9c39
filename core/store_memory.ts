import { isIn, LOBBY, privateConversation } from "./conversations.ts";
import type { Clock } from "./clock.ts";
import type { Ids } from "./ids.ts";
import type {
  Account,
  AppendResult,
  Delivered,
  LiveStore,
  NameClaim,
  NewEvent,
  ReadPosition,
  ReadQuery,
  StoredEvent,
} from "./store.ts";

/** Events kept; the oldest goes first. */
const REMEMBERED_EVENTS = 10_000;
/** Acknowledgements an author can get again; an older key is as if never used. */
const REMEMBERED_KEYS = 10_000;
/** Names remembered for sessions that are away; the one away longest goes first. */
const REMEMBERED_NAMES = 100_000;

/** What a {@linkcode MemoryStore} needs from outside. */
export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, "now">;
  readonly ids: Ids;
}

interface Ownership extends Account {
  readonly nameKey: string;
  readonly sessionId: string;
  /** Since when nobody is connected as this account, in epoch milliseconds. */
  awaySince?: number;
}

interface FirstAck {
  readonly seq: number;
  readonly at: number;
  readonly conversation: string;
  readonly text: string;
  readonly recipient?: Account;
}

/** A log that lasts as long as the process and keeps no text: positions, keys and names only. */
export class MemoryStore implements LiveStore {
  readonly epoch: string;
  #clock: Pick<Clock, "now">;
  #ids: Ids;
  #lastSeq = 0;
  #events: StoredEvent[] = [];
  #untold: Delivered[] = [];
  #reads = new Map<string, number>();
  #firstAcks = new Map<string, FirstAck>();
  #owners = new Map<string, Ownership>();
  #accounts = new Map<string, Ownership>();

  constructor(options: MemoryStoreOptions) {
    this.#clock = options.clock;
    this.#ids = options.ids;
    this.epoch = options.ids.epoch();
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  append(events: readonly NewEvent[]): Promise<AppendResult[]> {
    const at = this.#clock.now();
    return Promise.resolve(events.map((event) => this.#appendOne(event, at)));
  }

  claimName(claim: NameClaim): Promise<Account | "taken"> {
    const owner = this.#owners.get(claim.nameKey);
    if (owner && owner.sessionId !== claim.sessionId && !hasLapsed(owner, claim)) {
      return Promise.resolve("taken");
    }
    if (owner && owner.sessionId === claim.sessionId) {
      delete owner.awaySince;
      return Promise.resolve(owner);
    }
    return Promise.resolve(this.#grant(claim, claim.sessionId, owner));
  }

  touchAccount(account: string, at: number): Promise<void> {
    const owner = this.#accounts.get(account);
    if (owner) {
      owner.awaySince = at;
      this.#moveToEnd(owner);
      this.#forgetLongestAway();
    }
    return Promise.resolve();
  }

  read(query: ReadQuery): Promise<StoredEvent[]> {
    const { account, conversation, after = 0, before = Infinity, limit, from } = query;
    const found = this.#events.filter((event) =>
      event.seq > after && event.seq < before &&
      (conversation === undefined || event.conversation === conversation) &&
      (event.conversation === LOBBY || (account !== undefined && isIn(event.conversation, account)))
    );
    return Promise.resolve(from === "oldest" ? found.slice(0, limit) : found.slice(-limit));
  }

  waitingFor(account: string, upTo: number, limit: number): Promise<StoredEvent[]> {
    const waiting = this.#events.filter((event) =>
      event.isWaiting && event.recipient?.account === account && event.seq <= upTo
    );
    return Promise.resolve(waiting.slice(0, limit));
  }

  async markDelivered(account: string, upTo: number): Promise<Delivered[]> {
    const waiting = await this.waitingFor(account, upTo, Infinity);
    for (const event of waiting) {
      this.#replace({ ...event, isWaiting: false });
      this.#untold.push({ seq: event.seq, author: event.author });
    }
    return waiting.map(({ seq, author }) => ({ seq, author }));
  }

  markWaiting(seq: number): Promise<void> {
    const event = this.#events.find((candidate) => candidate.seq === seq);
    if (event) this.#replace({ ...event, isWaiting: true });
    return Promise.resolve();
  }

  takeDelivered(author: string): Promise<number[]> {
    const told = this.#untold.filter((delivered) => delivered.author === author);
    this.#untold = this.#untold.filter((delivered) => delivered.author !== author);
    return Promise.resolve(told.map(({ seq }) => seq));
  }

  markRead(account: string, conversation: string, seq: number): Promise<ReadPosition> {
    const key = `${account}\n${conversation}`;
    const read = Math.max(seq, this.#reads.get(key) ?? 0);
    this.#reads.set(key, read);
    const unread = this.#events.filter((event) =>
      event.conversation === conversation && event.seq > read && event.author !== account
    );
    return Promise.resolve({ conversation, seq: read, unread: unread.length });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #replace(event: StoredEvent): void {
    this.#events[this.#events.findIndex(({ seq }) => seq === event.seq)] = event;
  }

  #appendOne(event: NewEvent, at: number): AppendResult {
    const recipient = this.#recipientOf(event);
    if (recipient === "unknown_user") return { outcome: recipient };
    const conversation = recipient ? privateConversation(event.author, recipient.account) : LOBBY;
    const entry = event.key === undefined ? undefined : `${event.author}\n${event.key}`;
    const first = entry === undefined ? undefined : this.#firstAcks.get(entry);
    if (first) return repeatOf(first, conversation, event.text);
    const isWaiting = event.to.kind === "private" && event.to.account === undefined;
    const ack = {
      seq: ++this.#lastSeq,
      at,
      conversation,
      ...(recipient ? { recipient, isWaiting } : {}),
    };
    const { kind, author, from, text } = event;
    this.#events.push({ kind, author, from, text, ...ack });
    if (this.#events.length > REMEMBERED_EVENTS) this.#events.shift();
    if (entry !== undefined) this.#remember(entry, { ...ack, text: event.text });
    return { outcome: "stored", ...ack };
  }

  #recipientOf({ to }: NewEvent): Account | undefined | "unknown_user" {
    if (to.kind === "lobby") return undefined;
    if (to.account !== undefined) return { account: to.account, username: to.username };
    return this.#owners.get(to.nameKey) ?? "unknown_user";
  }

  #remember(entry: string, ack: FirstAck): void {
    this.#firstAcks.set(entry, ack);
    if (this.#firstAcks.size <= REMEMBERED_KEYS) return;
    this.#firstAcks.delete(this.#firstAcks.keys().next().value!);
  }

  #grant(claim: NameClaim, sessionId: string | undefined, former?: Ownership): Account {
    const { username, nameKey } = claim;
    if (former) {
      this.#accounts.delete(former.account);
      this.#owners.delete(nameKey);
    }
    const account = { account: this.#ids.account(), username };
    if (sessionId === undefined) return account;
    const owner = { ...account, nameKey, sessionId };
    this.#owners.set(nameKey, owner);
    this.#accounts.set(owner.account, owner);
    return account;
  }

  /** Keeps both maps in the order in which their owners went away. */
  #moveToEnd(owner: Ownership): void {
    this.#owners.delete(owner.nameKey);
    this.#owners.set(owner.nameKey, owner);
  }

  #forgetLongestAway(): void {
    if (this.#owners.size <= REMEMBERED_NAMES) return;
    for (const owner of this.#owners.values()) {
      if (owner.awaySince === undefined) continue;
      this.#owners.delete(owner.nameKey);
      this.#accounts.delete(owner.account);
      return;
    }
  }
}

function hasLapsed(owner: Ownership, claim: NameClaim): boolean {
  return owner.awaySince !== undefined && claim.at - owner.awaySince >= claim.nameTtlMs;
}

function repeatOf(first: FirstAck, conversation: string, text: string): AppendResult {
  if (first.conversation !== conversation || first.text !== text) return { outcome: "id_reused" };
  const { text: _, ...ack } = first;
  return { outcome: "duplicate", ...ack };
}
