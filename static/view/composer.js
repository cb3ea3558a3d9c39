/** @import {Peer} from "../model/conversation.js" */
import { byId, setText } from "../lib/dom.js";
import { clampMarks } from "../text/names.ts";
import { complete } from "../model/completion.js";
import { cleanText, countCharacters } from "../text/plain_text.ts";
import { Suggestions } from "./suggestions.js";
import { strings } from "../text/strings.ts";

/** Characters left at which the count shows. */
const COUNT_FROM = 200;
/** Key code browsers report for a key that an input method took. */
const IME_KEY_CODE = 229;

/**
 * @typedef {object} ComposerOptions
 * @property {(text: string) => string | null} onSubmit Takes the text, or says why not.
 * @property {(text: string) => void} onDraft What is written so far.
 * @property {() => readonly string[]} names Of people one may mean, most likely ones first.
 */

/** The box where messages are written. It always says who will read them. */
export class Composer {
  #options;
  #form = byId("composer", HTMLFormElement);
  #text = byId("composer-text", HTMLTextAreaElement);
  #to = byId("composer-to", HTMLSpanElement);
  #count = byId("composer-count", HTMLSpanElement);
  #note = byId("composer-note", HTMLParagraphElement);
  #suggestions;
  #limit = Infinity;
  #touch = matchMedia("(hover: none) and (pointer: coarse)");

  /** @param {ComposerOptions} options */
  constructor(options) {
    this.#options = options;
    this.#suggestions = new Suggestions(this.#text, ({ start, end }, { text }) => {
      this.#text.setRangeText(text, start, end, "end");
      this.#changed();
    });
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#text.addEventListener("keydown", (event) => this.#press(event));
    this.#text.addEventListener("input", () => this.#changed());
    addEventListener("resize", () => this.#fit());
    this.#text.enterKeyHint = this.#touch.matches ? "enter" : "send";
  }

  /**
   * Turns to a conversation: who reads it, and what was begun there.
   *
   * @param {Peer | null} peer
   * @param {string} draft
   */
  turnTo(peer, draft) {
    this.#form.classList.toggle("composer--private", peer !== null);
    setText(this.#to, audienceText(peer));
    this.#text.placeholder = peer === null
      ? "Message everyone"
      : `Message ${clampMarks(peer.username)} privately`;
    this.#text.value = draft;
    this.#suggestions.show(null);
    this.say("");
    this.#fit();
    this.#showCount();
  }

  /** Forgets what is written and to whom. */
  clear() {
    this.turnTo(null, "");
  }

  /** @param {number} messageLength Longest message, in code points. */
  setLimit(messageLength) {
    this.#limit = messageLength;
  }

  /** Puts the cursor into the box. */
  focus() {
    this.#text.focus({ preventScroll: true });
  }

  /** Puts the cursor into the box where that raises no keyboard over what one reads. */
  focusUnlessTouch() {
    if (!this.#touch.matches) this.focus();
  }

  /**
   * Tells the writer something, until the text changes.
   *
   * @param {string} note
   */
  say(note) {
    setText(this.#note, note);
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const text = cleanText(this.#text.value);
    const over = countCharacters(text) - this.#limit;
    if (over > 0) return this.say(strings.composer.tooLong(over));
    if (text.trim() === "") return this.focus();
    const refusal = this.#options.onSubmit(text);
    if (refusal !== null) return this.say(refusal);
    this.focus();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.isComposing || event.keyCode === IME_KEY_CODE) return;
    if (this.#suggestions.press(event)) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey || this.#touch.matches) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #changed() {
    this.say("");
    this.#fit();
    this.#showCount();
    this.#options.onDraft(this.#text.value);
    const { value, selectionStart } = this.#text;
    this.#suggestions.show(complete(value, selectionStart, this.#options.names));
  }

  /**
   * Makes the box as high as its text, up to a third of the window. The form keeps its height while
   * that is measured: the messages above would scroll.
   */
  #fit() {
    const { style } = this.#text;
    this.#form.style.minBlockSize = `${this.#form.offsetHeight}px`;
    style.height = "auto";
    const border = this.#text.offsetHeight - this.#text.clientHeight;
    const wanted = this.#text.scrollHeight + border;
    style.height = `${Math.min(wanted, Math.round(innerHeight / 3))}px`;
    this.#form.style.minBlockSize = "";
  }

  #showCount() {
    const { value } = this.#text;
    // Most texts are far from the limit, and counting code points at every key would cost.
    const isNear = value.length > this.#limit - COUNT_FROM;
    const left = isNear ? this.#limit - countCharacters(value) : COUNT_FROM;
    setText(this.#count, left < COUNT_FROM ? countText(left) : "");
    this.#count.classList.toggle("composer__count--over", left < 0);
  }
}

/** @param {Peer | null} peer */
function audienceText(peer) {
  return peer === null ? "to everyone" : `private, to ${clampMarks(peer.username)}`;
}

/** @param {number} left */
function countText(left) {
  return left < 0 ? `${-left} over the limit` : `${left} left`;
}
