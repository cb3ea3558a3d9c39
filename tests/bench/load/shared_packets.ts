import { inflateRawSync } from "node:zlib";
import { FrameScanner } from "./frames.ts";
import { readNumber, readSender, readTime } from "./marks.ts";
import { Tally } from "./tally.ts";

/** The messages of one packet. */
export interface Messages {
  /** What a reader of the packet has got. */
  readonly tally: Tally;
  /** When each was sent, in whole microseconds. */
  readonly times: readonly number[];
  /** How many each sender's own are. */
  readonly bySender: ReadonlyMap<number, number>;
}

/** Says whether two runs of bytes of one length are the same. */
export type AreSame = (one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>) => boolean;

interface Known {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly messages: Messages;
}

/** What a deflated packet begins with. */
const DEFLATED = 0;
/** A shorter packet is read as fast as it is looked up. */
const MIN_BYTES = 1024;
/** Packets kept: more than are under way to different readers at a time. */
const MAX_KNOWN = 256;

/**
 * Packets that many connections get. What is in one is found, and inflated, when it first comes;
 * every later one is compared with it byte for byte. That is as good a check as reading it again,
 * and it costs the load client no more for long packets than for short ones.
 */
export class SharedPackets {
  #areSame: AreSame;
  #known = new Map<number, Known[]>();
  #order: Known[] = [];

  constructor(areSame: AreSame) {
    this.#areSame = areSame;
  }

  /** The messages of a packet; nothing if it holds anything else. */
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

/** Whether a packet is worth being looked up: long, or to be inflated. */
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
