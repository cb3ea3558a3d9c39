import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";
import {
  isEmpty,
  type Moment,
  newMoment,
  packetsFor,
  type Personal,
  SharedPackets,
  takePublic,
} from "./moment.ts";
import type { Packet } from "./outbox.ts";

/**
 * Packets handed over at a time; the next ones follow when these have been written, so that acks,
 * pings and other lanes wait for no more than these.
 */
const SLICE_PACKETS = 512;
/** Turns after which a slice counts as written though its last socket still holds some of it. */
const MAX_WRITING_TURNS = SLICE_PACKETS / 16;
/** Longest that what could go waits for what is coming, in milliseconds. */
const MAX_GATHER_MS = 50;
/** A flush that takes less waits for no more frames: few readers gain nothing by it. */
const MIN_GATHER_MS = 0.5;

/** What a {@linkcode Lane} needs from outside. */
export interface LaneOptions {
  readonly clock: Clock;
  /** Asked before a flush: whether frames are known to follow shortly. */
  readonly isMoreComing: () => boolean;
  /** Told of connections that may lack a packet, because sending to them failed. */
  readonly onFailed: (connections: readonly Connection[], cause: unknown) => void;
}

/** What one connection gets of a moment. */
interface Parcel {
  readonly connection: Connection;
  readonly packets: readonly Packet[];
}

/**
 * A moment on its way. Everyone gets a first packet before anyone gets a second: that is fair, and a
 * socket that is written to while its peer reads costs half as much again.
 */
interface Flush {
  readonly moment: Moment;
  readonly shared: SharedPackets;
  readonly startedAt: number;
  readonly recipients: readonly Connection[];
  /** Which packet of theirs the recipients get now, and how many have got it. */
  round: number;
  sent: number;
  /** Who gets more in this round, after the first, and in the next. */
  parcels: readonly Parcel[];
  remaining: Parcel[];
}

/**
 * Connections that are served at one pace. The frames of a moment are encoded once and joined once,
 * and the same packets go to everyone who gets nothing else; a connection with frames of its own
 * gets them in their place among the public ones.
 *
 * A lone frame goes out at once. While a flush is going on, frames gather for the next one, so that
 * delay grows with what fan-out costs, and no faster.
 */
export class Lane {
  #options: LaneOptions;
  #clock: Clock;
  #members = new Set<Connection>();
  #moment: Moment = newMoment();
  #state: "idle" | "waiting" | "flushing" = "idle";
  /** What the last flush took, in milliseconds. */
  #costMs = 0;
  #timer: Timer | undefined;
  /** When the flush that is waited for begins. */
  #dueAt = 0;
  /** Since when the frames of this moment could have gone. */
  #readySince: number | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** Number of connections that get public frames. */
  get size(): number {
    return this.#members.size;
  }

  /** Everyone who gets public frames. */
  get members(): Iterable<Connection> {
    return this.#members;
  }

  /** Adds a connection: it gets every frame published from now on, and none from before. */
  add(connection: Connection): void {
    this.#members.add(connection);
    const { publicFrames, personal } = this.#moment;
    if (publicFrames.length === 0) return;
    personal.set(connection, { frames: [], whenSent: [], publicTaken: publicFrames.length });
  }

  /** Removes a connection; nothing more goes to it. */
  remove(connection: Connection): void {
    this.#members.delete(connection);
    this.#moment.personal.delete(connection);
  }

  /** Queues a frame for everyone. */
  publish(frame: string): void {
    this.#moment.publicFrames.push(frame);
  }

  /** Leaves a connection out of the next frame that is published. */
  passOver(connection: Connection): void {
    this.#catchUp(connection).publicTaken++;
  }

  /**
   * Queues a frame for one connection, in its place among the public ones.
   *
   * @param whenSent Called once the frame has been handed to the connection.
   */
  publishTo(frame: string, connection: Connection, whenSent?: () => void): void {
    const own = this.#catchUp(connection);
    own.frames.push(frame);
    if (whenSent) own.whenSent.push(whenSent);
  }

