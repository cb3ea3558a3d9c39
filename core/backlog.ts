import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";

/**
 * Shortest and longest time between two feedings in milliseconds: sockets tell nobody when they have
 * room again. In between, feeding takes at most a fifth of the time.
 */
const MIN_PAUSE_MS = 2;
const MAX_PAUSE_MS = 20;
const PAUSE_PER_COST = 4;

/** Feeds the sockets of connections whose packets wait in their outbox, on one timer for all. */
export class Backlog {
  #clock: Clock;
  #onSlow: (connection: Connection) => void;
  #onFed: () => void;
  #waiting = new Set<Connection>();
  #timer: Timer | undefined;

  /**
   * @param onSlow Told of a connection that made no progress for too long.
   * @param onFed Told when some connection may have caught up.
   */
  constructor(clock: Clock, onSlow: (connection: Connection) => void, onFed = () => {}) {
    this.#clock = clock;
    this.#onSlow = onSlow;
    this.#onFed = onFed;
  }

  /** Number of connections that are behind. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Starts feeding a connection. */
  add(connection: Connection): void {
    this.#waiting.add(connection);
    this.#schedule(MIN_PAUSE_MS);
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
    const startedAt = this.#clock.monotonic();
    for (const connection of this.#waiting) {
      const state = connection.drain();
      if (state === "empty") this.#waiting.delete(connection);
      if (state === "slow_consumer") this.#onSlow(connection);
    }
    const cost = this.#clock.monotonic() - startedAt;
    const pause = Math.min(Math.max(cost * PAUSE_PER_COST, MIN_PAUSE_MS), MAX_PAUSE_MS);
    if (this.#waiting.size > 0) this.#schedule(pause);
    this.#onFed();
  }

  #schedule(pauseMs: number): void {
    this.#timer ??= this.#clock.schedule(() => this.#sweep(), pauseMs);
  }
}
