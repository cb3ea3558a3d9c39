/** @import {Conversation} from "../model/conversation.js" */
/** @import {Row} from "../model/rows.js" */
/** @import {Dates} from "../text/dates.js" */
import { byId, setText } from "../lib/dom.js";
import { buildRows, countItems, itemAt } from "../model/rows.js";
import { isSameRow, renderRow } from "./row.js";

/** Entries shown while reading the newest ones: some screens full. */
const WINDOW = 120;
/** Entries in the page at most, however far one scrolls. */
const MAX_WINDOW = 280;
/** Entries added at once when scrolling nears an end of the window. */
const STEP = 60;
/** Distance from an end of the window at which more are added, in pixels. */
const NEAR_PX = 600;
/** Distance from the bottom that still counts as being there, in pixels. */
const STICK_PX = 40;

/**
 * @typedef {object} TimelineOptions
 * @property {Dates} dates
 * @property {() => number} now Epoch milliseconds.
 * @property {(id: string) => void} onRetry
 * @property {(id: string) => void} onDiscard
 * @property {() => void} onReachBottom The newest message came on screen.
 */

/**
 * Shows one conversation through a window that follows its end while the reader is there, and
 * stays where the reader looks otherwise.
 */
export class Timeline {
  #options;
  #scroller = byId("timeline", HTMLDivElement);
  #list = byId("timeline-list", HTMLOListElement);
  #empty = byId("timeline-empty", HTMLParagraphElement);
  #newest = byId("newest-button", HTMLButtonElement);
  /** @type {Conversation | null} */
  #conversation = null;
  #ownName = "";
  #start = 0;
  #end = 0;
  #isStuck = true;
  /** What is in the page now, by row key. @type {Map<string, {row: Row, element: HTMLElement}>} */
  #shown = new Map();

  /** @param {TimelineOptions} options */
  constructor(options) {
    this.#options = options;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#scroller.addEventListener("keydown", (event) => this.#move(event));
    this.#list.addEventListener("click", (event) => this.#act(event));
    this.#newest.addEventListener("click", () => this.jumpToNewest());
    const resize = new ResizeObserver(() => this.#isStuck && this.#scrollToEnd());
    resize.observe(this.#scroller);
  }

  /** Whether the newest message is on screen. */
  get isAtBottom() {
    return this.#isStuck;
  }

  /**
   * Shows the conversation as it is now. Whether to follow the end was decided before.
   *
   * @param {Conversation} conversation
   * @param {string} ownName
   */
  render(conversation, ownName) {
    const previous = this.#conversation;
    this.#conversation = conversation;
    this.#ownName = ownName;
    if (previous?.key !== conversation.key) this.#reset(conversation);
    else this.#placeWindow(conversation);
    this.#patch();
    this.#showButton();
    setText(this.#empty, emptyText(conversation));
  }

  /** Goes to the end and follows it again. */
  jumpToNewest() {
    if (this.#conversation === null) return;
    this.#isStuck = true;
    this.#placeWindow(this.#conversation);
    this.#patch();
    this.#showButton();
    this.#options.onReachBottom();
  }

  /** Goes to the first unread message, if there is one. */
  jumpToDivider() {
    const conversation = this.#conversation;
    if (conversation?.divider === null || conversation === null) return;
    const index = conversation.entries.findIndex((entry) => entry.key === conversation.divider);
    if (index === -1) return;
    this.#isStuck = false;
    this.#start = Math.max(0, index - STEP);
    this.#end = Math.min(countItems(conversation), this.#start + MAX_WINDOW);
    this.#patch();
    this.#shown.get("divider")?.element.scrollIntoView({ block: "start" });
  }

  /**
   * Scrolls by most of a screen.
   *
   * @param {1 | -1} direction
   */
  page(direction) {
    this.#scroller.scrollBy({ top: direction * this.#scroller.clientHeight * 0.85 });
  }

  /** @param {Conversation} conversation */
  #reset(conversation) {
    this.#list.replaceChildren();
    this.#shown.clear();
    this.#isStuck = true;
    this.#placeWindow(conversation);
    this.#scroller.classList.toggle("timeline--private", conversation.peer !== null);
  }

  /** @param {Conversation} conversation */
  #placeWindow(conversation) {
    const count = countItems(conversation);
    if (this.#isStuck) {
      this.#end = count;
      this.#start = Math.max(0, count - WINDOW);
      return;
    }
    this.#start = this.#shownStart(conversation);
    this.#end = Math.min(count, Math.max(this.#start + MAX_WINDOW, this.#start));
  }

  /**
   * Where the first shown entry is now: entries before it may have been dropped or inserted.
   *
   * @param {Conversation} conversation
   */
  #shownStart(conversation) {
    for (const { row } of this.#shown.values()) {
      if (row.kind !== "entry") continue;
      const guess = itemAt(conversation, this.#start);
      if (guess?.key === row.key) return this.#start;
      const index = conversation.entries.findIndex((entry) => entry.key === row.key);
      return Math.max(0, index);
    }
    return 0;
  }

  /** Brings the page's elements in line with the window, without moving what is being read. */
  #patch() {
    if (this.#conversation === null) return;
    const { dates, now } = this.#options;
    const rows = buildRows(this.#conversation, this.#start, this.#end, dates, now());
    const anchor = this.#isStuck ? null : this.#findAnchor(new Set(rows.map((row) => row.key)));
    const focused = this.#focusedKey();
    this.#removeOthers(rows);
    this.#placeAll(rows);
    if (focused !== null) this.#shown.get(focused)?.element.focus({ preventScroll: true });
    if (this.#isStuck) this.#scrollToEnd();
    else if (anchor !== null) this.#restore(anchor);
  }

  /** @param {Row[]} rows */
  #removeOthers(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { element }] of this.#shown) {
      if (keys.has(key)) continue;
      element.remove();
      this.#shown.delete(key);
    }
  }

  /** @param {Row[]} rows */
  #placeAll(rows) {
    const shown = new Map();
    let next = this.#list.firstElementChild;
    for (const row of rows) {
      const old = this.#shown.get(row.key)?.element;
      const element = this.#elementOf(row);
      if (old !== undefined && old !== element) old.replaceWith(element);
      if (old !== undefined && next === old) next = element;
      if (element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(element, next);
      shown.set(row.key, { row, element });
    }
    this.#shown = shown;
  }

  /** @param {Row} row */
  #elementOf(row) {
    const known = this.#shown.get(row.key);
    if (known !== undefined && isSameRow(known.row, row)) return known.element;
    const peer = this.#conversation?.peer ?? null;
    const element = renderRow(row, { dates: this.#options.dates, peer, ownName: this.#ownName });
    element.dataset.key = row.key;
    return element;
  }

  /**
   * The first entry on screen that will stay, and where it is.
   *
   * @param {Set<string>} staying
   */
  #findAnchor(staying) {
    const top = this.#scroller.getBoundingClientRect().top;
    for (const [key, { row, element }] of this.#shown) {
      if (row.kind !== "entry" || !staying.has(key)) continue;
      const box = element.getBoundingClientRect();
      if (box.bottom > top) return { key, top: box.top };
    }
    return null;
  }

  /** @param {{key: string, top: number}} anchor */
  #restore(anchor) {
    const element = this.#shown.get(anchor.key)?.element;
    if (element === undefined) return;
    const moved = element.getBoundingClientRect().top - anchor.top;
    if (moved !== 0) this.#scroller.scrollTop += moved;
  }

  #focusedKey() {
    const row = document.activeElement?.closest("#timeline-list > li");
    return row === document.activeElement && row instanceof HTMLElement
      ? row.dataset.key ?? null
      : null;
  }

