/** @import {JsonStorage} from "../lib/storage.js" */
/** @import {Peer} from "./conversation.js" */
import { randomId } from "../lib/ids.js";
import { nameKey } from "../lib/name_key.js";

/**
 * @typedef {{peer: Peer | null, text: string}} Draft
 * @typedef {{peer: Peer | null, slot: string}} Place Which key a draft's text is kept under.
 */

/**
 * What was begun in each conversation and not sent, kept across reloads for one's account. Each
 * text has a key of its own, so that a keystroke writes no other.
 */
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
    for (const { slot } of this.#places()) this.#storage.set(this.#keyOf(slot), undefined);
    this.#keep([]);
  }

  /** Everything begun. @returns {Draft[]} */
  all() {
    return this.#places().map(({ peer, slot }) => ({ peer, text: this.#textIn(slot) }));
  }

  /**
   * @param {Peer | null} peer Null for everyone.
   * @returns {string} Empty when nothing was begun.
   */
  get(peer) {
    const place = this.#places().find((place) => isSame(place.peer, peer));
    return place === undefined ? "" : this.#textIn(place.slot);
  }

  /**
   * @param {Peer | null} peer
   * @param {string} text Empty to forget it.
   */
  set(peer, text) {
    const places = this.#places();
    const place = places.find((place) => isSame(place.peer, peer));
    const slot = place?.slot ?? randomId();
    this.#storage.set(this.#keyOf(slot), text === "" ? undefined : text);
    const isListed = place !== undefined && place.peer?.account === peer?.account;
    if (isListed === (text !== "")) return;
    const others = places.filter((other) => other !== place);
    this.#keep(text === "" ? others : [...others, { peer, slot }]);
  }

  /** @returns {Place[]} */
  #places() {
    const places = this.#storage.get(this.#key);
    return Array.isArray(places) ? places.filter((place) => typeof place?.slot === "string") : [];
  }

  /** @param {Place[]} places */
  #keep(places) {
    this.#storage.set(this.#key, places.length === 0 ? undefined : places);
  }

  /** @param {string} slot */
  #keyOf(slot) {
    return `${this.#key}.${slot}`;
  }

  /** @param {string} slot */
  #textIn(slot) {
    const text = this.#storage.get(this.#keyOf(slot));
    return typeof text === "string" ? text : "";
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
