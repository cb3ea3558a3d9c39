/** @import {Clock, Timer} from "../../core/clock.ts" */
/** @import {MessageFrame} from "../../core/protocol.ts" */
/** @import {Dates} from "../text/dates.ts" */
import { byId, cloneTemplate, make, part, setText } from "../lib/dom.js";
import { clampMarks } from "../text/names.ts";
import { paintAvatar } from "./avatar.js";
import { renderPlain } from "./message_text.js";
import { strings } from "../text/strings.ts";

/** Pause in typing after which it is searched: the server allows two searches a second. */
const PAUSE_MS = 350;

/**
 * @typedef {{message: MessageFrame, snippet: {text: string, match?: boolean}[]}} Found
 * @typedef {{results: Found[], hasOlder: boolean, next?: number}} Findings What is before `next`
 *   has not been looked at.
 *
 * @typedef {object} SearchOptions
 * @property {Clock} clock
 * @property {Dates} dates
 * @property {(query: string, before?: number) => Promise<Findings>} search Newest first; only what
 *   comes before a position, if one is given.
 * @property {(message: MessageFrame) => string | null} peerOf The other person of a private
 *   conversation; null for the lobby.
 * @property {(message: MessageFrame) => void} onChoose
 */

/** Finds messages, and leads to them. */
export class SearchDialog {
  #options;
  #dialog = byId("search", HTMLDialogElement);
  #form = byId("search-form", HTMLFormElement);
  #query = byId("search-query", HTMLInputElement);
  #status = byId("search-status", HTMLParagraphElement);
  #list = byId("search-results", HTMLOListElement);
  #more = byId("search-more", HTMLButtonElement);
  /** What the results belong to. */
  #asked = "";
  /** @type {number | undefined} */
  #next = undefined;
  /** Rises with each search: answers to older ones count no more. */
  #generation = 0;
  /** @type {Timer | null} */
  #pause = null;
  /** Accounts that were deleted. @type {ReadonlySet<string>} */
  #erased = new Set();

  /** @param {SearchOptions} options */
  constructor(options) {
    this.#options = options;
    byId("search-button", HTMLButtonElement).addEventListener("click", () => this.open());
    byId("search-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#begin();
    });
    this.#query.addEventListener("input", () => this.#searchSoon());
    this.#more.addEventListener("click", () => void this.#continue());
    this.#dialog.addEventListener("keydown", (event) => this.#move(event));
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  /**
   * Shows it with the last search; typing begins a new one.
   *
   * @param {string} [query] Searched at once.
   */
  open(query = "") {
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    if (query !== "") this.#query.value = query;
    if (query !== "") void this.#begin();
    this.#query.focus();
    this.#query.select();
  }

  /** Forgets what was found: another account may be next. */
  clear() {
    this.#dialog.close();
    this.#query.value = "";
    this.#empty();
  }

  /**
   * Shows nothing of accounts that were deleted.
   *
   * @param {ReadonlySet<string>} accounts
   */
  leaveOut(accounts) {
    if (accounts === this.#erased) return;
    this.#erased = accounts;
    for (const item of this.#list.querySelectorAll("[data-account]")) {
      if (accounts.has(item.getAttribute("data-account") ?? "")) item.remove();
    }
  }

  #searchSoon() {
    this.#pause?.cancel();
    this.#pause = this.#options.clock.schedule(() => void this.#begin(), PAUSE_MS);
  }

  async #begin() {
    this.#pause?.cancel();
    const query = this.#query.value.trim();
    if (query === "") return this.#empty();
    if (query === this.#asked) return;
    this.#empty();
    this.#asked = query;
    await this.#search(undefined);
  }

  async #continue() {
    const last = this.#list.lastElementChild;
    await this.#search(this.#next);
    // The button may be gone: what it brought is where one goes on.
    const next = last?.nextElementSibling?.querySelector("button");
    if (next instanceof HTMLElement) next.focus();
  }

  #empty() {
    this.#generation++;
    this.#asked = "";
    this.#next = undefined;
    this.#list.replaceChildren();
    this.#more.hidden = true;
    setText(this.#status, "");
  }

  /** @param {number | undefined} before */
  async #search(before) {
    const generation = ++this.#generation;
    setText(this.#status, "Searching…");
    try {
      const findings = await this.#options.search(this.#asked, before);
      if (generation === this.#generation) this.#show(findings);
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#asked = "";
      setText(this.#status, error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {Findings} findings */
  #show({ results, hasOlder, next }) {
    const kept = results.filter(({ message }) => !this.#erased.has(message.account));
    this.#list.append(...kept.map((found) => this.#renderFound(found)));
    this.#next = next;
    this.#more.hidden = !hasOlder;
    setText(this.#status, statusText(this.#list.childElementCount, hasOlder));
  }

  /** @param {Found} found */
  #renderFound({ message, snippet }) {
    const element = cloneTemplate("found-template");
    const peer = this.#options.peerOf(message);
    const { dates } = this.#options;
    element.classList.toggle("found--private", peer !== null);
    element.setAttribute("data-account", message.account);
    paintAvatar(part(element, "avatar"), message.from);
    part(element, "author").textContent = clampMarks(message.from);
    part(element, "place").textContent = placeText(message, peer);
    const time = part(element, "time");
    time.textContent = `${dates.dayLabel(message.at, this.#options.clock.now())}, ${
      dates.time(message.at)
    }`;
    const machine = dates.machine(message.at);
    if (machine !== null) time.setAttribute("datetime", machine);
    part(element, "snippet").append(
      ...snippet.flatMap(renderSnippet),
    );
    part(element, "button").addEventListener("click", () => {
      this.#dialog.close();
      this.#options.onChoose(message);
    });
    return element;
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [this.#query, ...this.#list.querySelectorAll("button")];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    const next = stops[Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1))];
    if (next === undefined) return;
    next.focus();
    event.preventDefault();
  }
}

/**
 * @param {Found["snippet"][number]} part
 * @returns {Node[]}
 */
function renderSnippet({ text, match }) {
  const nodes = renderPlain(clampMarks(text));
  if (!match) return nodes;
  const mark = make("mark", "found__match");
  mark.append(...nodes);
  return [mark];
}

/**
 * @param {number} shown
 * @param {boolean} hasOlder Older messages are still to be looked at.
 */
function statusText(shown, hasOlder) {
  if (shown === 0) return hasOlder ? "No messages found so far." : "No messages found.";
  return hasOlder ? strings.search.foundSoFar(shown) : strings.search.found(shown);
}

/**
 * @param {MessageFrame} message
 * @param {string | null} peer
 */
function placeText({ from }, peer) {
  if (peer === null) return "to everyone";
  return peer === from ? "private, to you" : `private, to ${clampMarks(peer)}`;
}
