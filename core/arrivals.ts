import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";

/**
 * A plain client isn't pinged. A frame of it that comes this long after something was sent shows
 * that the line still stood then, in milliseconds.
 */
export const PLAIN_PROOF_MS = 2_000;

/** What {@linkcode Arrivals} need from outside. */
export interface ArrivalsOptions {
  readonly clock: Pick<Clock, "monotonic">;
  /** Asks a `parley.v1` connection for a pong. */
  readonly ping: (connection: Connection) => void;
  /** Told that everything that waited for the connection's account up to a position has arrived. */
  readonly onArrived: (connection: Connection, upTo: number) => void;
}

/** What was sent to a connection, and what will show that it got there. */
interface Sent {
  readonly upTo: number;
  /** Number of the ping that was sent after it. */
  readonly ping: number;
  readonly atMs: number;
}

/**
 * Finds out whether what had waited has really reached its client. That the kernel took it says
 * nothing: the line may be cut with all of it on the way. The pong to a ping sent after it does.
 */
export class Arrivals {
  #options: ArrivalsOptions;
  #sent = new Map<Connection, Sent>();

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** Waits for a sign that a connection got what was sent to it, up to a position. */
  expect(connection: Connection, upTo: number): void {
    const { clock, ping } = this.#options;
    if (connection.dialect !== "plain") ping(connection);
    const earlier = this.#sent.get(connection)?.upTo ?? 0;
    this.#sent.set(connection, {
      upTo: Math.max(upTo, earlier),
      ping: connection.pings,
      atMs: clock.monotonic(),
    });
  }

  /** Takes note of a frame from a connection. */
  heard(connection: Connection): void {
    const sent = this.#sent.get(connection);
    if (!sent || !this.#isProof(connection, sent)) return;
    this.#sent.delete(connection);
    this.#options.onArrived(connection, sent.upTo);
  }

  /** Gives up on a connection that is gone: what it was sent may be lost. */
  remove(connection: Connection): void {
    this.#sent.delete(connection);
  }

  #isProof({ dialect, pongs }: Connection, { ping, atMs }: Sent): boolean {
    if (dialect !== "plain") return pongs >= ping;
    return this.#options.clock.monotonic() - atMs >= PLAIN_PROOF_MS;
  }
}