  /**
   * Sends what is queued, at once or when the flush under way is over. If more is coming, it waits
   * for that, too, but no longer than sending takes.
   */
  flush(): void {
    if (this.#state === "flushing" || isEmpty(this.#moment)) return;
    const now = this.#clock.monotonic();
    const dueAt = this.#dueFrom(now);
    if (dueAt > now) return this.#wait(dueAt, now);
    this.#timer?.cancel();
    this.#flushNow();
  }

  /** Resolves once nothing is queued any more. */
  idle(): Promise<void> {
    this.flush();
    if (this.#state === "idle") return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #dueFrom(now: number): number {
    this.#readySince ??= now;
    const gathers = this.#costMs >= MIN_GATHER_MS && this.#options.isMoreComing();
    return gathers ? this.#readySince + this.#costMs : now;
  }

  #wait(dueAt: number, now: number): void {
    if (this.#state === "waiting" && this.#dueAt === dueAt) return;
    this.#timer?.cancel();
    this.#state = "waiting";
    this.#dueAt = dueAt;
    this.#timer = this.#clock.schedule(() => this.#flushNow(), dueAt - now);
  }

  /** The connection's own frames of this moment, with all public ones so far before them. */
  #catchUp(connection: Connection): Personal {
    const { publicFrames, personal } = this.#moment;
    let own = personal.get(connection);
    if (!own) personal.set(connection, own = { frames: [], whenSent: [], publicTaken: 0 });
    takePublic(own, publicFrames);
    return own;
  }

  #flushNow(): void {
    this.#state = "flushing";
    const moment = this.#moment;
    this.#moment = newMoment();
    this.#readySince = undefined;
    const recipients = moment.publicFrames.length > 0 ? this.#members : moment.personal.keys();
    const shared = new SharedPackets(moment.publicFrames);
    this.#sendSlice({
      moment,
      shared,
      startedAt: this.#clock.monotonic(),
      recipients: [...recipients],
      round: 0,
      sent: 0,
      parcels: [],
      remaining: [],
    });
  }

  #sendSlice(flush: Flush): void {
    this.#attempt(flush, () => this.#awaitWrites(flush, sendParcels(flush)));
  }

  /** Does a part of a flush. If that fails, nobody knows who lacks what, and the next flush begins. */
  #attempt(flush: Flush, work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.#options.onFailed(flush.recipients, cause);
      this.#finish(flush);
    }
  }

  /**
   * What was handed to sockets is written a few at a time between turns, in order: it is there when
   * the last one has taken its packet. Only then is it known what it cost.
   */
  #awaitWrites(flush: Flush, last: Connection | undefined, turns = 0): void {
    const isWritten = turns > 0 && (!last?.hasUnsent || turns > MAX_WRITING_TURNS);
    if (!isWritten) {
      const goOn = () => this.#awaitWrites(flush, last, turns + 1);
      this.#clock.schedule(() => this.#attempt(flush, goOn), 0);
    } else if (isOver(flush)) {
      this.#finish(flush);
    } else {
      this.#sendSlice(flush);
    }
  }

  #finish({ startedAt }: Flush): void {
    this.#costMs = Math.min(this.#clock.monotonic() - startedAt, MAX_GATHER_MS);
    this.#state = "idle";
    this.flush();
    if (this.#state === "idle") this.#whenIdle.splice(0).forEach((resolve) => resolve());
  }
}

/** Hands over a slice. Returns the last connection whose socket got its packet at once. */
function sendParcels(flush: Flush): Connection | undefined {
  let last: Connection | undefined;
  for (let i = 0; i < SLICE_PACKETS; i++) {
    const parcel = nextParcel(flush);
    if (!parcel) break;
    const { connection, packets } = parcel;
    if (packets.length > 0) connection.sendPacket(packets[flush.round]!);
    if (packets.length > flush.round + 1) flush.remaining.push(parcel);
    else flush.moment.personal.get(connection)?.whenSent.forEach((callback) => callback());
    if (!connection.isBehind) last = connection;
  }
  return last;
}

/** Who is served next, if anyone is. */
function nextParcel(flush: Flush): Parcel | undefined {
  if (isOver(flush)) return undefined;
  if (flush.sent === sizeOfRound(flush)) startRound(flush);
  const index = flush.sent++;
  if (flush.round > 0) return flush.parcels[index];
  const connection = flush.recipients[index]!;
  return { connection, packets: packetsFor(connection, flush.moment, flush.shared) };
}

function startRound(flush: Flush): void {
  flush.round++;
  flush.sent = 0;
  flush.parcels = flush.remaining;
  flush.remaining = [];
}

function sizeOfRound({ round, recipients, parcels }: Flush): number {
  return round === 0 ? recipients.length : parcels.length;
}

function isOver(flush: Flush): boolean {
  return flush.sent === sizeOfRound(flush) && flush.remaining.length === 0;
}
