import { byId } from "../lib/dom.js";

/** Width up to which the list of people is a drawer; the same as in `layout.css`. */
const NARROW = "(max-width: 47rem)";

/** On narrow screens, the list of conversations and people slides over the messages. */
export class Drawer {
  #shell = byId("chat", HTMLDivElement);
  #sidebar = byId("sidebar", HTMLElement);
  #conversation = byId("conversation", HTMLElement);
  #opener = byId("drawer-open", HTMLButtonElement);
  #scrim = byId("scrim", HTMLDivElement);
  #narrow = matchMedia(NARROW);
  #isOpen = false;

  constructor() {
    this.#opener.addEventListener("click", () => this.open());
    this.#scrim.addEventListener("click", () => this.close());
    byId("drawer-close", HTMLButtonElement).addEventListener("click", () => this.close());
    this.#narrow.addEventListener("change", () => this.#set(false));
    this.#set(false);
  }

  /** Whether it covers the messages now. */
  get isOpen() {
    return this.#isOpen;
  }

  /** Slides it in and moves the focus there. */
  open() {
    this.#set(true);
    this.#sidebar.querySelector("button")?.focus();
  }

  /** Slides it out and gives the focus back. */
  close() {
    if (!this.#isOpen) return;
    this.#set(false);
    this.#opener.focus();
  }

  /** @param {boolean} isOpen */
  #set(isOpen) {
    this.#isOpen = isOpen && this.#narrow.matches;
    this.#shell.classList.toggle("shell--drawer", this.#isOpen);
    this.#opener.setAttribute("aria-expanded", String(this.#isOpen));
    this.#scrim.hidden = !this.#isOpen;
    this.#sidebar.inert = this.#narrow.matches && !this.#isOpen;
    this.#conversation.inert = this.#isOpen;
  }
}
