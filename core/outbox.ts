import type { Clock } from "./clock.ts";
import type { Transport } from "./transport.ts";

/** One WebSocket message on its way out; the same object goes to every connection it is for. */
export interface Packet {
  readonly data: string | Uint8Array<ArrayBuffer>;
  /** Size in UTF-8 bytes. */
  readonly bytes: number;
}

/** Bounds of one connection's outbound queue. */
export interface OutboxLimits {
  /** Most bytes that may wait for long, here and in the socket: see {@linkcode BURST}. */
  readonly maxBytes: number;
  /** Longest time in milliseconds for which waiting bytes may make no progress. */
  readonly stallMs: number;
}

/** 256 KiB a connection for long, and ten seconds without progress. */
export const OUTBOX_LIMITS: OutboxLimits = { maxBytes: 256 * 1024, stallMs: 10_000 };

/**
 * What comes at once may be more than the bound: a reader that takes it is not slow, and what many
 * wait for is in memory once. It has so many milliseconds to be within the bound again, and at no
 * time may so many times as much wait.
 */
export const BURST = { ms: 2_000, times: 16 } as const;

/** The socket is fed only while fewer bytes than this wait inside it. */
const LOW_WATER_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** Makes a text packet. */
export function textPacket(text: string): Packet {
  return { data: text, bytes: utf8Length(text) };
}

/** Makes a binary packet of the same bytes. */
export function binaryPacket(text: string): Packet {
  const data = encoder.encode(text);
  return { data, bytes: data.byteLength };
}

/** Bytes of a text in UTF-8, without encoding it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate pair is four bytes for two units: two for each.
    bytes += unit < 0x800 || (unit & 0xF800) === 0xD800 ? 1 : 2;
  }
  return bytes;
}

/**
 * Bounded outbound queue of one connection, between delivered events and its socket. The socket's
 * own queue has no bound and no event that says it drained, so it is fed in small portions.
 */
export class Outbox {
  #transport: Transport;
  #clock: Pick<Clock, "monotonic">;
  #limits: OutboxLimits;
  #queue: Packet[] = [];
  #queuedBytes = 0;
  /**
   * Most that can wait in the socket: what it said last, and what it got since. Asking it, and the
   * clock, for every packet would be a tenth of what sending a short one costs.
   */
  #bufferedAtMost = LOW_WATER_BYTES;
  #lastBuffered = 0;
  #progressAt = 0;
  /** Since when more waits than the bound. */
  #overSince: number | undefined;
  #isClosed = false;

  constructor(
    transport: Transport,
    clock: Pick<Clock, "monotonic">,
    limits: OutboxLimits = OUTBOX_LIMITS,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Bytes that wait here, the socket's own not counted. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Sends one packet, or queues it behind what waits already.
   *
   * @returns `"sent"`, `"queued"` when {@linkcode drain} must be called, or `"slow_consumer"`.
   */
  push(packet: Packet): "sent" | "queued" | "slow_consumer" {
    if (this.#isClosed) return "sent";
    if (this.#queue.length === 0 && this.#hasRoom()) {
      this.#send(packet);
      return "sent";
    }
    const buffered = this.#transport.bufferedAmount;
    if (this.#queue.length === 0) this.#noteProgress(buffered);
    this.#queue.push(packet);
    this.#queuedBytes += packet.bytes;
    return this.#isTooMuch(buffered) ? "slow_consumer" : "queued";
  }

  /**
   * Feeds the socket what it has room for.
   *
   * @returns `"empty"`, `"waiting"`, or `"slow_consumer"` after too long without progress.
   */
  drain(): "empty" | "waiting" | "slow_consumer" {
    let fed = 0;
    while (fed < this.#queue.length && this.#hasRoom()) {
      const packet = this.#queue[fed++]!;
      this.#queuedBytes -= packet.bytes;
      this.#send(packet);
    }
    if (fed > 0) this.#queue.splice(0, fed);
    if (this.#queue.length === 0) {
      this.#overSince = undefined;
      return "empty";
    }
    const buffered = this.#transport.bufferedAmount;
    if (this.#queuedBytes + buffered <= this.#limits.maxBytes) this.#overSince = undefined;
    if (fed > 0 || buffered < this.#lastBuffered) this.#noteProgress(buffered);
    return this.#clock.monotonic() - this.#progressAt >= this.#limits.stallMs
      ? "slow_consumer"
      : "waiting";
  }

  /** Drops what waits and ignores what still comes. */
  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #isTooMuch(buffered: number): boolean {
    const waiting = this.#queuedBytes + buffered;
    const { maxBytes } = this.#limits;
    if (waiting <= maxBytes) return false;
    const now = this.#clock.monotonic();
    this.#overSince ??= now;
    return waiting > maxBytes * BURST.times || now - this.#overSince >= BURST.ms;
  }

  #hasRoom(): boolean {
    if (this.#bufferedAtMost < LOW_WATER_BYTES) return true;
    this.#bufferedAtMost = this.#transport.bufferedAmount;
    return this.#bufferedAtMost < LOW_WATER_BYTES;
  }

  #send({ data, bytes }: Packet): void {
    this.#bufferedAtMost += bytes;
    this.#transport.send(data);
  }

  #noteProgress(buffered: number): void {
    this.#lastBuffered = buffered;
    this.#progressAt = this.#clock.monotonic();
  }
}
