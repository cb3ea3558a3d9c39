/** @import {Clock, Timer} from "../../core/clock.ts" */
/** @import {MessageFrame} from "../../core/protocol.ts" */
import { byId, make } from "../lib/dom.js";

/** Messages of one such moment are announced together. */
const MOMENT_MS = 700;
/** More messages in a moment than this are only counted: nobody can listen that fast. */
const MAX_READ = 3;

/** Tells a screen reader what arrives: author and text once, bursts as a number. */
export class Announcer {
  #clock;
  #region = byId("announcer", HTMLDivElement);
  /** @type {string[]} */
  #waiting = [];
  #count = 0;
  /** @type {Timer | null} */
  #timer = null;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {MessageFrame} frame One that just arrived, of someone else.
   */
  announce(frame) {
    this.#count++;
    if (this.#waiting.length <= MAX_READ) {
      this.#waiting.push(
        `${frame.from}${frame.to === undefined ? "" : ", privately"}: ${frame.message}`,
      );
    }
    this.#timer ??= this.#clock.schedule(() => this.#speak(), MOMENT_MS);
  }

  /** Forgets what was said and what waits: another account may be next. */
  clear() {
    this.#timer?.cancel();
    this.#waiting = [];
    this.#count = 0;
    this.#speak();
  }

  #speak() {
    const lines = this.#count > MAX_READ ? [`${this.#count} new messages`] : this.#waiting;
    this.#region.replaceChildren(...lines.map((line) => make("p", "", line)));
    this.#waiting = [];
    this.#count = 0;
    this.#timer = null;
  }
}
