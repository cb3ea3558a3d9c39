/** @import {User} from "../../core/protocol.ts" */
/** @import {PresenceState} from "../model/presence_state.js" */
import { byId, cloneTemplate, part, setText } from "../lib/dom.js";
import { sortedUsers } from "../model/presence_state.js";
import { clampMarks } from "../text/names.js";
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
   */
  render(presence, ownAccount) {
    if (this.#presence === presence && this.#ownAccount === ownAccount) return;
    this.#presence = presence;
    this.#ownAccount = ownAccount;
    const users = sortedUsers(presence, ownAccount).slice(0, MAX_SHOWN);
    this.#removeOthers(users);
    this.#placeAll(users);
    const rest = presence.online - users.length;
    setText(this.#count, String(presence.online));
    setText(this.#more, rest > 0 ? `and ${rest} more` : "");
  }

  /** Forgets who is here. */
  clear() {
    this.#presence = null;
    this.#removeOthers([]);
    setText(this.#more, "");
  }

  /** @param {User[]} users */
  #removeOthers(users) {
    const keys = new Set(users.map(keyOf));
    for (const [key, element] of this.#items) {
      if (keys.has(key)) continue;
      element.remove();
      this.#items.delete(key);
    }
  }

  /** @param {User[]} users */
  #placeAll(users) {
    let next = this.#list.firstElementChild;
    for (const user of users) {
      const element = this.#items.get(keyOf(user)) ?? this.#make(user);
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
      : `Write privately to ${user.username}`;
    part(element, "button").addEventListener("click", () => this.#onChoose(user));
    this.#items.set(keyOf(user), element);
    return element;
  }
}

/** @param {User} user */
function keyOf(user) {
  return `${user.account} ${user.username}`;
}
