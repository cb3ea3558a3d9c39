import { ChatError } from "../core/errors.ts";
import { comeBackLater } from "../core/admission.ts";

/**
 * Requests to the API that may be under way at once. One waits for its body, the log or a
 * passphrase and holds up to 256 KiB; reading an unfinished body costs the runtime 155 KB.
 */
export const MAX_UNDER_WAY = { all: 512, perAddress: 64 } as const;
/** Searches of one address that may run or wait: a quarter of what the store takes from all. */
export const MAX_SEARCHES_OF_ADDRESS = 4;
/** When an address that has too many of them may try again: most take milliseconds. */
const RETRY_MS = 200;

/** Counts requests from their first handler to their answer, in all and by address. */
export class RequestsUnderWay {
  #limits: { readonly all: number; readonly perAddress: number };
  #all = 0;
  #byAddress = new Map<string, number>();

  /** @param maxPerAddress Connections that one address may hold; 0 turns off its limit here too. */
  constructor(
    { maxPerAddress }: { readonly maxPerAddress: number },
    limits: { readonly all: number; readonly perAddress: number } = MAX_UNDER_WAY,
  ) {
    this.#limits = maxPerAddress > 0 ? limits : { ...limits, perAddress: Infinity };
  }

  /**
   * Does one request's work, counted until its answer is there.
   *
   * @throws {ChatError} `rate_limited` or `server_busy`, without doing it.
   */
  async run<Result>(address: string, work: () => Promise<Result>): Promise<Result> {
    const count = this.#byAddress.get(address) ?? 0;
    if (count >= this.#limits.perAddress) {
      throw new ChatError("rate_limited", { retryAfterMs: RETRY_MS });
    }
    if (this.#all >= this.#limits.all) throw comeBackLater("server_busy", RETRY_MS);
    this.#count(address, 1);
    try {
      return await work();
    } finally {
      this.#count(address, -1);
    }
  }

  #count(address: string, change: 1 | -1): void {
    this.#all += change;
    const count = (this.#byAddress.get(address) ?? 0) + change;
    if (count > 0) this.#byAddress.set(address, count);
    else this.#byAddress.delete(address);
  }
}
