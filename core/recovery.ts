import type { Connection } from "./connection.ts";
import type { Fanout } from "./fanout.ts";
import { isGuest } from "./members.ts";
import { messageFrame, replayFrame } from "./message_frames.ts";
import { packFrames } from "./packets.ts";
import { lengthOf, MAX_PAGE_LENGTH } from "./page_length.ts";
import { encodeFrame, type MessageFrame } from "./protocol.ts";
import { type Store, type StoredEvent, StoreUnavailableError } from "./store.ts";

/** Most events a client may have missed and still be sent them one by one. */
export const MAX_RECOVERED_EVENTS = 5_000;
/** Most events a client may ask for as history when it connects. */
export const MAX_HISTORY = 500;
/** Most characters in the texts of that history: it waits in memory until the client takes it. */
export const MAX_HISTORY_LENGTH = 131_072;
/** Events read from the log at a time. */
const PAGE = 500;
/** Messages that had waited, read at a time. */
const WAITING_PAGE = 50;

/** Where a client was when it lost its connection. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** What a client wants from before its connection; nothing unless it says so. */
export interface CatchUpRequest {
  readonly resume?: Position | undefined;
  /** Number of newest events wanted. */
  readonly history?: number | undefined;
}

/** What a {@linkcode Recovery} needs from outside. */
export interface RecoveryOptions {
  readonly store: Pick<
    Store,
    "epoch" | "prunedUpTo" | "read" | "countAfter" | "waitingFor" | "erasuresSince"
  >;
  readonly fanout: Fanout;
  /** Newest position handed to fan-out. */
  readonly newestSeq: () => number;
  /** @default {MAX_RECOVERED_EVENTS} */
  readonly maxEvents?: number | undefined;
  /** Told that messages which had waited have been sent to a connection, up to a position. */
  readonly onSentWaiting: (connection: Connection, upTo: number) => void;
}

/**
 * Brings a new connection from where it was to where the log is. Until it is there it gets no
 * events as they happen, only pages read from the log; once a page reaches the newest position it
 * goes live in that same moment. The log is the buffer, so there is no hole and no double, and
 * nothing piles up in memory however much arrives meanwhile.
 */
export class Recovery {
  #options: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /**
   * Sends what the client missed or asked for, and lets it go live.
   *
   * @param welcomedAt Position told in its `welcome`: it gets everything after that.
   * @throws {StoreUnavailableError} And other errors of reading; the connection is not live then.
   */
  async catchUp(
    connection: Connection,
    request: CatchUpRequest,
    welcomedAt: number,
  ): Promise<void> {
    if (request.resume) {
      await this.#resume(connection, request.resume, welcomedAt);
      return await this.#sendErasures(connection, request.resume);
    }
    if (this.#hasPast()) await this.#sendOlder(connection, request.history ?? 0, welcomedAt);
    await this.#replayFrom(connection, welcomedAt);
  }

  async #resume(connection: Connection, position: Position, welcomedAt: number): Promise<void> {
    const { store, newestSeq } = this.#options;
    const { epoch, seq } = position;
    // What retention removed can't be sent, so who was before it has missed more than can be had.
    const isKnown = epoch === store.epoch && seq >= store.prunedUpTo && seq <= newestSeq();
    if (isKnown && (this.#isNear(seq) || await this.#isWithinReach(connection, seq))) {
      // It may have been sent to a connection that broke before it arrived.
      if (this.#hasPast()) await this.#sendWaiting(connection, seq);
      return await this.#replayFrom(connection, seq, true);
    }
    if (this.#hasPast()) await this.#sendOlder(connection, 0, welcomedAt);
    connection.send({ type: "resumed", recovered: false, seq: welcomedAt });
    await this.#replayFrom(connection, welcomedAt);
  }

  /** Tells a returning client which accounts were deleted while it was away. */
  async #sendErasures(connection: Connection, { epoch, seq }: Position): Promise<void> {
    const { store } = this.#options;
    const erasures = await store.erasuresSince(epoch === store.epoch ? seq : 0);
    const frames = erasures.map((erasure) => encodeFrame({ type: "erased", ...erasure }));
    for (const packet of packFrames(frames, connection.dialect)) {
      connection.sendPackets([packet]);
      await connection.drained();
    }
  }

  /**
   * Whether there is anything to read from before. A log that keeps nothing can't be read later
   * either, so then the client goes live in the turn of its `welcome`: nothing is waited for.
   */
  #hasPast(): boolean {
    const { store, newestSeq } = this.#options;
    return store.prunedUpTo < newestSeq();
  }

  /** Whether the distance alone says that the client missed little enough, as it most often does. */
  #isNear(seq: number): boolean {
    return this.#options.newestSeq() - seq <= this.#maxEvents;
  }

