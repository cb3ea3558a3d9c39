/** @import {Completion, Suggestion} from "../model/completion.js" */
import { byId, cloneTemplate, part, setText } from "../lib/dom.js";
import { clampMarks } from "../text/names.ts";
import { strings } from "../text/strings.ts";

/** Distance the list keeps from the upper edge of the conversation, in pixels. */
const EDGE_PX = 4;

/**
 * The list of suggestions above the box. The focus stays in the box, which names the chosen one
 * as its active descendant.
 */
export class Suggestions {
  #onAccept;
  #list = byId("suggestions", HTMLUListElement);
  #status = byId("suggestions-status", HTMLParagraphElement);
  #box;
  /** @type {Completion | null} */
  #completion = null;
  #chosen = 0;

  /**
   * @param {HTMLTextAreaElement} box
   * @param {(completion: Completion, suggestion: Suggestion) => void} onAccept
   */
  constructor(box, onAccept) {
    this.#box = box;
    this.#onAccept = onAccept;
    // The box keeps the focus, so a press must not take it.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => this.#click(event));
    box.addEventListener("blur", () => this.show(null));
  }

  /** @param {Completion | null} completion Null hides the list. */
  show(completion) {
    this.#completion = completion;
    this.#chosen = 0;
    this.#list.hidden = completion === null;
    const items = completion?.suggestions.map(renderSuggestion) ?? [];
    this.#list.replaceChildren(...items);
    this.#fit();
    setText(this.#status, items.length === 0 ? "" : strings.suggestions.count(items.length));
    this.#mark();
  }

  /**
   * A key pressed in the box.
   *
   * @param {KeyboardEvent} event
   * @returns {boolean} Whether it was meant for the list.
   */
  press({ key, shiftKey, altKey, ctrlKey, metaKey }) {
    const completion = this.#completion;
    if (completion === null || shiftKey || altKey || ctrlKey || metaKey) return false;
    const count = completion.suggestions.length;
    if (key === "ArrowDown") this.#choose((this.#chosen + 1) % count);
    else if (key === "ArrowUp") this.#choose((this.#chosen + count - 1) % count);
    else if (key === "Tab" || key === "Enter") this.#accept(this.#chosen);
    else if (key === "Escape") this.show(null);
    else return false;
    return true;
  }

  /** Keeps the list below the upper edge of what would cut it off: at 400 % zoom little is left. */
  #fit() {
    const top = this.#list.closest("main")?.getBoundingClientRect().top ?? 0;
    const room = this.#list.getBoundingClientRect().bottom - top - EDGE_PX;
    this.#list.style.maxBlockSize = `${Math.max(0, room)}px`;
  }

  /** @param {number} index */
  #choose(index) {
    this.#chosen = index;
    this.#mark();
  }

  #mark() {
    const options = [...this.#list.children];
    options.forEach((option, i) =>
      option.setAttribute("aria-selected", String(i === this.#chosen))
    );
    const active = options[this.#chosen];
    active?.scrollIntoView({ block: "nearest" });
    if (active === undefined) this.#box.removeAttribute("aria-activedescendant");
    else this.#box.setAttribute("aria-activedescendant", active.id);
  }

  /** @param {number} index */
  #accept(index) {
    const suggestion = this.#completion?.suggestions[index];
    const completion = this.#completion;
    this.show(null);
    if (completion !== null && suggestion !== undefined) this.#onAccept(completion, suggestion);
  }

  /** @param {Event} event */
  #click({ target }) {
    const option = target instanceof Element ? target.closest("li") : null;
    if (option !== null) this.#accept([...this.#list.children].indexOf(option));
  }
}

/**
 * @param {Suggestion} suggestion
 * @param {number} index
 */
function renderSuggestion({ label, hint }, index) {
  const element = cloneTemplate("suggestion-template");
  element.id = `suggestion-${index}`;
  part(element, "label").textContent = clampMarks(label);
  part(element, "hint").textContent = hint;
  return element;
}
