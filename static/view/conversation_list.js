/** @import {Conversation} from "../model/conversation.js" */
import { byId, cloneTemplate, part, setText } from "../lib/dom.js";
import { clampMarks } from "../text/names.js";

/** Counts above this are shown as "99+": the exact number helps nobody. */
const MAX_COUNT = 99;

/** The conversations, each with what is unread in it. */
export class ConversationList {
  #list = byId("conversations", HTMLUListElement);
  #onChoose;
  /** @type {Map<string, {shown: string, element: HTMLElement}>} */
  #items = new Map();

  /** @param {(key: string) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
  }

  /**
   * @param {readonly Conversation[]} conversations
   * @param {string} active
   * @param {boolean} [isHeld] Whether no row may come or go now.
   */
  render(conversations, active, isHeld = false) {
    if (!isHeld) this.#removeOthers(conversations);
    for (const conversation of conversations) {
      if (isHeld && !this.#items.has(conversation.key)) continue;
      const element = this.#itemOf(conversation.key);
      this.#fill(element, conversation, conversation.key === active);
    }
  }

  /** @param {readonly Conversation[]} conversations */
  #removeOthers(conversations) {
    const keys = new Set(conversations.map(({ key }) => key));
    for (const [key, { element }] of this.#items) {
      if (keys.has(key)) continue;
      element.remove();
      this.#items.delete(key);
    }
  }

  /** @param {string} key */
  #itemOf(key) {
    const known = this.#items.get(key);
    if (known !== undefined) return known.element;
    const element = cloneTemplate("conversation-template");
    part(element, "button").addEventListener("click", () => this.#onChoose(key));
    this.#list.append(element);
    this.#items.set(key, { shown: "", element });
    return element;
  }

  /**
   * @param {HTMLElement} element
   * @param {Conversation} conversation
   * @param {boolean} isActive
   */
  #fill(element, conversation, isActive) {
    const { key, peer, unread, mentions } = conversation;
    const shown = `${isActive} ${unread} ${mentions}`;
    const item = this.#items.get(key);
    if (item === undefined || item.shown === shown) return;
    item.shown = shown;
    const button = part(element, "button");
    button.classList.toggle("sidebar__item--private", peer !== null);
    if (isActive) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    setText(part(element, "kind"), peer === null ? "" : "Private: ");
    setText(part(element, "name"), peer === null ? "Everyone" : clampMarks(peer.username));
    fillBadge(part(element, "badge"), unread, peer !== null || mentions > 0);
  }
}

/**
 * Shows a number of unread messages, or nothing.
 *
 * @param {HTMLElement} badge
 * @param {number} unread
 * @param {boolean} isUrgent Private, or speaking to the reader.
 */
export function fillBadge(badge, unread, isUrgent) {
  badge.hidden = unread === 0;
  badge.classList.toggle("badge--urgent", isUrgent);
  const count = document.createTextNode(unread > MAX_COUNT ? `${MAX_COUNT}+` : String(unread));
  const word = document.createElement("span");
  word.className = "visually-hidden";
  word.textContent = " unread";
  badge.replaceChildren(count, word);
}
