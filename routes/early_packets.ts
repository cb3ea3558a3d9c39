import { packetBytes } from "../core/intake.ts";

/** Most packets, and bytes of them, that may arrive before their connection is ready. */
const MAX_PACKETS = 256;
const MAX_BYTES = 256 * 1024;

/** Packets that arrive while their sender is being let in. */
export class EarlyPackets {
  #packets: (string | ArrayBuffer)[] = [];
  #bytes = 0;

  /** Keeps a packet, unless that would be too much. Returns whether it was kept. */
  add(packet: string | ArrayBuffer): boolean {
    this.#bytes += packetBytes(packet);
    if (this.#packets.length === MAX_PACKETS || this.#bytes > MAX_BYTES) return false;
    this.#packets.push(packet);
    return true;
  }

  /** Hands over all packets, in order, and keeps none. */
  take(): (string | ArrayBuffer)[] {
    return this.#packets.splice(0);
  }
}
