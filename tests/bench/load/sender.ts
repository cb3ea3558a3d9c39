import type { Job } from "./job.ts";
import type { Link } from "./link.ts";
import { hasAcks, MessagePacket } from "./speeches.ts";
import type { Tally } from "./tally.ts";

/** What a {@linkcode Sender} sends, and to whom. */
export interface SenderOptions {
  readonly job: Job;
  readonly link: Link;
  /** Counts what each of its readers must receive. */
  readonly tally: Tally;
  /** Name of the only reader besides itself; `undefined`: everyone. */
  readonly to: string | undefined;
}

/** One connection that sends. */
export class Sender {
  /** Counts what each of its readers must receive. */
  readonly tally: Tally;
  sent = 0;
  /** Acks received. */
  acked = 0;
  /** Copies of its own messages received. */
  copied = 0;
  #link: Link;
  #packet: MessagePacket;
  #hasAcks: boolean;

  constructor({ job, link, tally, to }: SenderOptions) {
    this.#link = link;
    this.tally = tally;
    this.#packet = new MessagePacket(job, link.index, to);
    this.#hasAcks = hasAcks(job.speech);
  }

  /** Sends until `inFlight` messages lack their own copy, or their ack if the server sends acks. */
  sendMore(inFlight: number, nowMs: number): void {
    const done = this.#hasAcks ? Math.min(this.acked, this.copied) : this.copied;
    for (let free = inFlight - (this.sent - done); free > 0; free--) this.send(nowMs);
  }

  /** Sends one message. */
  send(nowMs: number): void {
    this.tally.add(this.#link.index, this.sent);
    this.#link.send(this.#packet.fill(this.sent++, Math.round(nowMs * 1000)));
  }
}