  /** Whether what the client missed is little enough. */
  async #isWithinReach({ member }: Connection, seq: number): Promise<boolean> {
    const limit = this.#maxEvents + 1;
    return await this.#options.store.countAfter(member.account, seq, limit) < limit;
  }

  get #maxEvents(): number {
    return this.#options.maxEvents ?? MAX_RECOVERED_EVENTS;
  }

  /**
   * Sends the events after a position, page by page, and goes live when there are no more.
   *
   * @param isResume Whether a `resumed` frame tells that this was all.
   */
  async #replayFrom(connection: Connection, seq: number, isResume = false): Promise<void> {
    const { newestSeq, fanout } = this.#options;
    let position = seq;
    while (connection.isOpen && position < newestSeq()) {
      const upTo = newestSeq();
      const events = await this.#readPage(connection, position, upTo);
      this.#requireKept(position);
      await this.#send(connection, events, messageFrame);
      position = isWholePage(events) ? events.at(-1)!.seq : upTo;
    }
    if (!connection.isOpen) return;
    if (isResume) connection.send({ type: "resumed", recovered: true, seq: position });
    connection.state = "live";
    for (const frame of connection.heldBack.splice(0)) connection.send(frame);
    fanout.add(connection);
  }

  /**
   * Checks that retention removed nothing after a position, as it may have while a slow reader was
   * catching up. Its client comes back, and hears then that it can't recover.
   *
   * @throws {StoreUnavailableError} If it did.
   */
  #requireKept(position: number): void {
    if (this.#options.store.prunedUpTo <= position) return;
    throw new StoreUnavailableError("what a client missed was removed before it was sent");
  }

  #readPage({ member }: Connection, after: number, upTo: number): Promise<StoredEvent[]> {
    const { account } = member;
    const size = { limit: PAGE, maxLength: MAX_PAGE_LENGTH };
    const range = { after, before: upTo + 1, from: "oldest" } as const;
    return this.#options.store.read({ account, ...range, ...size });
  }

  /** Sends what had waited and the newest `count` events, in order, up to a position. */
  async #sendOlder(connection: Connection, count: number, upTo: number): Promise<void> {
    const { account } = connection.member;
    const range = { before: upTo + 1, from: "newest" } as const;
    const size = { limit: count, maxLength: MAX_HISTORY_LENGTH };
    const newest = count === 0 ? [] : await this.#options.store.read({
      account,
      ...range,
      ...size,
    });
    // The newest events hold everything the account may see from their first on.
    await this.#sendWaiting(connection, (newest[0]?.seq ?? upTo + 1) - 1);
    await this.#send(connection, newest, (event) => replayFrame(event, account));
  }

  async #sendWaiting(connection: Connection, upTo: number): Promise<void> {
    const { member } = connection;
    if (isGuest(member)) return;
    const { account } = member;
    let page: StoredEvent[] = [];
    do {
      const after = page.at(-1)?.seq ?? 0;
      page = await this.#options.store.waitingFor(account, upTo, WAITING_PAGE, after);
      await this.#send(connection, page, (event) => replayFrame(event, account));
    } while (connection.isOpen && page.length === WAITING_PAGE);
  }

  /** Sends events no faster than the client reads them, and notes those that had waited for it. */
  async #send(
    connection: Connection,
    events: readonly StoredEvent[],
    toFrame: (event: StoredEvent) => MessageFrame,
  ): Promise<void> {
    const frames = events.map((event) => encodeFrame(toFrame(event)));
    for (const packet of packFrames(frames, connection.dialect)) {
      connection.sendPackets([packet]);
      await connection.drained();
    }
    const { account } = connection.member;
    const waited = events.findLast((event) => hasWaitedFor(event, account));
    if (waited && connection.isOpen) this.#options.onSentWaiting(connection, waited.seq);
  }
}

/** Whether there may be more after the events that were read. */
function isWholePage(events: readonly StoredEvent[]): boolean {
  return events.length === PAGE || lengthOf(events) > MAX_PAGE_LENGTH;
}

function hasWaitedFor({ isWaiting, recipient }: StoredEvent, account: string): boolean {
  return isWaiting === true && recipient?.account === account;
}
