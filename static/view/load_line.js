/** @import {Conversation} from "../model/conversation.js" */
import { part, setText } from "../lib/dom.js";

/** The line at an end of a timeline behind which there is more, and how loading it goes. */
export class LoadLine {
  #root;
  #text;
  #button;

  /**
   * @param {HTMLElement} root
   * @param {() => void} onRetry
   */
  constructor(root, onRetry) {
    this.#root = root;
    this.#text = part(root, "text");
    this.#button = part(root, "button");
    this.#button.addEventListener("click", () => onRetry());
  }

  /**
   * @param {Conversation} conversation
   * @param {"older" | "newer"} side
   * @param {boolean} isOpen Whether there is more on that side.
   */
  render({ loadError }, side, isOpen) {
    this.#root.hidden = !isOpen;
    this.#button.hidden = loadError === null;
    const failed = `Couldn’t load ${side} messages. ${loadError} `;
    setText(this.#text, loadError === null ? `Loading ${side} messages…` : failed);
  }
}
