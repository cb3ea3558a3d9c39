import { byId, setText } from "../lib/dom.js";
import { Field } from "./field.js";

/** Presses this close together are one double-click, or a key held too long, in milliseconds. */
const DOUBLE_MS = 500;

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
  #own = byId("join-own", HTMLButtonElement);
  #passphraseRow = byId("join-passphrase-row", HTMLDivElement);
  #passphrase = new Field("join-passphrase");
  #isBusy = false;
  /** When it was submitted last, as events tell the time. */
  #submittedAt = -Infinity;
  #onSignIn;
  #isPressedEarly;
  #isTouched = false;

  /**
   * @param {(username: string) => void} onJoin
   * @param {() => void} onCancel
   * @param {(username: string, passphrase: string) => Promise<void>} onSignIn Rejects with the
   *   reason.
   */
  constructor(onJoin, onCancel, onSignIn) {
    this.#onJoin = onJoin;
    this.#onCancel = onCancel;
    this.#onSignIn = onSignIn;
    // Nobody can touch this hidden field, so only a submission of its form makes it match.
    this.#isPressedEarly = CSS.supports("selector(:user-valid)") &&
      byId("join-pressed", HTMLInputElement).matches(":user-valid");
    this.#own.addEventListener("click", () => this.#showPassphrase(true));
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#name.addEventListener("input", () => {
      this.#isTouched = true;
      this.#showError("");
      this.#showPassphrase(false);
    });
  }

  /**
   * @param {string} username What the field holds at first.
   * @param {string} [error] What is wrong with it.
   * @param {boolean} [isTaken] Whether its owner may come in with a passphrase.
   */
  show(username, error = "", isTaken = false) {
    this.#root.hidden = false;
    this.#root.classList.remove("join--resuming");
    this.#name.value = username;
    this.#setBusy(false);
    this.say("");
    this.#showError(error);
    this.#showPassphrase(false);
    this.#own.hidden = !isTaken;
    this.#name.focus();
    this.#name.select();
  }

  /** Submits the form if Enter or the button was pressed before the scripts ran. */
  submitIfPressedEarly() {
    if (this.#isPressedEarly) this.#form.requestSubmit();
  }

  /** A reload is about to go on in the chat: the form appears only if that takes a while. */
  markResuming() {
    this.#root.classList.add("join--resuming");
  }

  /** The form appears now. */
  unmarkResuming() {
    this.#root.classList.remove("join--resuming");
  }

  /** Whether somebody has changed the name that was shown. */
  get isTouched() {
    return this.#isTouched;
  }

  /** Whether anything has been typed. */
  get isBegun() {
    return this.#name.value !== "";
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
    if (this.#isBusy) return this.#cancel(event);
    this.#submittedAt = event.timeStamp;
    const username = this.#name.value.trim();
    // A path of dots alone would never reach the server: the address is resolved here first.
    if (username === "") return this.#showError("Enter a name.");
    if (/^\.+$/.test(username)) return this.#showError("A name must contain a letter or a digit.");
    if (this.#passphraseRow.hidden) this.#onJoin(username);
    else void this.#signIn(username);
  }

  /**
   * Only the button cancels: an Enter in a field, or the second click of a double-click, meant to
   * join.
   *
   * @param {SubmitEvent} event
   */
  #cancel({ timeStamp }) {
    const isInField = document.activeElement instanceof HTMLInputElement;
    if (isInField || timeStamp - this.#submittedAt < DOUBLE_MS) return;
    this.#setBusy(false);
    this.say("");
    this.#onCancel();
  }

  /** @param {string} username */
  async #signIn(username) {
    if (this.#passphrase.value === "") return this.#passphrase.complain("Enter the passphrase.");
    this.say("Signing in…");
    try {
      await this.#onSignIn(username, this.#passphrase.value);
      this.#passphrase.clear();
    } catch (error) {
      this.say("");
      this.#passphrase.complain(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {boolean} isShown */
  #showPassphrase(isShown) {
    this.#own.hidden = true;
    this.#passphraseRow.hidden = !isShown;
    this.#passphrase.clear();
    if (!isShown) return;
    this.#showError("");
    this.#passphrase.focus();
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
