import { byId, setText } from "../lib/dom.js";

/** A text field of a form, with what is wrong with it beside it. */
export class Field {
  #input;
  #error;

  /** @param {string} id The input's; its error has the same with `-error`. */
  constructor(id) {
    this.#input = byId(id, HTMLInputElement);
    this.#error = byId(`${id}-error`, HTMLParagraphElement);
    this.#input.addEventListener("input", () => this.complain(""));
  }

  get value() {
    return this.#input.value;
  }

  /** Whether there is less in it than its `minlength`, in code points. */
  get isTooShort() {
    return [...this.#input.value.normalize("NFKC")].length < this.#input.minLength;
  }

  /** The fewest characters it takes. */
  get minLength() {
    return this.#input.minLength;
  }

  /** Empties it. */
  clear() {
    this.#input.value = "";
    this.complain("");
  }

  focus() {
    this.#input.focus();
  }

  /** @param {string} text What is wrong; empty for nothing. */
  complain(text) {
    setText(this.#error, text);
    this.#input.setAttribute("aria-invalid", String(text !== ""));
    if (text !== "") this.#input.focus();
  }
}
