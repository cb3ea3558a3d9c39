/**
 * What this page asks of the browser's storage; a `Map` behind it in tests.
 *
 * @typedef {object} TextStorage
 * @property {(key: string) => string | null} getItem
 * @property {(key: string, value: string) => void} setItem
 * @property {(key: string) => void} removeItem
 * @property {number} length
 * @property {(index: number) => string | null} key
 */

/** JSON values under the page's own prefix, in a storage that may be full, forbidden or absent. */
export class JsonStorage {
  #storage;
  #prefix;

  /**
   * @param {TextStorage | null} storage Null where the browser forbids storage: nothing is kept.
   * @param {string} [prefix]
   */
  constructor(storage, prefix = "parley.") {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** Keys that hold a value. @returns {string[]} */
  keys() {
    const storage = this.#storage;
    if (storage === null) return [];
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
    return keys.filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length));
  }

  /**
   * Reads a value; undefined when there is none or it is damaged.
   *
   * @param {string} key
   * @returns {unknown}
   */
  get(key) {
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
   * @param {string} key
   * @param {unknown} value Anything JSON can hold.
   * @returns {boolean} Whether it is kept: false when the storage is full or forbidden.
   */
  set(key, value) {
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
 *
 * @param {"localStorage" | "sessionStorage"} kind
 * @returns {TextStorage | null}
 */
export function openStorage(kind) {
  try {
    return globalThis[kind];
  } catch {
    return null;
  }
}
