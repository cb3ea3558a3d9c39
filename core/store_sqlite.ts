import type { Clock } from "./clock.ts";
import { ChatError } from "./errors.ts";
import { type Ids, randomIds } from "./ids.ts";
import { Indexer, type IndexStep } from "./indexer.ts";
import type { Log } from "./log.ts";
import { LogTime } from "./log_time.ts";
import { packEvent, unpackResult } from "./packed_events.ts";
import type { Channel } from "./store_channel.ts";
import { type Channels, openChannels } from "./store_worker.ts";
import type { EngineOptions, LogPosition, Reader, Searcher, Writer } from "./sqlite_engine.ts";
import { filesIn, refuseForeignWal } from "./sqlite_files.ts";
import { OwnerLock } from "./sqlite_lock.ts";
import type {
  Account,
  AppendResult,
  Conversation,
  ConversationPage,
  Delivered,
  Erasure,
  Grounds,
  NameClaim,
  NewEvent,
  OwnedAccount,
  ReadPosition,
  ReadQuery,
  Retention,
  SearchPage,
  Store,
  StoredEvent,
  StoreSearch,
} from "./store.ts";

/** Where a {@linkcode SqliteStore} lives, and what it needs from outside. */
export interface SqliteStoreOptions {
  /** Folder of the log; made if it is missing. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** @default {randomIds} */
  readonly ids?: Ids;
  /** @default {{ kind: "forever" }} */
  readonly retention?: Retention;
  /** Whether all the time since the last commit counts, instead of 7 days at most. @default {false} */
  readonly trustClock?: boolean;
  /**
   * Whether the disk is waited for in Workers, one that writes, one that reads, and one that
   * searches, or in this thread.
   *
   * @default {true}
   */
  readonly inWorkers?: boolean;
  /**
   * How long a commit waits for another process that holds the file, in milliseconds; without
   * Workers everything waits with it.
   *
   * @default {5000} In Workers, else 250.
   */
  readonly busyTimeoutMs?: number;
  /** Starts the Worker that writes, in place of the usual one, to see what happens when it ends. */
  readonly spawnWriter?: () => Worker;
}

/** Searches that may be under way or wait for their turn: at worst some 2 s of them. */
const MAX_SEARCHES = 16;
/** When to ask again beyond that. */
const SEARCH_RETRY_MS = 1000;
/** Events and keys of a closed account that are erased in one commit. */
const ERASE_STEP = 50;

/** A log in an SQLite file, kept to one process by a lock. */
export class SqliteStore implements Store, AsyncDisposable {
  readonly epoch: string;
  #lastSeq: number;
  #prunedUpTo: number;
  #keepsEvents: boolean;
  #time: LogTime;
  #ids: Ids;
  #writer: Channel<Writer>;
  #reader: Channel<Reader>;
  /** Absent when nothing is kept: there is nothing to find. */
  #searcher: Channel<Searcher> | undefined;
  #searches = 0;
  #lock: OwnerLock;
  #indexer: Indexer | undefined;
  #onInterrupted = () => {};

  private constructor(parts: Parts, position: LogPosition, options: SqliteStoreOptions) {
    this.epoch = position.epoch;
    this.#lastSeq = position.lastSeq;
    this.#prunedUpTo = position.prunedUpTo;
    this.#keepsEvents = options.retention?.kind !== "none";
    this.#time = new LogTime({ ...options, last: position });
    this.#ids = options.ids ?? randomIds;
    this.#writer = parts.writer;
    this.#reader = parts.reader;
    this.#lock = parts.lock;
    this.#writer.onReopened((reopened) => this.#startOver(reopened));
    this.#searcher = parts.searcher;
    if (!parts.searcher) return;
    const index = () => this.#index(parts.searcher!);
    this.#indexer = new Indexer({ clock: options.clock, log: options.log, index });
    this.#indexer.wake();
  }

