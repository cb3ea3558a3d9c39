/** @import {JsonStorage} from "../lib/storage.js" */
/** @import {Peer} from "./conversation.js" */
import { nameKey } from "../lib/name_key.js";

/**
 * @typedef {{peer: Peer | null, text: string}} Draft
 */

/** What was begun in each conversation and not sent, kept across reloads for one's account. */
export class Drafts {
  #storage;
  #key;

  /**
   * @param {JsonStorage} storage
   * @param {string} account
   */
  constructor(storage, account) {
    this.#storage = storage;
    this.#key = `drafts.${account}`;
  }

  /** Forgets everything begun. */
  wipe() {
    this.#storage.set(this.#key, undefined);
  }

  /** Everything begun. @returns {Draft[]} */
  all() {
    const drafts = this.#storage.get(this.#key);
    return Array.isArray(drafts) ? drafts.filter((draft) => typeof draft?.text === "string") : [];
  }

  /**
   * @param {Peer | null} peer Null for everyone.
   * @returns {string} Empty when nothing was begun.
   */
  get(peer) {
    return this.all().find((draft) => isSame(draft.peer, peer))?.text ?? "";
  }

  /**
   * @param {Peer | null} peer
   * @param {string} text Empty to forget it.
   */
  set(peer, text) {
    const others = this.all().filter((draft) => !isSame(draft.peer, peer));
    const drafts = text === "" ? others : [...others, { peer, text }];
    this.#storage.set(this.#key, drafts.length === 0 ? undefined : drafts);
  }
}

/**
 * @param {Peer | null} a
 * @param {Peer | null} b
 */
function isSame(a, b) {
  if (a === null || b === null) return a === b;
  if (a.account !== null && b.account !== null) return a.account === b.account;
  return nameKey(a.username) === nameKey(b.username);
}
