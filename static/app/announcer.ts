import type { Clock, Timer } from "../../core/clock.ts";
import type { MessageFrame } from "../../core/protocol.ts";
import { strings } from "../text/strings.ts";
import type { Store } from "./store.ts";

/** Messages that come within this time are announced together. */
const MOMENT_MS = 700;
/** More messages at a time are only counted, because reading them aloud would take too long. */
const MAX_READ = 3;

/** Announces messages to screen readers: author and text of a few, the number of many. */
export class Announcer {
  readonly #store: Store;
  readonly #clock: Clock;
  #waiting: string[] = [];
  #count = 0;
  #timer: Timer | null = null;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Announces a message by someone else that just arrived. */
  announce({ from, to, message }: MessageFrame): void {
    const { announced, announcedPrivate } = strings.message;
    this.#count++;
    if (this.#waiting.length <= MAX_READ) {
      this.#waiting.push(
        to === undefined ? announced(from, message) : announcedPrivate(from, message),
      );
    }
    this.#timer ??= this.#clock.schedule(() => this.#speak(), MOMENT_MS);
  }

  /** Forgets all announcements: another account may join next. */
  clear(): void {
    this.#timer?.cancel();
    this.#waiting = [];
    this.#count = 0;
    this.#speak();
  }

  #speak(): void {
    const isBurst = this.#count > MAX_READ;
    const lines = isBurst ? [strings.timeline.newCount(this.#count)] : this.#waiting;
    this.#waiting = [];
    this.#count = 0;
    this.#timer = null;
    this.#store.update((state) => {
      const { id } = state.announcement;
      return { ...state, announcement: { id: id + 1, lines } };
    });
  }
}