  /**
   * Opens the log in a folder, or makes a new one there.
   *
   * @throws {StoreOpenError} When another process owns it, or it is damaged, made by a newer
   * Parley, or out of reach.
   */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const files = filesIn(options.dataDir);
    const lock = new OwnerLock(files);
    try {
      refuseForeignWal(files);
      const channels = await openChannels(engineOptionsOf(options, lock.id), options);
      const position = await channels.writer.call("position");
      return new SqliteStore({ ...channels, lock }, position, options);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get prunedUpTo(): number {
    return this.#prunedUpTo;
  }

  onInterrupted(listener: () => void): void {
    this.#onInterrupted = listener;
  }

  async append(events: readonly NewEvent[]): Promise<AppendResult[]> {
    const moment = this.#time.now();
    const packed = await this.#writer.call("append", events.map(packEvent), moment);
    const results = packed.map((result) => unpackResult(result, moment.at));
    for (const result of results) {
      if (result.outcome === "stored") this.#lastSeq = Math.max(this.#lastSeq, result.seq);
    }
    if (!this.#keepsEvents) this.#prunedUpTo = this.#lastSeq;
    this.#indexer?.wake();
    return results;
  }

  forgetKey(author: string, key: string): Promise<void> {
    return this.#writer.call("forgetKey", author, key);
  }

  /** Brings the search indexes up to the log now, instead of when there is time. */
  async indexAll(): Promise<void> {
    if (!this.#searcher) return;
    while (!(await this.#index(this.#searcher)).isLast);
  }

  #index(searcher: Channel<Searcher>): Promise<IndexStep> {
    return searcher.call("index", this.#time.now().logTime);
  }

  async read(query: ReadQuery): Promise<StoredEvent[]> {
    const { events, prunedUpTo } = await this.#reader.call("read", query);
    // The writer's own answer may come later, and the hole must not look like the log.
    this.#prunedUpTo = Math.max(this.#prunedUpTo, Math.min(prunedUpTo, this.#lastSeq));
    return events;
  }

  countAfter(account: string, after: number, limit: number): Promise<number> {
    return this.#reader.call("countAfter", account, after, limit);
  }

  async search(query: StoreSearch): Promise<SearchPage> {
    if (!this.#searcher) return { hits: [] };
    if (this.#searches === MAX_SEARCHES) {
      throw new ChatError("search_busy", { retryAfterMs: SEARCH_RETRY_MS });
    }
    this.#searches++;
    try {
      return await this.#searcher.call("search", query);
    } finally {
      this.#searches--;
    }
  }

  conversations(account: string, page?: ConversationPage): Promise<Conversation[]> {
    return this.#reader.call("conversations", account, page);
  }

  waitingFor(
    account: string,
    upTo: number,
    limit: number,
    after = 0,
  ): Promise<StoredEvent[]> {
    return this.#reader.call("waitingFor", account, upTo, limit, after);
  }

  markDelivered(account: string, upTo: number): Promise<Delivered[]> {
    return this.#writer.call("markDelivered", account, upTo);
  }

  markWaiting(seq: number): Promise<void> {
    return this.#writer.call("markWaiting", seq);
  }

  takeDelivered(author: string): Promise<number[]> {
    return this.#writer.call("takeDelivered", author);
  }

  markRead(account: string, conversation: string, seq: number): Promise<ReadPosition> {
    return this.#writer.call("markRead", account, conversation, seq);
  }

  lobbyReadBy(account: string): Promise<ReadPosition> {
    return this.#reader.call("lobbyReadBy", account);
  }

  claimName(claim: NameClaim): Promise<Account | "taken"> {
    return this.#writer.call("claimName", claim, this.#ids.account(), this.#time.now());
  }

  touchAccounts(accounts: readonly string[]): Promise<void> {
    return this.#writer.call("touchAccounts", accounts, this.#time.now());
  }

  accountsOf(sessionId: string): Promise<OwnedAccount[]> {
    return this.#reader.call("accountsOf", sessionId);
  }

  ownerOf(nameKey: string): Promise<OwnedAccount | undefined> {
    return this.#reader.call("ownerOf", nameKey);
  }

  setPassphrase(account: string, hash: string | undefined, grounds?: Grounds): Promise<boolean> {
    return this.#writer.call("setPassphrase", account, hash, this.#time.now(), grounds);
  }

  grantSession(account: string, sessionId: string, grounds?: Grounds): Promise<boolean> {
    return this.#writer.call("grantSession", account, sessionId, grounds);
  }

  revokeSession(sessionId: string): Promise<string[]> {
    return this.#writer.call("revokeSession", sessionId);
  }

  revokeSessionsOf(account: string, keep?: string): Promise<string[]> {
    return this.#writer.call("revokeSessionsOf", account, keep);
  }

  closeAccount(account: string, grounds?: Grounds): Promise<Erasure | undefined> {
    return this.#writer.call("closeAccount", account, this.#time.now(), grounds);
  }

  async eraseClosed(): Promise<void> {
    while (await this.#writer.call("erase", ERASE_STEP));
  }

  erasuresSince(seq: number): Promise<Erasure[]> {
    return this.#reader.call("erasuresSince", seq);
  }

  expire(nameTtlMs: number, limit: number): Promise<boolean> {
    return this.#writer.call("expire", this.#time.now(), nameTtlMs, limit);
  }

  async prune(limit: number): Promise<number> {
    // What a crash left of a deletion.
    await this.#writer.call("erase", limit);
    const { removed, prunedUpTo } = await this.#writer.call("prune", this.#time.now(), limit);
    this.#prunedUpTo = Math.max(this.#prunedUpTo, prunedUpTo);
    // It may be time to take what is gone out of the indexes.
    this.#indexer?.wake();
    return removed;
  }

  probe(): Promise<void> {
    return this.#writer.call("probe");
  }

  /** Bounds the file to a number of pages, as a full disk does, to see what happens then. */
  limitPages(pages: number): Promise<void> {
    return this.#writer.call("limitPages", pages);
  }

  async close(): Promise<void> {
    await this.#indexer?.close();
    try {
      await this.#searcher?.close();
      await this.#reader.close();
      await this.#writer.close();
    } finally {
      this.#lock.release();
    }
  }

  #startOver({ lastSeq, prunedUpTo }: LogPosition): void {
    this.#lastSeq = lastSeq;
    this.#prunedUpTo = prunedUpTo;
    this.#indexer?.wake();
    this.#onInterrupted();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface Parts extends Channels {
  readonly lock: OwnerLock;
}

function engineOptionsOf(options: SqliteStoreOptions, owner: string): EngineOptions {
  const { dataDir, ids = randomIds, retention = { kind: "forever" } } = options;
  const defaultTimeoutMs = options.inWorkers === false ? 250 : 5000;
  return {
    dataDir,
    retention,
    identity: { epoch: ids.epoch(), secret: crypto.getRandomValues(new Uint8Array(32)) },
    owner,
    busyTimeoutMs: options.busyTimeoutMs ?? defaultTimeoutMs,
  };
}
