/**
 * Counts the messages that one reader received or should have received, with two checksums that
 * don't depend on their order. A lost, duplicated or altered message changes them.
 */
export class Tally {
  #count = 0;
  #sum = 0;
  #xor = 0;

  /** Number of messages. */
  get count(): number {
    return this.#count;
  }

  /** Counts one message. */
  add(sender: number, number: number): void {
    const hash = mix(sender, number);
    this.#count++;
    this.#sum = (this.#sum + hash) | 0;
    this.#xor ^= hash;
  }

  /** Adds the messages of another tally. */
  addAll(other: Tally): void {
    this.#count += other.#count;
    this.#sum = (this.#sum + other.#sum) | 0;
    this.#xor ^= other.#xor;
  }

  /** Whether both counted the same messages. */
  equals(other: Tally): boolean {
    return this.#count === other.#count && this.#sum === other.#sum && this.#xor === other.#xor;
  }
}

/** Hashes sender and number to 32 bits, so that two errors hardly cancel each other out. */
function mix(sender: number, number: number): number {
  let hash = Math.imul(sender + 1, 0x9E3779B1) ^ Math.imul(number + 1, 0x85EBCA77);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2C1B3C6D);
  return hash ^ (hash >>> 12);
}
