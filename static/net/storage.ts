/** The part of the browser's storage that the page uses; tests put a `Map` behind it. */
export interface TextStorage {
  readonly length: number;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  key(index: number): string | null;
}

/**
 * JSON values under the page's own prefix, in a storage that may be full, forbidden or absent.
 * No method throws. A value that `set` accepted survives a tab that closes in the same moment.
 */
export class JsonStorage {
  readonly #storage: TextStorage | null;
  readonly #prefix: string;

  /** @param storage Null where the browser forbids storage: nothing is kept. */
  constructor(storage: TextStorage | null, prefix = "parley.") {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** The keys that hold a value, without the prefix. */
  keys(): string[] {
    const storage = this.#storage;
    if (storage === null) return [];
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return keys.filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length));
  }

  /** Reads a value; undefined when there is none or it is damaged. */
  get(key: string): unknown {
    try {
      const text = this.#storage?.getItem(this.#prefix + key);
      return text === null || text === undefined ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /**
   * Keeps a value; `undefined` removes it.
   *
   * @param value Anything JSON can hold.
   * @returns Whether it is kept: false when the storage is full or forbidden.
   */
  set(key: string, value: unknown): boolean {
    if (this.#storage === null) return false;
    try {
      if (value === undefined) this.#storage.removeItem(this.#prefix + key);
      else this.#storage.setItem(this.#prefix + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * The browser's storage of one kind, or null where it is forbidden: reading the property throws
 * when cookies are blocked.
 */
export function openStorage(kind: "localStorage" | "sessionStorage"): TextStorage | null {
  try {
    return globalThis[kind];
  } catch {
    return null;
  }
}
