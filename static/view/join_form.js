import { byId, setText } from "../lib/dom.js";

/** Asks for a username; what is wrong with one stands beside the field. */
export class JoinForm {
  #onJoin;
  #onCancel;
  #root = byId("join", HTMLElement);
  #form = byId("join-form", HTMLFormElement);
  #name = byId("join-name", HTMLInputElement);
  #error = byId("join-error", HTMLParagraphElement);
  #status = byId("join-status", HTMLParagraphElement);
  #button = byId("join-button", HTMLButtonElement);
  #isBusy = false;

  /**
   * @param {(username: string) => void} onJoin
   * @param {() => void} onCancel
   */
  constructor(onJoin, onCancel) {
    this.#onJoin = onJoin;
    this.#onCancel = onCancel;
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#name.addEventListener("input", () => this.#showError(""));
  }

  /**
   * @param {string} username What the field holds at first.
   * @param {string} [error] What is wrong with it.
   */
  show(username, error = "") {
    this.#root.hidden = false;
    this.#root.classList.remove("join--resuming");
    this.#name.value = username;
    this.#setBusy(false);
    this.say("");
    this.#showError(error);
    this.#name.focus();
    this.#name.select();
  }

  /** A reload is about to go on in the chat: the form appears only if that takes a while. */
  markResuming() {
    this.#root.classList.add("join--resuming");
  }

  /** Whether the chat has begun. */
  get isHidden() {
    return this.#root.hidden;
  }

  /** The chat has begun. */
  hide() {
    this.#root.hidden = true;
  }

  /**
   * The attempt is under way; pressing the button again ends it.
   *
   * @param {string} username
   */
  showJoining(username) {
    this.#name.value = username;
    this.#showError("");
    this.#setBusy(true);
  }

  /** @param {string} status How the attempt goes. */
  say(status) {
    setText(this.#status, status);
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    if (this.#isBusy) {
      this.#setBusy(false);
      this.say("");
      return this.#onCancel();
    }
    const username = this.#name.value.trim();
    // A path of dots alone would never reach the server: the address is resolved here first.
    if (username === "") return this.#showError("Type a name first.");
    if (/^\.+$/.test(username)) return this.#showError("A name needs a letter or a digit.");
    this.#onJoin(username);
  }

  /** @param {string} text */
  #showError(text) {
    setText(this.#error, text);
    this.#name.setAttribute("aria-invalid", String(text !== ""));
    if (text !== "") this.#name.focus();
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#name.readOnly = isBusy;
    setText(this.#button, isBusy ? "Cancel" : "Join");
  }
}
