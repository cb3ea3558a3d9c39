/** @import {Clock, Timer} from "../../core/clock.ts" */

/** Positions are told at most this often: others need to know soon, not at once. */
const PERIOD_MS = 1_000;

/** Tells the server how far conversations have been read, for one's other connections. */
export class ReadReceipts {
  #clock;
  #send;
  /** @type {Map<string, number>} */
  #told = new Map();
  /** @type {Map<string, number>} */
  #waiting = new Map();
  /** @type {Timer | null} */
  #timer = null;

  /**
   * @param {Clock} clock
   * @param {(frame: object) => boolean} send Says whether the frame was handed over.
   */
  constructor(clock, send) {
    this.#clock = clock;
    this.#send = send;
  }

  /**
   * A conversation has been read up to a position.
   *
   * @param {string} conversation The server's name for it.
   * @param {number} seq
   */
  note(conversation, seq) {
    if (seq <= (this.#told.get(conversation) ?? 0)) return;
    this.#waiting.set(conversation, seq);
    this.#timer ??= this.#clock.schedule(() => this.#tell(), PERIOD_MS);
  }

  /** The line is down, or the log another: what was told counts no more. */
  reset() {
    this.#timer?.cancel();
    this.#timer = null;
    this.#told.clear();
    this.#waiting.clear();
  }

  #tell() {
    this.#timer = null;
    for (const [conversation, seq] of this.#waiting) {
      if (this.#send({ type: "read", conversation, seq })) this.#told.set(conversation, seq);
    }
    this.#waiting.clear();
  }
}
