/** @import {Conversation} from "../model/conversation.js" */
/** @import {Dates} from "../text/dates.ts" */
import { byId, setText } from "../lib/dom.js";
import { buildRows, countItems, itemAt } from "../model/rows.js";
import { emptyText } from "./empty_text.js";
import { FoundMark } from "./found_mark.js";
import { LoadLine } from "./load_line.js";
import { RowList } from "./row_list.js";
import { strings } from "../text/strings.ts";

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
 * @property {() => void} onOlder What comes before the first entry is wanted.
 * @property {() => void} onNewer What comes after the last entry is wanted.
 * @property {() => void} onNewest The end of the conversation is wanted.
 * @property {() => void} onFirstUnread The first unread message is wanted, which isn't loaded.
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
  #unread = byId("unread-button", HTMLButtonElement);
  #rows = new RowList(this.#list);
  #older;
  #newer;
  #found = new FoundMark();
  /** @type {Conversation | null} */
  #conversation = null;
  #ownName = "";
  #start = 0;
  #end = 0;
  #isStuck = true;
  /** Whether the first unread message is to come on screen as soon as it is there. */
  #seeksDivider = true;
  /** A message to show as soon as it is there. @type {{conversation: string, key: string} | null} */
  #seeks = null;

  /** @param {TimelineOptions} options */
  constructor(options) {
    this.#options = options;
    this.#older = new LoadLine(byId("load-older", HTMLDivElement), () => options.onOlder());
    this.#newer = new LoadLine(byId("load-newer", HTMLDivElement), () => options.onNewer());
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#scroller.addEventListener("keydown", (event) => this.#move(event));
    this.#list.addEventListener("click", (event) => this.#act(event));
    this.#newest.addEventListener("click", () => this.jumpToNewest());
    this.#unread.addEventListener("click", () => this.jumpToDivider());
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
   * @param {boolean} isOpening Whether its first page is still to come.
   */
  render(conversation, ownName, isOpening) {
    const previous = this.#conversation;
    this.#conversation = conversation;
    this.#ownName = ownName;
    if (previous?.key !== conversation.key) this.#reset(conversation);
    else this.#placeWindow(conversation);
    this.#patch();
    if (!isOpening) this.#settle();
    this.#showButtons();
    setText(this.#empty, emptyText(conversation, isOpening));
  }

  /** Forgets what is shown. */
  clear() {
    this.#conversation = null;
    this.#rows.clear();
    setText(this.#empty, "");
  }

  /** Goes to the end and follows it again. */
  jumpToNewest() {
    if (this.#conversation === null) return;
    this.#isStuck = true;
    this.#seeks = null;
    this.#found.clear();
    const { to, loading } = this.#conversation;
    if (to !== Infinity || loading === "around") return this.#options.onNewest();
    this.#placeWindow(this.#conversation);
    this.#patch();
    this.#showButtons();
    this.#options.onReachBottom();
  }

  /** Goes to the first unread message, if there is one. */
  jumpToDivider() {
    const conversation = this.#conversation;
    if (conversation === null) return;
    if (this.#indexOf(conversation.divider) !== -1) return this.#showDivider();
    if (conversation.unreadAfter === null) return;
    this.#seeksDivider = true;
    this.#isStuck = false;
    this.#options.onFirstUnread();
  }

  /**
   * Brings a message to the middle, and marks it, as soon as it is among the entries. Whoever goes
   * elsewhere meanwhile is not called back.
   *
   * @param {string} conversation Its key.
   * @param {string} key
   */
  seek(conversation, key) {
    this.#seeks = { conversation, key };
    this.#seeksDivider = false;
    this.#isStuck = false;
    if (this.#conversation?.key === conversation) this.#settle();
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
    this.#rows.clear();
    this.#found.clear();
    if (this.#seeks?.conversation !== conversation.key) this.#seeks = null;
    this.#isStuck = this.#seeks === null;
    this.#seeksDivider = this.#isStuck;
    this.#placeWindow(conversation);
    this.#scroller.classList.toggle("timeline--private", conversation.peer !== null);
  }

  /** @param {Conversation} conversation */
  #placeWindow(conversation) {
    const count = countItems(conversation);
    if (this.#isStuck && conversation.to === Infinity) {
      this.#end = count;
      this.#start = Math.max(0, count - WINDOW);
      return;
    }
    const shown = this.#shownStart(conversation);
    // A page that has come is shown at once to who waits for it at the top.
    const isAwaited = this.#scroller.scrollTop < NEAR_PX;
    this.#start = isAwaited ? Math.max(0, shown - STEP) : shown;
    this.#end = Math.min(count, Math.max(this.#start + MAX_WINDOW, this.#start));
  }

  /**
   * Where the first shown entry is now: entries before it may have been dropped or inserted.
   *
   * @param {Conversation} conversation
   */
  #shownStart(conversation) {
    for (const { row } of this.#rows.shown.values()) {
      if (row.kind !== "entry") continue;
      const guess = itemAt(conversation, this.#start);
      if (guess?.key === row.key) return this.#start;
      const index = this.#indexOf(row.key);
      if (index !== -1) return index;
    }
    return 0;
  }

  /** Brings the page's elements in line with the window, without moving what is being read. */
  #patch() {
    const conversation = this.#conversation;
    if (conversation === null) return;
    const { dates, now } = this.#options;
    const rows = buildRows(conversation, this.#start, this.#end, dates, now());
    const top = this.#scroller.getBoundingClientRect().top;
    const anchor = this.#isStuck ? null : this.#rows.findBelow(top, rows);
    this.#rows.render(rows, { dates, peer: conversation.peer, ownName: this.#ownName });
    this.#found.mark(this.#rows.shown);
    this.#older.render(conversation, "older", this.#start === 0 && conversation.from > 0);
    this.#newer.render(conversation, "newer", conversation.to !== Infinity);
    if (this.#isStuck) this.#scrollToEnd();
    else if (anchor !== null) this.#restore(anchor);
  }

  /** @param {{key: string, top: number}} anchor */
  #restore(anchor) {
    const element = this.#rows.shown.get(anchor.key)?.element;
    if (element === undefined) return;
    const moved = element.getBoundingClientRect().top - anchor.top;
    if (moved !== 0) this.#scroller.scrollTop += moved;
  }

  /** Goes where it was to go as soon as that is there, and asks for what the screen has room for. */
  #settle() {
    const key = this.#seeks?.key ?? null;
    if (key !== null && this.#indexOf(key) !== -1) this.#showFound(key);
    if (this.#seeksDivider) this.#openAtDivider();
    this.#loadNearEnds();
  }

  /** A conversation opens at its first unread message, unless that is on the last screen. */
  #openAtDivider() {
    const { divider, unread } = this.#conversation ?? {};
    const index = this.#indexOf(divider ?? null);
    if (unread === 0 && this.#isStuck) this.#seeksDivider = false;
    if (index === -1) return;
    this.#seeksDivider = false;
    const top = this.#scroller.getBoundingClientRect().top;
    const element = this.#rows.shown.get("divider")?.element;
    const isOnScreen = element !== undefined && element.getBoundingClientRect().top >= top;
    if (!this.#isStuck || !isOnScreen) this.#showDivider();
  }

  #showDivider() {
    this.#showAt(this.#indexOf(this.#conversation?.divider ?? null));
    this.#rows.shown.get("divider")?.element.scrollIntoView({ block: "start" });
    this.#showButtons();
  }

  /** @param {string} key */
  #showFound(key) {
    this.#seeks = null;
    this.#found.set(key);
    this.#showAt(this.#indexOf(key));
    const element = this.#rows.shown.get(key)?.element;
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
    this.#showButtons();
  }

  /** @param {number} index Of the entry to have around. */
  #showAt(index) {
    if (this.#conversation === null || index === -1) return;
    this.#isStuck = false;
    this.#start = Math.max(0, index - STEP);
    this.#end = Math.min(countItems(this.#conversation), this.#start + MAX_WINDOW);
    this.#patch();
  }

  /** @param {string | null} key */
  #indexOf(key) {
    if (key === null) return -1;
    return this.#conversation?.entries.findIndex((entry) => entry.key === key) ?? -1;
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
    this.#isStuck = this.#end === count && below < STICK_PX && conversation.to === Infinity;
    if (scrollTop < NEAR_PX && this.#start > 0 && !this.#isStuck) this.#shift(-STEP, count);
    else if (below < NEAR_PX && this.#end < count) this.#shift(STEP, count);
    this.#loadNearEnds();
    this.#showButtons();
    if (this.#isStuck && !wasStuck) this.#options.onReachBottom();
  }

  #loadNearEnds() {
    const conversation = this.#conversation;
    if (conversation === null || conversation.loading !== null) return;
    if (conversation.loadError !== null) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    const isLast = this.#end === countItems(conversation);
    if (conversation.from > 0 && this.#start === 0 && scrollTop < NEAR_PX) this.#options.onOlder();
    else if (conversation.to !== Infinity && isLast && below < NEAR_PX) this.#options.onNewer();
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

  #showButtons() {
    const unread = this.#conversation?.unread ?? 0;
    this.#newest.hidden = this.#isStuck;
    setText(
      this.#newest,
      unread === 0 ? strings.timeline.newest : strings.timeline.newCount(unread),
    );
    this.#unread.hidden = !this.#isDividerAbove();
  }

  #isDividerAbove() {
    const { divider = null, unreadAfter = null, from = 0 } = this.#conversation ?? {};
    const element = this.#rows.shown.get("divider")?.element;
    if (element !== undefined) {
      return element.getBoundingClientRect().bottom < this.#scroller.getBoundingClientRect().top;
    }
    const index = this.#indexOf(divider);
    return index === -1 ? unreadAfter !== null && from > unreadAfter : index < this.#start;
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
