/** A scheduled callback that has not run yet. */
export interface Timer {
  /** Makes sure the callback never runs; harmless once it has. */
  cancel(): void;
}

/** Time, handed in, so that tests move it by hand. */
export interface Clock {
  /** Wall-clock time in epoch milliseconds, for people to read; it may jump. */
  now(): number;
  /** Milliseconds since some fixed moment, for deadlines; it never goes back. */
  monotonic(): number;
  /** Runs `callback` once, `delayMs` milliseconds from now; 0 means the next turn. */
  schedule(callback: () => void, delayMs: number): Timer;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(callback, delayMs) {
    if (delayMs <= 0) return nextTurn(callback);
    const id = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(id) };
  },
};

/** What Node's and Deno's event loops offer and a page's doesn't. */
interface Immediates {
  setImmediate(callback: () => void): unknown;
  clearImmediate(id: unknown): void;
}

/** The shortest timer takes more than a millisecond; the next turn comes in microseconds. */
function nextTurn(callback: () => void): Timer {
  const { setImmediate, clearImmediate } = globalThis as unknown as Immediates;
  const id = setImmediate(callback);
  return { cancel: () => clearImmediate(id) };
}