  #scrollToEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #scrolled() {
    const conversation = this.#conversation;
    if (conversation === null) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    const count = countItems(conversation);
    const wasStuck = this.#isStuck;
    this.#isStuck = this.#end === count && below < STICK_PX;
    if (scrollTop < NEAR_PX && this.#start > 0 && !this.#isStuck) this.#shift(-STEP, count);
    else if (below < NEAR_PX && this.#end < count) this.#shift(STEP, count);
    if (this.#isStuck !== wasStuck) this.#showButton();
    if (this.#isStuck && !wasStuck) this.#options.onReachBottom();
  }

  /**
   * @param {number} by
   * @param {number} count
   */
  #shift(by, count) {
    if (by < 0) {
      this.#start = Math.max(0, this.#start + by);
      this.#end = Math.min(this.#end, this.#start + MAX_WINDOW);
    } else {
      this.#end = Math.min(count, this.#end + by);
      this.#start = Math.max(this.#start, this.#end - MAX_WINDOW);
    }
    this.#patch();
  }

  #showButton() {
    const unread = this.#conversation?.unread ?? 0;
    this.#newest.hidden = this.#isStuck;
    const word = unread === 1 ? "message" : "messages";
    setText(this.#newest, unread === 0 ? "Newest messages" : `${unread} new ${word}`);
  }

  /** @param {Event} event */
  #act(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const id = button?.closest("li")?.dataset.id;
    if (id === undefined) return;
    if (button?.dataset.part === "retry") this.#options.onRetry(id);
    if (button?.dataset.part === "discard") this.#options.onDiscard(id);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const messages = [...this.#list.querySelectorAll(".message")];
    const at = messages.indexOf(/** @type {Element} */ (document.activeElement));
    const step = event.key === "ArrowUp" ? -1 : 1;
    const next = messages.at(at === -1 ? -1 : Math.max(0, at + step));
    if (next instanceof HTMLElement) next.focus();
    event.preventDefault();
  }
}

/** @param {Conversation} conversation */
function emptyText(conversation) {
  if (countItems(conversation) > 0) return "";
  return conversation.peer === null
    ? "Nothing has been said yet. Say hello."
    : "Nothing yet. What you write here is read by the two of you alone.";
}
