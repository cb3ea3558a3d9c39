import { isTextField } from "../lib/dom.js";

/**
 * @typedef {object} ShortcutOptions
 * @property {() => boolean} isEnabled Whether the chat is on screen with nothing over it.
 * @property {() => void} onType A character was typed outside every field: it belongs in the box.
 * @property {() => void} onKeys
 * @property {() => void} onSearch
 * @property {() => void} onEscape
 * @property {(direction: 1 | -1) => void} onPage
 * @property {(direction: 1 | -1) => void} onSwitch
 * @property {() => void} onFirstUnread
 */

/**
 * Keys that work wherever the focus is.
 *
 * @param {ShortcutOptions} options
 */
export function listenForShortcuts(options) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || !options.isEnabled()) return;
    if (handle(event, options)) event.preventDefault();
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {ShortcutOptions} options
 * @returns {boolean} Whether the key is used up.
 */
function handle(event, options) {
  if (event.key === "Escape") return did(options.onEscape());
  if (event.altKey && !event.ctrlKey && !event.metaKey) return handleAlt(event, options);
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.code === "KeyK") {
    return did(options.onSearch());
  }
  if (event.ctrlKey || event.metaKey) return false;
  if (event.key === "PageUp" && !isBusyField(event.target)) return did(options.onPage(-1));
  if (event.key === "PageDown" && !isBusyField(event.target)) return did(options.onPage(1));
  if (isTextField(event.target)) return false;
  if (event.key === "?") return did(options.onKeys());
  // The character itself then goes into the box, because the focus moves before it is typed.
  if (isCharacter(event)) options.onType();
  return false;
}

/**
 * @param {KeyboardEvent} event
 * @param {ShortcutOptions} options
 */
function handleAlt(event, options) {
  if (event.key === "ArrowUp") return did(options.onSwitch(-1));
  if (event.key === "ArrowDown") return did(options.onSwitch(1));
  if (event.code === "KeyU") return did(options.onFirstUnread());
  return false;
}

/**
 * A field with several screens of text keeps its own Page keys.
 *
 * @param {EventTarget | null} target
 */
function isBusyField(target) {
  return target instanceof HTMLTextAreaElement && target.scrollHeight > target.clientHeight + 2;
}

/** @param {KeyboardEvent} event */
function isCharacter(event) {
  const isPress = event.key === " " && event.target instanceof HTMLButtonElement;
  return [...event.key].length === 1 && !isPress;
}

/** @param {void} _nothing */
function did(_nothing) {
  return true;
}
