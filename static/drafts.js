/** @import {JsonStorage} from "./net/storage.ts" */
/** @import {Peer} from "./model/conversation.js" */
import { randomId } from "./net/ids.ts";
import { nameKey } from "./text/name_key.ts";

/**
 * @typedef {{peer: Peer | null, text: string}} Draft
 * @typedef {{peer: Peer | null, slot: string}} Place Which key a draft's text is kept under.
 */

/**
 * What was begun in each conversation and not sent, kept across reloads for one's account. Each
 * text has a key of its own, so that a keystroke writes no other. What this tab began stays in its
 * memory too: another tab may keep something else in its place, and some browsers keep nothing.
 */
export class Drafts {
  #storage;
  #key;
  /** What this tab has; an empty text says that it was sent. @type {Draft[]} */
  #own = [];

  /**
   * @param {JsonStorage} storage
   * @param {string} account
   */
  constructor(storage, account) {
    this.#storage = storage;
    this.#key = `drafts.${account}`;
  }

  /**
   * The same person is another account from now on: a guest's ends with its connection.
   *
   * @param {string} account
   */
  moveTo(account) {
    if (this.#key === `drafts.${account}`) return;
    this.#key = `drafts.${account}`;
    this.keep();
  }

  /** Forgets everything begun, in whatever tab. */
  wipe() {
    this.#own = [];
    const texts = this.#storage.keys().filter((key) => key.startsWith(this.#keyOf("")));
    for (const key of texts) this.#storage.set(key, undefined);
    this.#list([]);
  }

  /** Keeps what this tab has begun, whatever others have kept in its place: the tab may close. */
  keep() {
    for (const { peer, text } of this.#own) if (text !== "") this.#store(peer, text);
  }

  /** Everything begun. @returns {Draft[]} */
  all() {
    const others = this.#places().filter(({ peer }) => this.#ownOf(peer) === undefined)
      .map(({ peer, slot }) => ({ peer, text: this.#textIn(slot) }));
    return [...this.#own.filter(({ text }) => text !== ""), ...others];
  }

  /**
   * @param {Peer | null} peer Null for everyone.
   * @returns {string} Empty when nothing was begun.
   */
  get(peer) {
    return this.#ownOf(peer)?.text ?? this.#stored(peer);
  }

  /**
   * @param {Peer | null} peer
   * @param {string} text Empty to forget it.
   */
  set(peer, text) {
    const before = this.get(peer);
    this.#own = [...this.#own.filter((draft) => !isSame(draft.peer, peer)), { peer, text }];
    // What another tab keeps there is not this one's to forget.
    if (text !== "" || this.#stored(peer) === before) this.#store(peer, text);
  }

  /** @param {Peer | null} peer */
  #ownOf(peer) {
    return this.#own.find((draft) => isSame(draft.peer, peer));
  }

  /** @param {Peer | null} peer */
  #stored(peer) {
    const place = this.#places().find((place) => isSame(place.peer, peer));
    return place === undefined ? "" : this.#textIn(place.slot);
  }

  /**
   * @param {Peer | null} peer
   * @param {string} text
   */
  #store(peer, text) {
    const places = this.#places();
    const place = places.find((place) => isSame(place.peer, peer));
    const slot = place?.slot ?? randomId();
    this.#storage.set(this.#keyOf(slot), text === "" ? undefined : text);
    const isListed = place !== undefined && place.peer?.account === peer?.account;
    if (isListed === (text !== "")) return;
    const others = places.filter((other) => other !== place);
    this.#list(text === "" ? others : [...others, { peer, slot }]);
  }

  /** @returns {Place[]} */
  #places() {
    const places = this.#storage.get(this.#key);
    return Array.isArray(places) ? places.filter((place) => typeof place?.slot === "string") : [];
  }

  /** @param {Place[]} places */
  #list(places) {
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
