/** Times in milliseconds: the median, what 99 of 100 stay below, and the longest. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

/** Most samples that are kept; what comes later replaces an earlier one, in turn. */
const MAX_SAMPLES = 1 << 20;

/** Latencies of sampled messages. */
export class Latencies {
  #samples = new Float64Array(MAX_SAMPLES);
  #count = 0;
  #max = 0;

  /** Takes one in, in milliseconds. */
  add(ms: number): void {
    this.#samples[this.#count++ % MAX_SAMPLES] = ms;
    if (ms > this.#max) this.#max = ms;
  }

  /** Forgets all. */
  clear(): void {
    this.#count = 0;
    this.#max = 0;
  }

  /** Sums up; zeros if nothing was taken in. */
  summary(): Percentiles {
    const sorted = this.#samples.slice(0, Math.min(this.#count, MAX_SAMPLES)).sort();
    return {
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      max: this.#max,
      samples: this.#count,
    };
  }
}

/** The value below which a share of `sorted` lies (nearest rank); 0 if it is empty. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
