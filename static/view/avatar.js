import { nameHue, nameInitial } from "../text/names.ts";

/**
 * Gives an element a name's colour and initial. They only accompany the name, never replace it.
 *
 * @param {HTMLElement} element
 * @param {string} username
 */
export function paintAvatar(element, username) {
  element.textContent = nameInitial(username);
  paintHue(element, username);
}

/**
 * Gives an element a name's colour, as the custom property its style is made from.
 *
 * @param {HTMLElement} element
 * @param {string} username
 */
export function paintHue(element, username) {
  element.style.setProperty("--hue", String(nameHue(username)));
}
