import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";

/** Time between two feedings in milliseconds: sockets tell nobody when they have room again. */
const SWEEP_MS = 20;

/** Feeds the sockets of connections whose packets wait in their outbox, on one timer for all. */
export class Backlog {
  #clock: Clock;
  #onSlow: (connection: Connection) => void;
  #waiting = new Set<Connection>();
  #timer: Timer | undefined;

  /** @param onSlow Told of a connection that made no progress for too long. */
  constructor(clock: Clock, onSlow: (connection: Connection) => void) {
    this.#clock = clock;
    this.#onSlow = onSlow;
  }

  /** Number of connections that are behind. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Starts feeding a connection. */
  add(connection: Connection): void {
    this.#waiting.add(connection);
    this.#timer ??= this.#clock.schedule(() => this.#sweep(), SWEEP_MS);
  }

  /** Stops feeding it. */
  remove(connection: Connection): void {
    this.#waiting.delete(connection);
    if (this.#waiting.size === 0) this.close();
  }

  /** Stops feeding all. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #sweep(): void {
    this.#timer = undefined;
    for (const connection of this.#waiting) {
      const state = connection.drain();
      if (state === "empty") this.#waiting.delete(connection);
      if (state === "slow_consumer") this.#onSlow(connection);
    }
    if (this.#waiting.size > 0) this.#timer ??= this.#clock.schedule(() => this.#sweep(), SWEEP_MS);
  }
}
