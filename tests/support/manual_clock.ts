import type { Clock, Timer } from "../../core/clock.ts";

interface Scheduled {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number;
  #startMs: number;
  #jumpedMs = 0;
  #order = 0;
  #scheduled = new Set<Scheduled>();

  constructor(startMs = 1_763_800_000_000) {
    this.#nowMs = startMs;
    this.#startMs = startMs;
  }

  /** Callbacks that wait for their time. */
  get pending(): number {
    return this.#scheduled.size;
  }

  now(): number {
    return this.#nowMs + this.#jumpedMs;
  }

  /** Sets the wall clock alone, forward or back, as an operator or a bad battery does. */
  jump(byMs: number): void {
    this.#jumpedMs += byMs;
  }

  monotonic(): number {
    return this.#nowMs - this.#startMs;
  }

  schedule(callback: () => void, delayMs: number): Timer {
    const scheduled = { at: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#scheduled.add(scheduled);
    return { cancel: () => void this.#scheduled.delete(scheduled) };
  }

  /** Moves time on, running what falls due on the way in its order. */
  advance(durationMs: number): void {
    const end = this.#nowMs + durationMs;
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#scheduled.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.at);
      next.callback();
    }
    this.#nowMs = end;
  }

  /** Lets time pass in which nothing could run, as when the machine sleeps; what fell due runs late. */
  sleep(durationMs: number): void {
    this.#nowMs += durationMs;
    this.advance(0);
  }

  #nextUntil(end: number): Scheduled | undefined {
    let first: Scheduled | undefined;
    for (const candidate of this.#scheduled) {
      if (candidate.at > end) continue;
      if (!first || candidate.at < first.at) first = candidate;
      else if (candidate.at === first.at && candidate.order < first.order) first = candidate;
    }
    return first;
  }
}
