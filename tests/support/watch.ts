/** Lets a test wait for what many parties bring about together, looking whenever one has changed. */
export class Watch {
  #waiting = new Set<() => void>();

  /** Says that something may have changed. */
  notify(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const look of waiting) look();
  }

  /**
   * Waits until a condition holds.
   *
   * @param what What is waited for, told when it has not come about within `limitMs` milliseconds.
   */
  async until(condition: () => boolean, what: () => string, limitMs = 60_000): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Waited in vain: ${what()}`)), limitMs);
    });
    try {
      while (!condition()) {
        await Promise.race([limit, new Promise<void>((look) => this.#waiting.add(look))]);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
