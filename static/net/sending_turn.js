/**
 * Which tab of a browser sends an account's outbox.
 *
 * @typedef {object} Turn
 * @property {boolean} isHeld Whether it is this tab.
 * @property {(account: string, onTaken: () => void) => void} take Waits for the turn, and calls
 *   `onTaken` whenever it comes.
 * @property {() => void} insist Takes the turn from a tab that has fallen silent.
 * @property {() => void} release
 */

/**
 * The part of the browser's lock manager that is used; a fake in tests.
 *
 * @typedef {object} Locks
 * @property {(name: string, options: {signal?: AbortSignal, steal?: boolean},
 *   whileHeld: () => Promise<void>) => Promise<void>} request
 */

/**
 * The turn as a Web Lock, which goes with its tab however that ends. Browsers offer locks on safe
 * origins only, and to no page that may store nothing; without them every tab sends, and the server
 * counts each `id` once.
 *
 * @implements {Turn}
 */
export class LockTurn {
  #locks;
  #prefix;
  #isHeld = false;
  #name = "";
  #onTaken = () => {};
  /** Ends the request at hand, whether it waits or holds. @type {(() => void) | null} */
  #end = null;

  /**
   * @param {Locks | undefined} locks
   * @param {string} prefix Of the lock's name, to which the account is added.
   */
  constructor(locks, prefix) {
    this.#locks = locks;
    this.#prefix = prefix;
  }

  get isHeld() {
    return this.#isHeld;
  }

  /**
   * @param {string} account
   * @param {() => void} onTaken
   */
  take(account, onTaken) {
    this.release();
    this.#name = this.#prefix + account;
    this.#onTaken = onTaken;
    if (this.#locks !== undefined) return this.#request(false);
    this.#isHeld = true;
    onTaken();
  }

  insist() {
    if (this.#isHeld || this.#end === null) return;
    this.#end();
    this.#request(true);
  }

  release() {
    this.#isHeld = false;
    this.#end?.();
    this.#end = null;
  }

  /** @param {boolean} steal */
  #request(steal) {
    const waiting = new AbortController();
    /** @type {() => void} */
    let finish = () => {};
    const held = /** @type {Promise<void>} */ (new Promise((resolve) => finish = resolve));
    const end = () => {
      waiting.abort();
      finish();
    };
    this.#end = end;
    const isCurrent = () => this.#end === end;
    const whileHeld = () => {
      if (!isCurrent()) return Promise.resolve();
      this.#isHeld = true;
      this.#onTaken();
      return held;
    };
    const options = steal ? { steal } : { signal: waiting.signal };
    this.#locks?.request(this.#name, options, whileHeld).catch((error) => {
      if (!isCurrent()) return;
      if (!isAbort(error)) return this.#goWithout();
      // Ended by another tab that insisted.
      this.#isHeld = false;
      this.#request(false);
    });
  }

  /** There are no locks to be had: asking again would be refused at once, for ever. */
  #goWithout() {
    this.#locks = undefined;
    this.#isHeld = true;
    this.#onTaken();
  }
}

/** @param {unknown} error */
function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}
