/** @import {Conversation} from "../model/conversation.js" */
import { byId, cloneTemplate, make, part, setText } from "../lib/dom.js";
import { clampMarks } from "../text/names.ts";

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
    const kind = peer !== null ? "private" : mentions > 0 ? "mention" : "plain";
    fillBadge(part(element, "badge"), unread, kind);
  }
}

/** What is told beside a number of unread messages, by a sign and in words. */
const KINDS = {
  plain: { sign: "", words: " unread" },
  private: { sign: "", words: " unread" },
  mention: { sign: "@", words: " unread, mentions you" },
  mixed: { sign: "@", words: " unread, some for you" },
};

/**
 * Shows a number of unread messages, or nothing.
 *
 * @param {HTMLElement} badge
 * @param {number} unread
 * @param {keyof typeof KINDS} kind Whether they are private, or one of them speaks to the reader.
 */
export function fillBadge(badge, unread, kind) {
  const { sign, words } = KINDS[kind];
  badge.hidden = unread === 0;
  badge.classList.toggle("badge--urgent", kind !== "plain");
  const number = unread > MAX_COUNT ? `${MAX_COUNT}+` : String(unread);
  badge.replaceChildren(sign + number, make("span", "visually-hidden", words));
}
