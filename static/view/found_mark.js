/** The mark on the message that a search led to. */
export class FoundMark {
  /** @type {string | null} */
  #key = null;

  /** @param {string} key */
  set(key) {
    this.#key = key;
  }

  clear() {
    this.#key = null;
    for (const element of document.querySelectorAll(".message--found")) {
      element.classList.remove("message--found");
    }
  }

  /** @param {ReadonlyMap<string, {element: HTMLElement}>} shown */
  mark(shown) {
    for (const [key, { element }] of shown) {
      element.classList.toggle("message--found", key === this.#key);
    }
  }
}
