import type { Connection } from "./connection.ts";
import { Lane, type LaneOptions } from "./lane.ts";

/**
 * Sends frames to connections, each in one order. Those that get a packet for each frame have a lane
 * of their own, or the many packets they take would set the pace for all.
 */
export class Fanout {
  #joined: Lane;
  #plain: Lane;

  constructor(options: LaneOptions) {
    this.#joined = new Lane(options);
    this.#plain = new Lane(options);
  }

  /** Number of connections that get public frames. */
  get size(): number {
    return this.#joined.size + this.#plain.size;
  }

  /** Everyone who gets public frames. */
  *[Symbol.iterator](): IterableIterator<Connection> {
    yield* this.#joined.members;
    yield* this.#plain.members;
  }

  /** Adds a connection: it gets every frame published from now on, and none from before. */
  add(connection: Connection): void {
    this.#laneOf(connection).add(connection);
  }

  /** Removes a connection; nothing more goes to it. */
  remove(connection: Connection): void {
    this.#laneOf(connection).remove(connection);
  }

  /** Queues a frame for everyone, but not for `except`. */
  publish(frame: string, except: Iterable<Connection> = []): void {
    for (const connection of except) this.#laneOf(connection).passOver(connection);
    this.#joined.publish(frame);
    this.#plain.publish(frame);
  }

  /**
   * Queues a frame for some connections, in its place among the public ones.
   *
   * @param whenSent Told of each connection once the frame has been handed to it.
   */
  publishTo(
    frame: string,
    connections: Iterable<Connection>,
    whenSent?: (connection: Connection) => void,
  ): void {
    for (const connection of connections) {
      const callback = whenSent && (() => whenSent(connection));
      this.#laneOf(connection).publishTo(frame, connection, callback);
    }
  }

  /** Sends what is queued, at once or as soon as that pays; see {@linkcode Lane.flush}. */
  flush(): void {
    this.#joined.flush();
    this.#plain.flush();
  }

  /** Resolves once nothing is queued any more. */
  async idle(): Promise<void> {
    await Promise.all([this.#joined.idle(), this.#plain.idle()]);
  }

  #laneOf({ dialect }: Connection): Lane {
    return dialect === "plain" ? this.#plain : this.#joined;
  }
}
