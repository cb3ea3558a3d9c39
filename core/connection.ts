import type { Ticket } from "./admission.ts";
import type { CloseCode } from "./close_codes.ts";
import type { Clock } from "./clock.ts";
import type { Member } from "./members.ts";
import { Outbox, type OutboxLimits, type Packet, textPacket } from "./outbox.ts";
import { PacketBudget } from "./packet_budget.ts";
import type { Dialect } from "./packets.ts";
import { encodeFrame, type ServerFrame } from "./protocol.ts";
import { type Rate, TokenBucket } from "./rate_limiter.ts";
import type { Transport } from "./transport.ts";

/** Bad frames that are answered; one more ends the connection. */
export const BAD_FRAMES: Rate = { perSecond: 1, burst: 100 };

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly transport: Transport;
  readonly dialect: Dialect;
  readonly member: Member;
  /** Hash of the session's credential; absent for a guest. */
  readonly sessionId?: string | undefined;
  /** Told when the server gives the connection up before its socket is gone. */
  readonly ticket?: Pick<Ticket, "abandon" | "address"> | undefined;
  /** @default Without a limit by address. */
  readonly packetBudget?: PacketBudget;
  readonly clock: Pick<Clock, "monotonic">;
  readonly outboxLimits?: OutboxLimits;
  /** Told whenever a packet has to wait here instead of in the socket. */
  readonly onBacklog: (connection: Connection) => void;
  /** Told when the reader is too slow; the connection should be ended. */
  readonly onSlow: (connection: Connection) => void;
  /** Told when a packet could not be handed over, so that the connection should be ended. */
  readonly onFailed: (connection: Connection, cause: unknown) => void;
}

/** One live socket: whom it acts for, what waits for it, and when it was last heard. */
export class Connection {
  readonly member: Member;
  readonly dialect: Dialect;
  readonly sessionId: string | undefined;
  /** Key of the address it comes from, if it is known. */
  readonly address: string | undefined;
  /** Whether it gets events as they happen, or is still sent those from before. */
  state: "catching_up" | "live" = "catching_up";
  /** What it may send besides accepted messages. */
  readonly packetBudget: PacketBudget;
  /** Frames that are due as soon as it is live. */
  readonly heldBack: ServerFrame[] = [];
  /** Bad frames it may still send. */
  readonly badFrames: TokenBucket;
  /** Pings sent, and answers to them. */
  pings = 0;
  pongs = 0;
  /** Messages on their way into the log. */
  unsettled = 0;
  /** When a `ping` went out that nothing has answered yet, in monotonic milliseconds. */
  pingedAt: number | undefined;
  #transport: Transport;
  #ticket: Pick<Ticket, "abandon"> | undefined;
  #outbox: Outbox;
  #onBacklog: (connection: Connection) => void;
  #onSlow: (connection: Connection) => void;
  #onFailed: (connection: Connection, cause: unknown) => void;
  #isOpen = true;
  #whenDrained: (() => void)[] = [];

  constructor(options: ConnectionOptions) {
    this.member = options.member;
    this.dialect = options.dialect;
    this.sessionId = options.sessionId;
    this.address = options.ticket?.address;
    this.packetBudget = options.packetBudget ?? new PacketBudget(options.clock);
    this.badFrames = new TokenBucket(BAD_FRAMES, options.clock.monotonic());
    this.#transport = options.transport;
    this.#ticket = options.ticket;
    this.#outbox = new Outbox(options.transport, options.clock, options.outboxLimits);
    this.#onBacklog = options.onBacklog;
    this.#onSlow = options.onSlow;
    this.#onFailed = options.onFailed;
  }

  /** Whether frames still go out; false from the moment the server gave it up. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether packets wait here because the socket has no room for them. */
  get isBehind(): boolean {
    return this.#outbox.queuedBytes > 0;
  }

  /** Whether the socket still holds something that the kernel has not taken. */
  get hasUnsent(): boolean {
    return this.#transport.bufferedAmount > 0;
  }

  /** Sends one frame to this connection alone. */
  send(frame: ServerFrame): void {
    this.sendPackets([textPacket(encodeFrame(frame))]);
  }

  /** Sends packets, which may be shared with other connections. */
  sendPackets(packets: readonly Packet[]): void {
    for (const packet of packets) this.sendPacket(packet);
  }

  /** Sends one packet, which may be shared with other connections. A failure costs only this one. */
  sendPacket(packet: Packet): void {
    if (!this.#isOpen) return;
    try {
      this.#push(packet);
    } catch (cause) {
      this.#onFailed(this, cause);
    }
  }

  /** Feeds the socket from the outbox; says whether more waits. */
  drain(): "empty" | "waiting" | "slow_consumer" {
    if (!this.#isOpen) return "empty";
    try {
      const state = this.#outbox.drain();
      if (state === "empty") this.#wake();
      return state;
    } catch (cause) {
      this.#onFailed(this, cause);
      return "empty";
    }
  }

  /** Resolves once the socket has taken all that waits here, or is no more. */
  drained(): Promise<void> {
    if (!this.#isOpen || this.#outbox.queuedBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  /** Stops sending. The socket is told why, unless its peer has gone silent (no code). */
  end(code: CloseCode | undefined): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#outbox.close();
    this.#wake();
    this.#ticket?.abandon();
    if (code) this.#transport.close(code);
  }

  #push(packet: Packet): void {
    const outcome = this.#outbox.push(packet);
    if (outcome === "queued") this.#onBacklog(this);
    if (outcome === "slow_consumer") this.#onSlow(this);
  }

  #wake(): void {
    this.#whenDrained.splice(0).forEach((resolve) => resolve());
  }
}
