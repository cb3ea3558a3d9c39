import { systemClock } from "./clock.ts";
import type { LastMoment, Moment } from "./log_time.ts";
import { type PackedEvent, packResult, unpackEvent } from "./packed_events.ts";
import { SqliteAccounts } from "./sqlite_accounts.ts";
import { SqliteAcks } from "./sqlite_acks.ts";
import { SqliteAppend } from "./sqlite_append.ts";
import { isDamage, SqliteDatabase } from "./sqlite_database.ts";
import { filesIn, makePrivateFile } from "./sqlite_files.ts";
import { guard, Headroom } from "./sqlite_headroom.ts";
import { SqliteIndexing } from "./sqlite_indexing.ts";
import { SqliteExpiry } from "./sqlite_expiry.ts";
import { SqlitePeople } from "./sqlite_people.ts";
import { SqliteReading } from "./sqlite_reading.ts";
import { SqliteReads } from "./sqlite_reads.ts";
import { SqliteRetention } from "./sqlite_retention.ts";
import { isOwnedBy, takeOver } from "./sqlite_lock.ts";
import { type LogIdentity, versionOf } from "./sqlite_schema.ts";
import { SqliteSearch } from "./sqlite_search.ts";
import { SqliteSearchIndex } from "./sqlite_search_index.ts";
import {
  type ReadQuery,
  type Retention,
  StoreOpenError,
  type StoreSearch,
  StoreUnavailableError,
} from "./store.ts";

/** Most of a file that is mapped into memory while it is checked. */
const CHECK_MAP_BYTES = 1024 ** 3;

/** How a writer or a reader is opened; it travels to a Worker. */
export interface EngineOptions {
  readonly dataDir: string;
  readonly retention: Retention;
  /** What a log made now starts with; a backup opened now gets its epoch. */
  readonly identity: LogIdentity;
  /** Identity of the lock that is held for the log. */
  readonly owner: string;
  readonly busyTimeoutMs: number;
}

/** What a log tells of itself when it is opened. */
export interface LogPosition extends LastMoment {
  readonly epoch: string;
  readonly lastSeq: number;
  readonly prunedUpTo: number;
}

/** Opens the handle that changes the log: one in all processes. */
export function openWriter(options: EngineOptions) {
  const files = filesIn(options.dataDir);
  makePrivateFile(files.folder, files.log);
  const headroom = new Headroom(files);
  const db = headroom.spend(() => openChecked(files.log, options));
  return prepare(files.log, db, () => guard(writerOn(db, options.retention), headroom));
}

function writerOn(db: SqliteDatabase, kept: Retention) {
  const acks = new SqliteAcks(db, kept.kind !== "none");
  const people = new SqlitePeople(db);
  const append = new SqliteAppend(db, people, acks, kept);
  const accounts = new SqliteAccounts(db, people);
  const reading = new SqliteReading(db);
  const retention = new SqliteRetention(db, acks, kept);
  const expiry = new SqliteExpiry(db, people);
  const position = db.prepare<LogPosition>(
    `SELECT epoch, last_seq AS lastSeq, pruned_up_to AS prunedUpTo, log_time AS logTime,
       noted_at AS at FROM meta`,
  );
  // A row that is set to what it holds is not written, so a probe takes a step and takes it back.
  const steps = [1, -1].map((by) => db.prepare(`UPDATE meta SET last_seq = last_seq + ${by}`));
  return {
    position: () => ({ ...position.get()! }),
    append: (events: readonly PackedEvent[], moment: Moment) =>
      append.append(events.map(unpackEvent), moment).map(packResult),
    forgetKey: acks.forget.bind(acks),
    claimName: accounts.claimName.bind(accounts),
    touchAccounts: accounts.touchAccounts.bind(accounts),
    setPassphrase: accounts.setPassphrase.bind(accounts),
    grantSession: accounts.grantSession.bind(accounts),
    revokeSession: accounts.revokeSession.bind(accounts),
    revokeSessionsOf: accounts.revokeSessionsOf.bind(accounts),
    closeAccount: accounts.closeAccount.bind(accounts),
    markDelivered: reading.markDelivered.bind(reading),
    markWaiting: reading.markWaiting.bind(reading),
    takeDelivered: reading.takeDelivered.bind(reading),
    markRead: reading.markRead.bind(reading),
    prune: (moment: Moment, limit: number) => {
      const removed = retention.prune(moment, limit);
      return { removed, prunedUpTo: position.get()!.prunedUpTo };
    },
    erase: retention.erase.bind(retention),
    expire: expiry.step.bind(expiry),
    limitPages: (pages: number) => db.execute(`PRAGMA max_page_count = ${Math.trunc(pages)}`),
    probe: () => db.transaction(() => steps.forEach((step) => step.run())),
    together: <Result>(calls: readonly (() => Result)[]) => runTogether(db, calls),
    close: () => db.close(),
  };
}

/**
 * Makes several changes in one commit. One that is a mistake fails alone.
 *
 * @throws {StoreUnavailableError} When they can't be stored now; none of them has been.
 */
function runTogether<Result>(db: SqliteDatabase, calls: readonly (() => Result)[]) {
  return db.transaction(() =>
    calls.map((call): { value: Result } | { error: unknown } => {
      try {
        return { value: db.transaction(call) };
      } catch (error) {
        if (error instanceof StoreUnavailableError) throw error;
        return { error };
      }
    })
  );
}

