/** @import {TextPart} from "../text/linkify.js" */
import { make } from "../lib/dom.js";
import { linkify } from "../text/linkify.js";
import { clampMarks } from "../text/names.js";

/**
 * A message's text as nodes: text stays text, addresses become links.
 *
 * @param {string} text
 * @returns {Node[]}
 */
export function renderText(text) {
  return linkify(clampMarks(text)).flatMap(renderPart);
}

/**
 * @param {TextPart} part
 * @returns {Node[]}
 */
function renderPart(part) {
  if (part.type === "text") return [document.createTextNode(part.text)];
  const { text, href, target } = part;
  const link = document.createElement("a");
  link.href = href;
  link.rel = "noopener noreferrer nofollow";
  link.target = "_blank";
  link.textContent = text;
  return target === null ? [link] : [link, make("span", "message__target", ` (${target})`)];
}
