import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";

/** Time between two pings of one connection, in milliseconds. */
export const HEARTBEAT_MS = 15_000;
/** How long an answer may take, in milliseconds. */
export const PONG_TIMEOUT_MS = 10_000;
const TICK_MS = 1000;
const SLOTS = HEARTBEAT_MS / TICK_MS;
const TIMEOUT_TICKS = PONG_TIMEOUT_MS / TICK_MS;

/** What a {@linkcode Heartbeat} needs from outside. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly ping: (connection: Connection) => void;
  /** Told when a ping was not answered in time. */
  readonly onSilent: (connection: Connection) => void;
}

/**
 * Finds peers that vanished, on one timing wheel: each connection has a slot, one slot is pinged
 * every second, and ten seconds later whoever of it has said nothing is silent. The slots are
 * filled in turn, so a crowd that arrives at once is not pinged at once.
 */
export class Heartbeat {
  #options: HeartbeatOptions;
  #slots = Array.from({ length: SLOTS }, () => new Set<Connection>());
  #slotOf = new Map<Connection, number>();
  #nextSlot = 0;
  #tick = 0;
  #tickedAt = 0;
  #timer: Timer | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Starts pinging a connection. */
  add(connection: Connection): void {
    const slot = this.#nextSlot++ % SLOTS;
    this.#slots[slot]!.add(connection);
    this.#slotOf.set(connection, slot);
    if (!this.#timer) this.#tickedAt = this.#options.clock.monotonic();
    this.#timer ??= this.#schedule();
  }

  /** Stops pinging it; the wheel rests when it was the last. */
  remove(connection: Connection): void {
    const slot = this.#slotOf.get(connection);
    if (slot === undefined) return;
    this.#slots[slot]!.delete(connection);
    this.#slotOf.delete(connection);
    if (this.#slotOf.size === 0) this.close();
  }

  /** Stops the wheel. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): Timer {
    return this.#options.clock.schedule(() => this.#turn(), TICK_MS);
  }

  #turn(): void {
    this.#timer = this.#schedule();
    const now = this.#options.clock.monotonic();
    // After a pause of the whole process the answers are still in the sockets: read them first.
    const wasPaused = now - this.#tickedAt > PONG_TIMEOUT_MS / 2;
    this.#tickedAt = now;
    this.#tick++;
    this.#check(now, wasPaused);
    for (const connection of this.#slots[this.#tick % SLOTS]!) {
      connection.pingedAt ??= now;
      this.#options.ping(connection);
    }
  }

  #check(now: number, wasPaused: boolean): void {
    const slot = this.#slots[(this.#tick - TIMEOUT_TICKS + SLOTS) % SLOTS]!;
    for (const connection of [...slot]) {
      if (connection.pingedAt === undefined) continue;
      if (wasPaused) connection.pingedAt = now;
      else if (now - connection.pingedAt >= PONG_TIMEOUT_MS - TICK_MS / 2) {
        this.#options.onSilent(connection);
      }
    }
  }
}