/** Opens a handle that only reads; a writer must have made the log. */
export function openReader(options: Pick<EngineOptions, "dataDir" | "busyTimeoutMs">) {
  const { busyTimeoutMs } = options;
  const { log } = filesIn(options.dataDir);
  const db = new SqliteDatabase(log, { isReadOnly: true, busyTimeoutMs });
  return prepare(log, db, () => readerOn(db));
}

function readerOn(db: SqliteDatabase) {
  const reads = new SqliteReads(db);
  const pruned = db.prepare<{ prunedUpTo: number }>(
    "SELECT pruned_up_to AS prunedUpTo FROM meta",
  );
  return {
    // What is asked last covers whatever was removed before.
    read: (query: ReadQuery) => ({ events: reads.read(query), ...pruned.get()! }),
    countAfter: reads.countAfter.bind(reads),
    conversations: reads.conversations.bind(reads),
    waitingFor: reads.waitingFor.bind(reads),
    lobbyReadBy: reads.lobbyReadBy.bind(reads),
    accountsOf: reads.accountsOf.bind(reads),
    ownerOf: reads.ownerOf.bind(reads),
    erasuresSince: reads.erasuresSince.bind(reads),
    close: () => db.close(),
  };
}

/**
 * Opens the search of a log; a writer must have made the log. Its own file is made or mended at the
 * first call.
 *
 * @param monotonic Milliseconds since some fixed moment.
 */
export function openSearcher(
  options: Pick<EngineOptions, "dataDir" | "busyTimeoutMs">,
  monotonic: () => number = systemClock.monotonic,
) {
  const { dataDir, busyTimeoutMs } = options;
  const files = filesIn(dataDir);
  const db = new SqliteDatabase(files.log, { isReadOnly: true, busyTimeoutMs });
  const index = new SqliteSearchIndex(files, busyTimeoutMs);
  return prepare(files.log, db, () => searcherOn(db, index, monotonic));
}

function searcherOn(db: SqliteDatabase, index: SqliteSearchIndex, monotonic: () => number) {
  const indexing = new SqliteIndexing(db, index);
  const search = new SqliteSearch(db, index, monotonic);
  return {
    index: (now: number) => index.mending(() => indexing.step(now)),
    search: (query: StoreSearch) => index.mending(() => search.search(query)),
    close() {
      index.close();
      db.close();
    },
  };
}

/** Everything that changes the log, each call in one commit. */
export type Writer = ReturnType<typeof openWriter>;
/** Everything that reads the log. */
export type Reader = ReturnType<typeof openReader>;
/** Searches the log, and keeps the indexes for that. */
export type Searcher = ReturnType<typeof openSearcher>;

/** Prepares every statement there is, which fails if the tables or indexes aren’t theirs. */
export function prepareAll(db: SqliteDatabase): void {
  writerOn(db, { kind: "forever" });
  readerOn(db);
}

function prepare<Half>(file: string, db: SqliteDatabase, half: () => Half): Half {
  try {
    return half();
  } catch (error) {
    db.close();
    throw openErrorOf(file, error);
  }
}

function openChecked(file: string, options: EngineOptions): SqliteDatabase {
  try {
    return openOwned(file, options);
  } catch (error) {
    throw openErrorOf(file, error);
  }
}

/** Opens the log as its one owner; the open handle keeps others from taking it over. */
function openOwned(file: string, { owner, identity, busyTimeoutMs }: EngineOptions) {
  const db = new SqliteDatabase(file, { busyTimeoutMs });
  try {
    if (versionOf(db) > 0) check(db);
    if (isOwnedBy(db, owner)) return db;
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  takeOver(file, owner, identity);
  const own = new SqliteDatabase(file, { busyTimeoutMs });
  if (isOwnedBy(own, owner)) return own;
  own.close();
  throw new StoreOpenError("locked", `Another process has just opened “${file}”.`);
}

/**
 * Checks every table but the search indexes that older formats kept here, which hold nothing of
 * their own. Why not all at each start: docs/decisions/0006-checks-at-start.md.
 */
function check(db: SqliteDatabase): void {
  // Reading a mapped file saves a tenth of the time; only while nothing is written.
  db.execute(`PRAGMA mmap_size = ${CHECK_MAP_BYTES}`);
  try {
    checkTables(db);
  } finally {
    db.execute("PRAGMA mmap_size = 0");
  }
}

function checkTables(db: SqliteDatabase): void {
  const tables = db.prepare<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'words%'
       AND name NOT LIKE 'trigrams%' AND name NOT LIKE 'sqlite%'`,
  ).all();
  for (const { name } of tables) {
    const row = db.prepare<{ quick_check: string }>(`PRAGMA quick_check(${name})`).get();
    if (row?.quick_check !== "ok") {
      throw new StoreUnavailableError(`malformed: ${name}: ${row?.quick_check}`);
    }
  }
}

function openErrorOf(file: string, error: unknown): unknown {
  if (isDamage(error)) {
    return new StoreOpenError(
      "corrupt",
      `The log “${file}” is damaged; it was left unchanged. Check it with “parley verify”, or ` +
        `move it away and restore a backup with “parley restore”.`,
      { cause: error },
    );
  }
  if (!(error instanceof StoreUnavailableError)) return error;
  return new StoreOpenError("unavailable", `Cannot open “${file}”: ${error.message}`, {
    cause: error,
  });
}
