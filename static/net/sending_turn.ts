/** Decides which tab of a browser sends an account's outbox: at most one, where locks work. */
export interface Turn {
  /** Whether it is this tab. */
  readonly isHeld: boolean;
  /** Waits for the account's turn, and calls `onTaken` each time it comes. */
  take(account: string, onTaken: () => void): void;
  /** Takes the turn from a tab that has fallen silent. */
  insist(): void;
  /** Gives the turn up, or stops waiting for it. */
  release(): void;
}

/** The part of the browser's lock manager that the page uses; tests fake it. */
export interface Locks {
  request(
    name: string,
    options: { signal?: AbortSignal; steal?: boolean },
    whileHeld: () => Promise<void>,
  ): Promise<void>;
}

/**
 * The turn as a Web Lock, which ends with its tab, even in a crash. Browsers offer locks on secure
 * origins only, and not to pages that may store nothing; without them every tab sends, and the
 * server counts each `id` once.
 */
export class LockTurn implements Turn {
  #locks: Locks | undefined;
  readonly #prefix: string;
  #isHeld = false;
  #name = "";
  #onTaken = () => {};
  /** Ends the current request, whether it waits or holds. */
  #end: (() => void) | null = null;

  /** @param prefix Start of the lock's name, which ends with the account. */
  constructor(locks: Locks | undefined, prefix: string) {
    this.#locks = locks;
    this.#prefix = prefix;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  take(account: string, onTaken: () => void): void {
    this.release();
    this.#name = this.#prefix + account;
    this.#onTaken = onTaken;
    if (this.#locks !== undefined) return this.#request(false);
    this.#isHeld = true;
    onTaken();
  }

  insist(): void {
    if (this.#isHeld || this.#end === null) return;
    this.#end();
    this.#request(true);
  }

  release(): void {
    this.#isHeld = false;
    this.#end?.();
    this.#end = null;
  }

  #request(steal: boolean): void {
    const waiting = new AbortController();
    const held = Promise.withResolvers<void>();
    const end = () => {
      waiting.abort();
      held.resolve();
    };
    this.#end = end;
    const isCurrent = () => this.#end === end;
    const whileHeld = () => {
      if (!isCurrent()) return Promise.resolve();
      this.#isHeld = true;
      this.#onTaken();
      return held.promise;
    };
    const options = steal ? { steal } : { signal: waiting.signal };
    this.#locks?.request(this.#name, options, whileHeld).catch((error: unknown) => {
      if (!isCurrent()) return;
      if (!isAbort(error)) return this.#goWithout();
      // Another tab insisted and took the lock.
      this.#isHeld = false;
      this.#request(false);
    });
  }

  /** Sends without a lock: the browser refuses them, and would refuse the next request too. */
  #goWithout(): void {
    this.#locks = undefined;
    this.#isHeld = true;
    this.#onTaken();
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
