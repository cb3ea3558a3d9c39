import type { Clock } from "../core/clock.ts";
import { ChatError } from "../core/errors.ts";
import type { Store } from "../core/store.ts";

/** How long an answer is good for, in milliseconds. */
const FRESH_MS = 1000;

/**
 * Knows whether the log takes writes. Finding out costs a write, and while another process holds
 * the log it costs seconds, in front of everybody's messages: so it is found out once for all who
 * ask meanwhile, and at most once a second.
 */
export class Readiness {
  #store: Pick<Store, "probe">;
  #clock: Pick<Clock, "monotonic">;
  #answer: Promise<ChatError | undefined> | undefined;
  #staleAt = Infinity;

  constructor(store: Pick<Store, "probe">, clock: Pick<Clock, "monotonic">) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Why nothing can be stored now; `undefined` if it can. */
  whyNot(): Promise<ChatError | undefined> {
    if (this.#answer && this.#clock.monotonic() < this.#staleAt) return this.#answer;
    this.#staleAt = Infinity;
    return this.#answer = this.#probe();
  }

  async #probe(): Promise<ChatError | undefined> {
    try {
      await this.#store.probe();
      return undefined;
    } catch (cause) {
      return new ChatError("unavailable", {}, { cause });
    } finally {
      this.#staleAt = this.#clock.monotonic() + FRESH_MS;
    }
  }
}
