import { inflateRawSync } from "node:zlib";
import { FrameScanner } from "./frames.ts";
import { readNumber, readSender, readTime } from "./marks.ts";
import { Tally } from "./tally.ts";

/** The messages of one packet. */
export interface Messages {
  /** Checksum of the messages. */
  readonly tally: Tally;
  /** Sending times in whole microseconds. */
  readonly times: readonly number[];
  /** Number of messages of each sender. */
  readonly bySender: ReadonlyMap<number, number>;
}

/** Compares two byte arrays of the same length. */
export type AreSame = (one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>) => boolean;

interface Known {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly messages: Messages;
}

/** First byte of a deflated packet. */
const DEFLATED = 0;
/** A shorter packet is parsed as fast as it is looked up. */
const MIN_BYTES = 1024;
/** Packets kept: more than are in flight to different readers at the same time. */
const MAX_KNOWN = 256;

/**
 * Packets that many connections receive. A packet is inflated and parsed when it first arrives, and
 * later ones are compared with it byte for byte. This checks as much as parsing each again, but is
 * so fast that the load client doesn't become the limit.
 */
export class SharedPackets {
  #areSame: AreSame;
  #known = new Map<number, Known[]>();
  #order: Known[] = [];

  constructor(areSame: AreSame) {
    this.#areSame = areSame;
  }

  /** The messages of a packet; `undefined` if it contains other frames, too. */
  read(packet: Uint8Array<ArrayBuffer>): Messages | undefined {
    const alike = this.#known.get(packet.length);
    const known = alike?.find(({ bytes }) => this.#areSame(bytes, packet));
    if (known) return known.messages;
    const messages = readMessages(inflated(packet));
    if (messages) this.#keep({ bytes: packet.slice(), messages });
    return messages;
  }

  #keep(known: Known): void {
    const { length } = known.bytes;
    this.#known.set(length, [known, ...this.#known.get(length) ?? []]);
    if (this.#order.push(known) > MAX_KNOWN) this.#drop(this.#order.shift()!);
  }

  #drop(oldest: Known): void {
    const { length } = oldest.bytes;
    const others = this.#known.get(length)!.filter((known) => known !== oldest);
    if (others.length > 0) this.#known.set(length, others);
    else this.#known.delete(length);
  }
}

/** Whether {@linkcode SharedPackets.read} is worth its cost: for long and deflated packets. */
export function isLookedUp(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= MIN_BYTES || bytes[start] === DEFLATED;
}

/** The frames of a packet, inflated if it was deflated. */
export function inflated(packet: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return packet[0] === DEFLATED ? new Uint8Array(inflateRawSync(packet.subarray(1))) : packet;
}

function readMessages(bytes: Uint8Array): Messages | undefined {
  const [tally, times, bySender] = [new Tally(), [] as number[], new Map<number, number>()];
  let hasOthers = false;
  const scanner = new FrameScanner({
    onMessage(bytes, mark) {
      const sender = readSender(bytes, mark);
      tally.add(sender, readNumber(bytes, mark));
      times.push(readTime(bytes, mark));
      bySender.set(sender, (bySender.get(sender) ?? 0) + 1);
    },
    onOther: () => hasOthers = true,
  });
  scanner.scan(bytes, 0, bytes.length);
  return hasOthers ? undefined : { tally, times, bySender };
}
