/** @import {User} from "../../core/protocol.ts" */
/** @import {PresenceState} from "../model/presence_state.js" */
import { byId, cloneTemplate, part, setText } from "../lib/dom.js";
import { sortedUsers } from "../model/presence_state.js";
import { clampMarks } from "../text/names.ts";
import { paintAvatar } from "./avatar.js";

/** People shown at most; the others are counted. */
const MAX_SHOWN = 200;

/** The people here. Choosing one begins a private conversation. */
export class Roster {
  #list = byId("people", HTMLUListElement);
  #count = byId("people-count", HTMLSpanElement);
  #more = byId("people-more", HTMLParagraphElement);
  #onChoose;
  /** @type {PresenceState | null} */
  #presence = null;
  #ownAccount = "";
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();

  /** @param {(user: User) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
  }

  /**
   * @param {PresenceState} presence
   * @param {string} ownAccount
   * @param {Element | null} [pinned] A row that stays where it is, whoever comes or goes.
   */
  render(presence, ownAccount, pinned = null) {
    if (this.#presence === presence && this.#ownAccount === ownAccount) return;
    this.#ownAccount = ownAccount;
    const users = sortedUsers(presence, ownAccount).slice(0, MAX_SHOWN);
    this.#removeOthers(users, pinned);
    this.#placeAll(users);
    // With a pinned row left over it isn't all told yet.
    this.#presence = this.#items.size === users.length ? presence : null;
    const rest = presence.online - users.length;
    setText(this.#count, String(presence.online));
    setText(this.#more, rest > 0 ? `and ${rest} more` : "");
  }

  /** Forgets who is here. */
  clear() {
    this.#presence = null;
    this.#removeOthers([], null);
    setText(this.#more, "");
  }

  /**
   * @param {User[]} users
   * @param {Element | null} pinned
   */
  #removeOthers(users, pinned) {
    const keys = new Set(users.map(keyOf));
    for (const [key, element] of this.#items) {
      if (keys.has(key) || element === pinned) continue;
      element.remove();
      this.#items.delete(key);
    }
  }

  /** @param {User[]} users */
  #placeAll(users) {
    const wanted = new Set(users.map((user) => this.#items.get(keyOf(user))));
    const afterLeftOver = (/** @type {Element | null} */ row) =>
      row instanceof HTMLElement && !wanted.has(row) ? row.nextElementSibling : row;
    let next = this.#list.firstElementChild;
    for (const user of users) {
      const element = this.#items.get(keyOf(user)) ?? this.#make(user);
      next = afterLeftOver(next);
      if (element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(element, next);
    }
  }

  /** @param {User} user */
  #make(user) {
    const element = cloneTemplate("person-template");
    const isSelf = user.account === this.#ownAccount;
    paintAvatar(part(element, "avatar"), user.username);
    part(element, "name").textContent = clampMarks(user.username);
    part(element, "you").textContent = isSelf ? "you" : "";
    part(element, "button").title = isSelf
      ? "Notes to yourself"
      : `Message ${user.username} privately`;
    part(element, "button").addEventListener("click", () => this.#onChoose(user));
    this.#items.set(keyOf(user), element);
    return element;
  }
}

/** @param {User} user */
function keyOf(user) {
  return `${user.account} ${user.username}`;
}
