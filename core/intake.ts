import type { Connection } from "./connection.ts";
import { utf8Length } from "./outbox.ts";

/** Messages of one connection that may be on their way into the log at a time. */
export const MAX_UNSETTLED = 256;
/** Most bytes of packets held back for one connection: it reads too slowly for what it sends. */
const MAX_HELD_BYTES = 1024 * 1024;
/** What a packet that is held back takes besides its text. */
const PACKET_OVERHEAD_BYTES = 64;

/** What an {@linkcode Intake} needs from outside. */
export interface IntakeOptions {
  /** Does what a packet asks for. */
  readonly handle: (connection: Connection, packet: string | ArrayBuffer) => void;
  /** Told of a connection that sends on and on without reading. */
  readonly onFlood: (connection: Connection) => void;
}

/** Packets that wait for their turn. */
interface Held {
  readonly packets: (string | ArrayBuffer)[];
  next: number;
  bytes: number;
}

/**
 * Takes packets from connections no faster than each reads its answers. The runtime can't be told
 * to stop reading from a socket, so packets are held back here: while many of a connection's
 * messages are on their way into the log, and while what it should read still waits. So a burst is
 * answered at the pace of its sender, and neither fills the log's queue nor makes the sender itself
 * look like a slow reader.
 */
export class Intake {
  #options: IntakeOptions;
  #held = new Map<Connection, Held>();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Number of connections whose packets are held back. */
  get size(): number {
    return this.#held.size;
  }

  /** Handles one packet, or holds it back behind those before it. */
  take(connection: Connection, packet: string | ArrayBuffer): void {
    const held = this.#held.get(connection);
    if (held) return this.#hold(connection, held, packet);
    if (!isBusy(connection)) return this.#options.handle(connection, packet);
    const first = { packets: [], next: 0, bytes: 0 };
    this.#held.set(connection, first);
    this.#hold(connection, first, packet);
  }

  /** Handles what was held back for connections that have caught up. */
  release(): void {
    for (const [connection, held] of this.#held) {
      // A packet may end its connection, and nothing behind it is handled then.
      while (held.next < held.packets.length && connection.isOpen && !isBusy(connection)) {
        const packet = held.packets[held.next++]!;
        held.bytes -= packetBytes(packet);
        this.#options.handle(connection, packet);
      }
      if (held.next === held.packets.length || !connection.isOpen) this.#held.delete(connection);
    }
  }

  /** Forgets what was held back for a connection. */
  remove(connection: Connection): void {
    this.#held.delete(connection);
  }

  /** Forgets what was held back for all. */
  close(): void {
    this.#held.clear();
  }

  #hold(connection: Connection, held: Held, packet: string | ArrayBuffer): void {
    held.packets.push(packet);
    held.bytes += packetBytes(packet);
    if (held.bytes > MAX_HELD_BYTES) this.#options.onFlood(connection);
  }
}

function isBusy(connection: Connection): boolean {
  return connection.unsettled >= MAX_UNSETTLED || connection.isBehind;
}

/** Bytes of a packet. */
export function packetBytes(packet: string | ArrayBuffer): number {
  const bytes = typeof packet === "string" ? utf8Length(packet) : packet.byteLength;
  return bytes + PACKET_OVERHEAD_BYTES;
}
