import type { Clock } from "./clock.ts";
import { type Ids, randomIds } from "./ids.ts";
import { Indexer } from "./indexer.ts";
import type { Log } from "./log.ts";
import { LogTime } from "./log_time.ts";
import { packEvent, unpackResult } from "./packed_events.ts";
import { type Channel, LocalChannel } from "./store_channel.ts";
import { openInWorker } from "./store_worker.ts";
import {
  type EngineOptions,
  type LogPosition,
  openReader,
  openWriter,
  type Reader,
  type Writer,
} from "./sqlite_engine.ts";
import { filesIn, refuseForeignWal } from "./sqlite_files.ts";
import { OwnerLock } from "./sqlite_lock.ts";
import type {
  Account,
  AppendResult,
  Conversation,
  ConversationPage,
  Delivered,
  NameClaim,
  NewEvent,
  OwnedAccount,
  ReadPosition,
  ReadQuery,
  Retention,
  SearchHit,
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
   * Whether the disk is waited for in Workers, one that writes and one that reads, or in this
   * thread.
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

/** Events indexed in one commit when all are. */
const INDEX_STEP = 1_000;
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
  #lock: OwnerLock;
  #indexer: Indexer;
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
    const index = (limit: number) => this.#writer.call("index", limit);
    this.#indexer = new Indexer({ clock: options.clock, log: options.log, index });
    this.#indexer.add(parts.behind);
    this.#writer.onReopened((reopened) => this.#startOver(reopened));
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
      const channels = await openChannels(options, lock.id);
      const behind = await channels.writer.call("behind");
      const position = await channels.writer.call("position");
      return new SqliteStore({ ...channels, lock, behind }, position, options);
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
    if (this.#keepsEvents) this.#indexer.add(results.length);
    else this.#prunedUpTo = this.#lastSeq;
    return results;
  }

  forgetKey(author: string, key: string): Promise<void> {
    return this.#writer.call("forgetKey", author, key);
  }

  /** Indexes all there is for searching now, instead of when there is time. */
  async indexAll(): Promise<void> {
    while (!(await this.#writer.call("index", INDEX_STEP)).isLast);
  }

  read(query: ReadQuery): Promise<StoredEvent[]> {
    return this.#reader.call("read", query);
  }

  countAfter(account: string, after: number, limit: number): Promise<number> {
    return this.#reader.call("countAfter", account, after, limit);
  }

  search(query: StoreSearch): Promise<SearchHit[]> {
    return this.#reader.call("search", query);
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

  setPassphrase(account: string, hash: string | undefined): Promise<void> {
    return this.#writer.call("setPassphrase", account, hash, this.#time.now());
  }

  grantSession(account: string, sessionId: string): Promise<void> {
    return this.#writer.call("grantSession", account, sessionId);
  }

  revokeSession(sessionId: string): Promise<string[]> {
    return this.#writer.call("revokeSession", sessionId);
  }

  revokeSessionsOf(account: string, keep?: string): Promise<string[]> {
    return this.#writer.call("revokeSessionsOf", account, keep);
  }

  async deleteAccount(account: string): Promise<string[]> {
    const sessions = await this.#writer.call("closeAccount", account);
    while (await this.#writer.call("erase", ERASE_STEP));
    return sessions;
  }

  async prune(limit: number): Promise<number> {
    // What a crash left of a deletion.
    await this.#writer.call("erase", limit);
    const { removed, prunedUpTo } = await this.#writer.call("prune", this.#time.now(), limit);
    this.#prunedUpTo = Math.max(this.#prunedUpTo, prunedUpTo);
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
    await this.#indexer.close();
    try {
      await this.#reader.close();
      await this.#writer.close();
    } finally {
      this.#lock.release();
    }
  }

  #startOver({ lastSeq, prunedUpTo }: LogPosition): void {
    this.#indexer.add(lastSeq - this.#lastSeq);
    this.#lastSeq = lastSeq;
    this.#prunedUpTo = prunedUpTo;
    this.#onInterrupted();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface Parts {
  readonly writer: Channel<Writer>;
  readonly reader: Channel<Reader>;
  readonly lock: OwnerLock;
  /** Events that wait to be indexed. */
  readonly behind: number;
}

type Channels = Pick<Parts, "writer" | "reader">;

async function openChannels(options: SqliteStoreOptions, owner: string): Promise<Channels> {
  const engine = engineOptionsOf(options, owner);
  if (options.inWorkers === false) return openHere(engine);
  const writer = await openInWorker<Writer>("writer", engine, options.log, options.spawnWriter);
  try {
    return { writer, reader: await openInWorker<Reader>("reader", engine, options.log) };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

function openHere(engine: EngineOptions): Channels {
  const writer = openWriter(engine);
  try {
    return { writer: new LocalChannel(writer), reader: new LocalChannel(openReader(engine)) };
  } catch (error) {
    writer.close();
    throw error;
  }
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
