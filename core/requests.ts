import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { isIn } from "./conversations.ts";
import type { Delivery, Recipient } from "./delivery.ts";
import { ChatError } from "./errors.ts";
import type { Log } from "./log.ts";
import { isGuest } from "./members.ts";
import { utf8Length } from "./outbox.ts";
import {
  errorFrame,
  LIMITS,
  type MessageRequest,
  parseClientFrame,
  type ReadRequest,
} from "./protocol.ts";
import type { Receipts } from "./receipts.ts";

/** What {@linkcode Requests} need from outside. */
export interface RequestsOptions {
  readonly clock: Pick<Clock, "monotonic">;
  readonly log: Log;
  readonly delivery: Pick<Delivery, "toEveryone" | "toOne" | "seq">;
  readonly receipts: Pick<Receipts, "noteRead">;
  /** Told of every frame that was understood. */
  readonly onHeard: (connection: Connection) => void;
  /** Ends a connection that went too far, and tells it why. */
  readonly endRefused: (connection: Connection, error: ChatError) => void;
}

/**
 * What clients ask for: each packet is parsed, once, and handed to whoever does it. Whatever is
 * wrong with a request is answered to its sender alone, and never thrown.
 */
export class Requests {
  #options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Takes one packet. */
  receive(connection: Connection, packet: string | ArrayBuffer): void {
    const { endRefused } = this.#options;
    const overdrawn = connection.packetBudget.take(lengthOf(packet));
    if (overdrawn) return endRefused(connection, overdrawn);
    if (typeof packet !== "string") {
      return endRefused(connection, new ChatError("unsupported_data"));
    }
    if (isTooLarge(packet)) {
      return endRefused(connection, new ChatError("frame_too_large", { limit: LIMITS.frameBytes }));
    }
    this.#answering(connection, undefined, () => this.#dispatch(connection, packet));
  }

  /** Sends a message to everyone; `id` is the sender's idempotency key. */
  broadcast(connection: Connection, message: string, id?: string): void {
    const { delivery } = this.#options;
    this.#answering(connection, id, () => delivery.toEveryone(connection, message, id));
  }

  /** Sends a message to one user alone, with an echo to the sender. */
  sendPersonalMessage(connection: Connection, to: Recipient, message: string, id?: string): void {
    const { delivery } = this.#options;
    this.#answering(connection, id, () => delivery.toOne(connection, to, message, id));
  }

  #dispatch(connection: Connection, text: string): void {
    const parsed = parseClientFrame(text);
    if (!parsed.ok) return this.#refuseFrame(connection, parsed.error, parsed.id);
    const { frame } = parsed;
    if (frame.type === "pong") connection.pongs++;
    this.#options.onHeard(connection);
    if (frame.type === "pong") return;
    if (frame.type === "read") return this.#read(connection, frame);
    this.#answering(connection, frame.id, () => {
      this.#post(connection, frame);
      connection.packetBudget.giveBack(text.length);
    });
  }

  #post(connection: Connection, { to: username, account, message, id }: MessageRequest): void {
    const { delivery } = this.#options;
    if (username === undefined) delivery.toEveryone(connection, message, id);
    else delivery.toOne(connection, { username, account }, message, id);
  }

  /** Notes how far an account has read, and tells its other connections. */
  #read(connection: Connection, { conversation, seq }: ReadRequest): void {
    const { clock, delivery, receipts } = this.#options;
    const { member } = connection;
    const retryAfterMs = member.reads.take(clock.monotonic());
    if (retryAfterMs > 0) throw new ChatError("rate_limited", { retryAfterMs });
    if (!isIn(conversation, member.account)) throw new ChatError("unknown_conversation");
    if (isGuest(member)) return;
    receipts.noteRead(connection, conversation, Math.min(seq, delivery.seq));
  }

  #refuseFrame(connection: Connection, error: ChatError, id: string | undefined): void {
    const { clock, endRefused } = this.#options;
    if (connection.badFrames.take(clock.monotonic()) === 0) {
      return connection.send(errorFrame(error, id));
    }
    endRefused(connection, new ChatError("too_many_errors"));
  }

  /** Answers a request that is refused, or that meets a mistake of ours, to its sender alone. */
  #answering(connection: Connection, id: string | undefined, request: () => void): void {
    try {
      request();
    } catch (cause) {
      if (cause instanceof ChatError) return connection.send(errorFrame(cause, id));
      this.#options.log.error("request failed", { cause: describe(cause) });
      connection.send(errorFrame(new ChatError("internal"), id));
    }
  }
}

function lengthOf(packet: string | ArrayBuffer): number {
  return typeof packet === "string" ? packet.length : packet.byteLength;
}

function isTooLarge(text: string): boolean {
  if (text.length > LIMITS.frameBytes) return true;
  return text.length * 3 > LIMITS.frameBytes && utf8Length(text) > LIMITS.frameBytes;
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.stack ?? cause.message : String(cause);
}
