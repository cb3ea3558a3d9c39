import { type Clock, systemClock, type Timer } from "../../core/clock.ts";

/** The machine's time, but for its wall clock, which a test sets as an operator might. */
export class JumpingClock implements Clock {
  #offsetMs = 0;

  /** Sets the wall clock forward, or back by a negative number of milliseconds. */
  jump(byMs: number): void {
    this.#offsetMs += byMs;
  }

  now(): number {
    return systemClock.now() + this.#offsetMs;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  schedule(callback: () => void, delayMs: number): Timer {
    return systemClock.schedule(callback, delayMs);
  }
}
