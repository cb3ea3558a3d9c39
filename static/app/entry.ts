import { changeJoin } from "../model/changes.ts";
import type { Api } from "../net/api.ts";
import type { OutboxStore } from "../net/outbox_store.ts";
import type { JsonStorage } from "../net/storage.ts";
import { findOwnName } from "./account.ts";
import { isAnythingKept, namedAddress } from "./own_address.ts";
import type { Store } from "./store.ts";

/** Stored in place of a name after somebody left the chat in this tab. */
const ASKED = false;

/** Dependencies of {@linkcode Entry}. */
export interface EntryOptions {
  readonly store: Store;
  /** Kept permanently: the name used last. */
  readonly remembered: JsonStorage;
  /** Kept for this tab: whether it is in the chat. */
  readonly tab: JsonStorage;
  readonly api: Pick<Api, "get">;
  readonly outbox: Pick<OutboxStore, "isEmpty">;
  readonly place: Place;
}

/** Where the page was opened. */
export interface Place {
  readonly href: string;
  /** Opens another address in place of this one. */
  replace(url: URL): void;
}

/** What a person did with the form before the scripts ran. */
export interface Begun {
  readonly username: string;
  /** Whether Enter or the button was pressed. */
  readonly isPressed: boolean;
}

/** Joins the chat on behalf of {@linkcode Entry}. */
export interface Join {
  /** Joins under a name that this browser's session holds. */
  join(username: string): void;
  /** Joins under a name that was typed. */
  submit(username: string): void;
  /** Whether a name is being tried, or the page is in the chat. */
  readonly isJoining: boolean;
}

/** How a page that was just opened gets into the chat, or to the question for a name. */
export class Entry {
  readonly #options: EntryOptions;

  constructor(options: EntryOptions) {
    this.#options = options;
  }

  /** The name used last; empty for a newcomer. */
  get name(): string {
    const name = this.#options.remembered.get("name");
    return typeof name === "string" ? name : "";
  }

  /** Rejoins after a reload, joins a new tab under this browser's name, or asks for a name. */
  begin(begun: Begun, into: Join): void {
    const { store, tab } = this.#options;
    const current = tab.get("joined");
    if (typeof current === "string") {
      this.#setResuming(true);
      return into.join(current);
    }
    // A name typed while the scripts were loading stays.
    const username = begun.username === "" ? this.name : begun.username;
    store.act((state) => changeJoin(state, { username }));
    if (begun.username !== "") return begun.isPressed ? into.submit(username) : undefined;
    // After leaving in this tab, or being sent away, people choose a name themselves.
    if (current !== ASKED) void this.#goIn(into);
  }

  /**
   * The page is in the chat.
   *
   * @returns Whether it is so for the first time under this name.
   */
  noteIn(username: string): boolean {
    const { remembered, tab } = this.#options;
    const isFirst = tab.get("joined") !== username;
    remembered.set("name", username);
    tab.set("joined", username);
    return isFirst;
  }

  /** The page is out of the chat, and a reload asks for a name. */
  noteOut(): void {
    this.#options.tab.set("joined", ASKED);
  }

  /** Goes in under a name that this browser's session holds, unless the form is used first. */
  async #goIn(into: Join): Promise<void> {
    if (await this.#leadHome(into)) return;
    if (this.name === "") return;
    this.#setResuming(true);
    const known = await findOwnName(this.#options.api, this.name);
    if (known !== null && !into.isJoining && !this.#isTouched) into.join(known);
    else this.#setResuming(false);
  }

  /** Leads from this machine's address to its name, where nothing is kept here. */
  async #leadHome(into: Join): Promise<boolean> {
    const { api, outbox, place, remembered } = this.#options;
    const named = namedAddress(new URL(place.href));
    if (named === null) return false;
    const hasUnsent = async () => !await outbox.isEmpty();
    if (await isAnythingKept({ keys: remembered.keys(), api, hasUnsent })) return false;
    if (into.isJoining || this.#isTouched) return false;
    place.replace(named);
    return true;
  }

  get #isTouched(): boolean {
    const { screen } = this.#options.store.state;
    return screen.name === "chat" || screen.isTouched;
  }

  #setResuming(isResuming: boolean): void {
    this.#options.store.act((state) => changeJoin(state, { isResuming }));
  }
}
