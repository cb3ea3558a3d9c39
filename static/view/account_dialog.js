import { byId, make, setText } from "../lib/dom.js";
import { clampMarks, listNames } from "../text/names.ts";
import { Field } from "./field.js";

/**
 * How things stand; `others` are the other names of this browser's session.
 *
 * @typedef {{username: string, isGuest: boolean, hasPassphrase: boolean, others: string[]}}
 *   AccountLook
 */

/**
 * What the reader can do about the name. Each rejects with an error whose `code` says which field
 * it is about, and whose message says why.
 *
 * @typedef {object} AccountActions
 * @property {() => Promise<AccountLook>} look
 * @property {(passphrase: string | null, current: string | undefined) => Promise<void>}
 *   setPassphrase Null removes it.
 * @property {(everywhere: boolean) => Promise<void>} signOut
 * @property {(confirm: string, current: string | undefined) => Promise<void>} remove
 */

/** Refusals that are about the passphrase set before. */
const ABOUT_CURRENT = new Set(["wrong_passphrase", "too_many_attempts"]);

/** Keeps a name, signs out, ends an account. */
export class AccountDialog {
  #actions;
  #dialog = byId("account", HTMLDialogElement);
  #name = byId("account-name", HTMLElement);
  #username = byId("account-username", HTMLInputElement);
  #guest = byId("account-guest", HTMLParagraphElement);
  #owner = byId("account-owner", HTMLDivElement);
  #status = byId("account-status", HTMLParagraphElement);
  #hint = byId("account-passphrase-hint", HTMLParagraphElement);
  #others = byId("account-others", HTMLParagraphElement);
  #warning = byId("account-warning", HTMLParagraphElement);
  #currentRow = byId("account-current-row", HTMLDivElement);
  #deleteCurrentRow = byId("account-delete-current-row", HTMLDivElement);
  #set = byId("account-set", HTMLButtonElement);
  #unset = byId("account-unset", HTMLButtonElement);
  #delete = byId("account-delete", HTMLDetailsElement);
  #current = new Field("account-current");
  #passphrase = new Field("account-passphrase");
  #confirm = new Field("account-confirm");
  #deleteCurrent = new Field("account-delete-current");
  #hasPassphrase = false;

  /** @param {AccountActions} actions */
  constructor(actions) {
    this.#actions = actions;
    byId("account-button", HTMLButtonElement).addEventListener("click", () => void this.open());
    byId("account-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#onSubmit("account-passphrase-form", () => this.#setPassphrase());
    this.#onSubmit("account-delete-form", () => this.#remove());
    this.#unset.addEventListener("click", () => void this.#unsetPassphrase());
    const out = (/** @type {boolean} */ everywhere) => () => void this.#signOut(everywhere);
    byId("sign-out", HTMLButtonElement).addEventListener("click", out(false));
    byId("sign-out-everywhere", HTMLButtonElement).addEventListener("click", out(true));
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  /** Shows how things stand. */
  async open() {
    this.#forget();
    this.#owner.hidden = true;
    this.#guest.hidden = true;
    this.#say("");
    this.#dialog.showModal();
    try {
      this.#show(await this.#actions.look());
    } catch (error) {
      this.#say(messageOf(error));
    }
  }

  /** Closes it and forgets whose it was. */
  clear() {
    this.#dialog.close();
    this.#forget();
    this.#name.textContent = "";
    this.#others.textContent = "";
    this.#username.value = "";
  }

  /** @param {AccountLook} account */
  #show({ username, isGuest, hasPassphrase, others }) {
    this.#name.textContent = clampMarks(username);
    this.#username.value = username;
    this.#guest.hidden = !isGuest;
    this.#owner.hidden = isGuest;
    this.#hasPassphrase = hasPassphrase;
    this.#currentRow.hidden = !hasPassphrase;
    this.#deleteCurrentRow.hidden = !hasPassphrase;
    this.#unset.hidden = !hasPassphrase;
    this.#warning.hidden = hasPassphrase;
    this.#showOthers(others);
    setText(this.#set, hasPassphrase ? "Change passphrase" : "Set passphrase");
    setText(
      this.#hint,
      hasPassphrase
        ? "Your passphrase lets you sign in to this name on any device."
        : "Set a passphrase to sign in to this name on other devices.",
    );
  }

  /** @param {string[]} names A session ends with all of them. */
  #showOthers(names) {
    this.#others.hidden = names.length === 0;
    const words = listNames(names).map(({ text, isName }) =>
      isName ? make("bdi", "", clampMarks(text)) : text
    );
    this.#others.replaceChildren("It also signs out this browser’s other names: ", ...words, ".");
  }

  async #setPassphrase() {
    const passphrase = this.#passphrase.value;
    if (this.#hasPassphrase && this.#current.value === "") {
      return this.#current.complain("Enter your current passphrase.");
    }
    if (passphrase === "") return this.#passphrase.complain("Enter a new passphrase.");
    if (this.#passphrase.isTooShort) return this.#passphrase.complain(this.#shortText());
    await this.#change(passphrase, "Passphrase saved.");
  }

  #shortText() {
    return `Too short: use at least ${this.#passphrase.minLength} characters.`;
  }

  async #unsetPassphrase() {
    if (this.#current.value === "") return this.#current.complain("Enter your current passphrase.");
    await this.#change(null, "Passphrase removed.");
  }

  /**
   * @param {string | null} passphrase
   * @param {string} done
   */
  async #change(passphrase, done) {
    const current = this.#currentIn(this.#current);
    try {
      this.#say("Saving…");
      await this.#actions.setPassphrase(passphrase, current);
      this.#forget();
      this.#show(await this.#actions.look());
      this.#say(done);
    } catch (error) {
      this.#say("");
      this.#fieldOf(error, this.#current, this.#passphrase).complain(messageOf(error));
    }
  }

  /** @param {Field} field Where the passphrase that is set is typed. */
  #currentIn(field) {
    return this.#hasPassphrase ? field.value : undefined;
  }

  /**
   * The field that a refusal is about.
   *
   * @param {unknown} error
   * @param {Field} current
   * @param {Field} other
   */
  #fieldOf(error, current, other) {
    return ABOUT_CURRENT.has(codeOf(error)) && this.#hasPassphrase ? current : other;
  }

  /** @param {boolean} everywhere */
  async #signOut(everywhere) {
    try {
      await this.#actions.signOut(everywhere);
      this.#dialog.close();
    } catch (error) {
      this.#say(messageOf(error));
    }
  }

  async #remove() {
    if (this.#confirm.value.trim() === "") return this.#confirm.complain("Enter your name.");
    this.#say("");
    const current = this.#currentIn(this.#deleteCurrent);
    if (current === "") return this.#deleteCurrent.complain("Enter your passphrase.");
    try {
      await this.#actions.remove(this.#confirm.value.trim(), current);
      this.#dialog.close();
    } catch (error) {
      this.#fieldOf(error, this.#deleteCurrent, this.#confirm).complain(messageOf(error));
    }
  }

  #forget() {
    const fields = [this.#current, this.#passphrase, this.#confirm, this.#deleteCurrent];
    for (const field of fields) field.clear();
    this.#delete.open = false;
  }

  /** @param {string} text */
  #say(text) {
    setText(this.#status, text);
  }

  /**
   * @param {string} id
   * @param {() => Promise<void>} act
   */
  #onSubmit(id, act) {
    byId(id, HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void act();
    });
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
