import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Packet } from "./outbox.ts";
import { type Dialect, packFrames, packShared } from "./packets.ts";

/** Recipients served in one turn of the event loop; between turns acks, pings and reads go on. */
const RECIPIENTS_PER_TURN = 512;
/** Turns after which a flush counts as written though the last socket still holds some of it. */
const MAX_WRITING_TURNS = 256;
/** Longest pause between two flushes, in milliseconds. */
const MAX_PAUSE_MS = 50;
/** A flush that takes less waits for no more frames: few readers gain nothing by it. */
const MIN_GATHER_MS = 0.5;
/** Rest after a flush, as a share of the time it took. */
const REST_SHARE = 0.2;

/** What a moment holds for some connections only: frames in their order among the public ones. */
interface Personal {
  readonly frames: string[];
  /** Public frames of the moment that are already among `frames`, or were before its time. */
  publicTaken: number;
}

/** Frames that wait to go out together. */
interface Moment {
  /** Frames for everyone, in order. */
  readonly publicFrames: string[];
  readonly personal: Map<Connection, Personal>;
}

/** A moment on its way to its recipients, a slice a turn. */
interface Flush {
  readonly recipients: readonly Connection[];
  readonly moment: Moment;
  readonly shared: SharedPackets;
  sent: number;
  readonly startedAt: number;
}

/**
 * Sends frames to connections, each in one order. The frames of a moment are encoded once and
 * joined once, and the same packets go to everyone who gets nothing else; a connection with frames
 * of its own gets them in their place among the public ones.
 *
 * A lone frame goes out at once. While a flush is going on, and for a fifth as long afterwards,
 * frames gather for the next one: delay grows with what fan-out costs, and fan-out never takes more
 * than five sixths of the server's time.
 */
export class Fanout {
  #clock: Clock;
  #isMoreComing: () => boolean;
  #members = new Set<Connection>();
  #moment: Moment = newMoment();
  #state: "idle" | "waiting" | "flushing" = "idle";
  #restUntil = 0;
  /** What the last flush took, in milliseconds. */
  #costMs = 0;
  #timer: Timer | undefined;
  /** When that is due. */
  #dueAt = 0;
  /** Since when the frames of this moment could have gone. */
  #readySince: number | undefined;
  #whenIdle: (() => void)[] = [];

  /** @param isMoreComing Asked before a flush: whether frames are known to follow shortly. */
  constructor(clock: Clock, isMoreComing: () => boolean = () => false) {
    this.#clock = clock;
    this.#isMoreComing = isMoreComing;
  }

  /** Number of connections that get public frames. */
  get size(): number {
    return this.#members.size;
  }

  /** Everyone who gets public frames. */
  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#members.values();
  }

  /** Adds a connection: it gets every frame published from now on, and none from before. */
  add(connection: Connection): void {
    this.#members.add(connection);
    const { publicFrames, personal } = this.#moment;
    if (publicFrames.length === 0) return;
    personal.set(connection, { frames: [], publicTaken: publicFrames.length });
  }

  /** Removes a connection; nothing more goes to it. */
  remove(connection: Connection): void {
    this.#members.delete(connection);
    this.#moment.personal.delete(connection);
  }

  /** Queues a frame for everyone, but not for `except`. */
  publish(frame: string, except?: Iterable<Connection>): void {
    for (const connection of except ?? []) this.#catchUp(connection).publicTaken++;
    this.#moment.publicFrames.push(frame);
  }

  /** Queues a frame for some connections, in its place among the public ones. */
  publishTo(frame: string, connections: Iterable<Connection>): void {
    for (const connection of connections) this.#catchUp(connection).frames.push(frame);
  }

  /**
   * Sends what is queued, now if nothing was sent lately, else as soon as that has paid off. If
   * more is coming, it waits for that, too, but no longer than sending takes.
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
    const gathers = this.#costMs >= MIN_GATHER_MS && this.#isMoreComing();
    return Math.max(this.#restUntil, gathers ? this.#readySince + this.#costMs : now);
  }

  #wait(dueAt: number, now: number): void {
    if (this.#state === "waiting" && this.#dueAt === dueAt) return;
    this.#timer?.cancel();
    this.#state = "waiting";
    this.#dueAt = dueAt;
    this.#timer = this.#clock.schedule(() => this.#lookAgain(), dueAt - now);
  }

  /** When the rest is over there may still be more to wait for. */
  #lookAgain(): void {
    this.#state = "idle";
    this.flush();
  }

  /** The connection's own frames of this moment, with all public ones so far before them. */
  #catchUp(connection: Connection): Personal {
    const { publicFrames, personal } = this.#moment;
    let own = personal.get(connection);
    if (!own) personal.set(connection, own = { frames: [], publicTaken: 0 });
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
    const startedAt = this.#clock.monotonic();
    this.#sendSlice({ recipients: [...recipients], moment, shared, sent: 0, startedAt });
  }

  #sendSlice(flush: Flush): void {
    const { recipients, moment, shared } = flush;
    const end = Math.min(flush.sent + RECIPIENTS_PER_TURN, recipients.length);
    while (flush.sent < end) {
      const connection = recipients[flush.sent++]!;
      connection.sendPackets(packetsFor(connection, moment, shared));
    }
    if (end < recipients.length) return void this.#clock.schedule(() => this.#sendSlice(flush), 0);
    this.#awaitWrites(flush, recipients.findLast(({ isBehind }) => !isBehind));
  }

  /**
   * What was handed to sockets is written a few at a time between turns, in order. Only when the
   * last one has taken its packet is it known what the flush cost.
   */
  #awaitWrites(flush: Flush, last: Connection | undefined, turns = 0): void {
    const isWritten = turns > 0 && (!last?.hasUnsent || turns > MAX_WRITING_TURNS);
    if (isWritten) return this.#finish(flush);
    this.#clock.schedule(() => this.#awaitWrites(flush, last, turns + 1), 0);
  }

  #finish({ startedAt }: Flush): void {
    const now = this.#clock.monotonic();
    this.#costMs = Math.min(now - startedAt, MAX_PAUSE_MS);
    this.#restUntil = now + this.#costMs * REST_SHARE;
    this.#state = "idle";
    this.flush();
    if (this.#state === "idle") this.#whenIdle.splice(0).forEach((resolve) => resolve());
  }
}

/** The public frames of a moment as packets, made once for each dialect that is asked for. */
class SharedPackets {
  #frames: readonly string[];
  #packets = new Map<Dialect, Packet[]>();

  constructor(frames: readonly string[]) {
    this.#frames = frames;
  }

  in(dialect: Dialect): Packet[] {
    let packets = this.#packets.get(dialect);
    if (!packets) this.#packets.set(dialect, packets = packShared(this.#frames, dialect));
    return packets;
  }
}

function newMoment(): Moment {
  return { publicFrames: [], personal: new Map() };
}

function isEmpty(moment: Moment): boolean {
  return moment.publicFrames.length === 0 && moment.personal.size === 0;
}

function takePublic(own: Personal, publicFrames: readonly string[]): void {
  while (own.publicTaken < publicFrames.length) own.frames.push(publicFrames[own.publicTaken++]!);
}

function packetsFor(connection: Connection, moment: Moment, shared: SharedPackets): Packet[] {
  const own = moment.personal.get(connection);
  if (!own) return shared.in(connection.dialect);
  takePublic(own, moment.publicFrames);
  return packFrames(own.frames, connection.dialect);
}
