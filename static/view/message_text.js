/** @import {TextPart} from "../text/linkify.js" */
import { make } from "../lib/dom.js";
import { nameControls } from "../text/controls.ts";
import { linkify } from "../text/linkify.js";
import { clampMarks } from "../text/names.ts";

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
 * Text as nodes, with characters that would change its direction as boxes that name them.
 *
 * @param {string} text
 * @returns {Node[]}
 */
export function renderPlain(text) {
  return nameControls(text).map((part) =>
    part.isControl ? renderControl(part.text) : document.createTextNode(part.text)
  );
}

/** @param {string} name */
function renderControl(name) {
  const box = make("bdi", "control-character", name);
  box.dir = "ltr";
  box.title = "Invisible character that changes text direction";
  return box;
}

/**
 * An address reads from left to right wherever it stands, so that its end can't pass for its host.
 *
 * @param {TextPart} part
 * @returns {Node[]}
 */
function renderPart(part) {
  if (part.type === "text") return renderPlain(part.text);
  const { text, href, target } = part;
  const link = document.createElement("a");
  link.href = href;
  link.dir = "ltr";
  link.rel = "noopener noreferrer nofollow";
  link.target = "_blank";
  link.append(...renderPlain(text));
  return target === null ? [link] : [link, renderTarget(target)];
}

/** @param {string} target */
function renderTarget(target) {
  const element = make("span", "message__target", ` (${target})`);
  element.dir = "ltr";
  return element;
}
