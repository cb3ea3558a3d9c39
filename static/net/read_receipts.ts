import type { Clock, Timer } from "../../core/clock.ts";
import type { ReadRequest } from "../../core/protocol.ts";

/** Shortest time between two reports: other connections need to know soon, not at once. */
const PERIOD_MS = 1_000;

/**
 * Tells the server how far conversations have been read, for the account's other connections. Each
 * position goes out at most once per connection, and positions only rise.
 */
export class ReadReceipts {
  readonly #clock: Clock;
  readonly #send: (frame: ReadRequest) => boolean;
  readonly #told = new Map<string, number>();
  readonly #waiting = new Map<string, number>();
  #timer: Timer | null = null;

  /** @param send Says whether the frame was handed over. */
  constructor(clock: Clock, send: (frame: ReadRequest) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  /**
   * Notes that a conversation has been read up to a position.
   *
   * @param conversation The server's name for it.
   */
  note(conversation: string, seq: number): void {
    if (seq <= (this.#told.get(conversation) ?? 0)) return;
    this.#waiting.set(conversation, seq);
    this.#timer ??= this.#clock.schedule(() => this.#tell(), PERIOD_MS);
  }

  /** Forgets all positions: the connection is down, or the log is another one. */
  reset(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#told.clear();
    this.#waiting.clear();
  }

  #tell(): void {
    this.#timer = null;
    for (const [conversation, seq] of this.#waiting) {
      if (this.#send({ type: "read", conversation, seq })) this.#told.set(conversation, seq);
    }
    this.#waiting.clear();
  }
}
