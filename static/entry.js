/// <reference lib="dom" />
/** @import {JsonStorage} from "./net/storage.ts" */
/** @import {Api} from "./net/api.ts" */
/** @import {OutboxStore} from "./net/outbox_store.ts" */
/** @import {JoinForm} from "./view/join_form.js" */
import { findOwnName } from "./account.js";
import { isAnythingKept, namedAddress } from "./own_address.js";

/** Stands for the name of a tab that isn't in the chat because one left it there. */
const ASKED = false;

/** How a page that was just opened gets into the chat, or to the question for a name. */
export class Entry {
  #options;

  /**
   * @param {object} options
   * @param {JoinForm} options.form
   * @param {JsonStorage} options.remembered For good: the name one chose last.
   * @param {JsonStorage} options.tab For this tab: being in the chat.
   * @param {Api} options.api
   * @param {Pick<OutboxStore, "isEmpty">} options.store
   * @param {(username: string) => void} options.join
   * @param {() => boolean} options.isJoining Whether somebody was quicker.
   */
  constructor(options) {
    this.#options = options;
  }

  /** The name one chose last; empty for a newcomer. */
  get name() {
    const name = this.#options.remembered.get("name");
    return typeof name === "string" ? name : "";
  }

  /** A reload goes on where it was, and a new tab under the name one has; others ask for a name. */
  begin() {
    const { form, tab, join } = this.#options;
    const current = tab.get("joined");
    if (typeof current === "string") {
      form.markResuming();
      return join(current);
    }
    // A name typed while the scripts were loading stays.
    if (form.isBegun) return form.submitIfPressedEarly();
    form.show(this.name);
    // Whoever left in this tab, or was sent away, wants to be asked.
    if (current !== ASKED) void this.#goIn();
  }

  /**
   * The page is in the chat.
   *
   * @param {string} username
   * @returns {boolean} Whether it is so for the first time under this name.
   */
  noteIn(username) {
    const { remembered, tab } = this.#options;
    const isFirst = tab.get("joined") !== username;
    remembered.set("name", username);
    tab.set("joined", username);
    return isFirst;
  }

  /** The page is out of the chat, and a reload asks for a name. */
  noteOut() {
    this.#options.tab.set("joined", ASKED);
  }

  /** Goes in under a name that this browser's session holds, unless the form is used first. */
  async #goIn() {
    const { api, form, join, isJoining } = this.#options;
    if (await this.#leadHome()) return;
    if (this.name === "") return;
    form.markResuming();
    const known = await findOwnName(api, this.name);
    if (known !== null && !isJoining() && !form.isTouched) join(known);
    else form.unmarkResuming();
  }

  /** Leads from this machine's address to its name, where nothing is kept here. */
  async #leadHome() {
    const { api, form, isJoining, remembered, store } = this.#options;
    const named = namedAddress(new URL(location.href));
    if (named === null) return false;
    const hasUnsent = async () => !await store.isEmpty();
    if (await isAnythingKept({ keys: remembered.keys(), api, hasUnsent })) return false;
    if (isJoining() || form.isTouched) return false;
    location.replace(named);
    return true;
  }
}
