import type { Ids } from "../../core/ids.ts";

/** Identifiers that count: a_1, a_2 … and e_1, e_2 … */
export class SequentialIds implements Ids {
  #accounts = 0;
  #epochs = 0;

  account(): string {
    return `a_${++this.#accounts}`;
  }

  epoch(): string {
    return `e_${++this.#epochs}`;
  }
}
