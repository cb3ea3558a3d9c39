import { type Address, LOBBY_ADDRESS } from "../model/address.ts";
import { randomId } from "../net/ids.ts";
import { isPerson } from "../net/outbox_store.ts";
import type { JsonStorage } from "../net/storage.ts";
import { nameKey } from "../text/name_key.ts";

/** A text that was begun and not sent. */
export interface Draft {
  readonly address: Address;
  readonly text: string;
}

/** A person as stored; null stands for everyone. */
type Peer = { readonly username: string; readonly account: string | null } | null;

/** Under which key a draft's text is stored. */
interface Place {
  readonly peer: Peer;
  readonly slot: string;
}

/**
 * Drafts of one account, kept across reloads. Each text has a key of its own, so that a keystroke
 * doesn't write the other texts. This tab's drafts stay in memory too: another tab may keep something else in its place, and some browsers keep nothing.
 */
export class Drafts {
  readonly #storage: JsonStorage;
  #key: string;
  /** Drafts of this tab; an empty text means that it was sent. */
  #own: readonly Draft[] = [];

  constructor(storage: JsonStorage, account: string) {
    this.#storage = storage;
    this.#key = `drafts.${account}`;
  }

  /**
   * The same person is another account from now on: a guest's ends with its connection, and all do
   * when the server is reset. What was kept before this page was opened goes along.
   */
  moveTo(account: string): void {
    if (this.#key === `drafts.${account}`) return;
    const begun = this.all();
    this.wipe();
    this.#key = `drafts.${account}`;
    this.#own = begun;
    this.keep();
  }

  /** Deletes all drafts, in all tabs. */
  wipe(): void {
    this.#own = [];
    const texts = this.#storage.keys().filter((key) => key.startsWith(this.#keyOf("")));
    for (const key of texts) this.#storage.set(key, undefined);
    this.#list([]);
  }

  /** Stores all drafts of this tab over those of other tabs: it may be about to close. */
  keep(): void {
    for (const { address, text } of this.#own) if (text !== "") this.#store(address, text);
  }

  /** All drafts. */
  all(): Draft[] {
    const others = this.#places()
      .map(({ peer, slot }) => ({ address: addressOf(peer), text: this.#textIn(slot) }))
      .filter(({ address }) => this.#ownOf(address) === undefined);
    return [...this.#own.filter(({ text }) => text !== ""), ...others];
  }

  /** The draft for this address; empty if there is none. */
  get(address: Address): string {
    return this.#ownOf(address)?.text ?? this.#stored(address);
  }

  /** @param text Empty to forget it. */
  set(address: Address, text: string): void {
    const before = this.get(address);
    this.#own = [...this.#own.filter((draft) => !isSame(draft.address, address)), {
      address,
      text,
    }];
    // Another tab's draft stays.
    if (text !== "" || this.#stored(address) === before) this.#store(address, text);
  }

  /**
   * What was begun to a name alone is for this account, as the page knows by now: whoever has the
   * name later must not find it in the box.
   */
  bind(address: Address, text: string): void {
    const kept = this.#ownOf(address)?.address ?? this.#placedAt(address);
    const isByName = kept?.kind === "direct" && kept.account === null;
    const isKnown = address.kind === "direct" && address.account !== null;
    if (isByName && isKnown && this.get(address) === text) this.set(address, text);
  }

  #ownOf(address: Address): Draft | undefined {
    return this.#own.find((draft) => isSame(draft.address, address));
  }

  #stored(address: Address): string {
    const place = this.#placeOf(address);
    return place === undefined ? "" : this.#textIn(place.slot);
  }

  /** For whom what is stored for an address was begun. */
  #placedAt(address: Address): Address | undefined {
    const place = this.#placeOf(address);
    return place && addressOf(place.peer);
  }

  #placeOf(address: Address): Place | undefined {
    return this.#places().find(({ peer }) => isSame(addressOf(peer), address));
  }

  #store(address: Address, text: string): void {
    const places = this.#places();
    const place = places.find(({ peer }) => isSame(addressOf(peer), address));
    const peer = peerOf(address);
    const slot = place?.slot ?? randomId();
    this.#storage.set(this.#keyOf(slot), text === "" ? undefined : text);
    const isListed = place !== undefined && place.peer?.account === peer?.account;
    if (isListed === (text !== "")) return;
    const others = places.filter((other) => other !== place);
    this.#list(text === "" ? others : [...others, { peer, slot }]);
  }

  #places(): Place[] {
    const places = this.#storage.get(this.#key);
    return Array.isArray(places) ? places.filter(isPlace) : [];
  }

  #list(places: readonly Place[]): void {
    this.#storage.set(this.#key, places.length === 0 ? undefined : places);
  }

  #keyOf(slot: string): string {
    return `${this.#key}.${slot}`;
  }

  #textIn(slot: string): string {
    const text = this.#storage.get(this.#keyOf(slot));
    return typeof text === "string" ? text : "";
  }
}

function isPlace(value: unknown): value is Place {
  const { peer, slot } = value as { peer?: Peer; slot?: unknown } ?? {};
  return typeof slot === "string" && (peer === null || isPerson(peer));
}

function addressOf(peer: Peer): Address {
  return peer === null ? LOBBY_ADDRESS : { kind: "direct", ...peer };
}

function peerOf(address: Address): Peer {
  if (address.kind === "lobby") return null;
  return { username: address.username, account: address.account };
}

function isSame(a: Address, b: Address): boolean {
  if (a.kind === "lobby" || b.kind === "lobby") return a.kind === b.kind;
  if (a.account !== null && b.account !== null) return a.account === b.account;
  return nameKey(a.username) === nameKey(b.username);
}
