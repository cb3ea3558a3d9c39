/** @import {FoundLink} from "../text/links.ts" */
import { make } from "../lib/dom.js";
import { nameControls } from "../text/controls.ts";
import { findLinks } from "../text/links.ts";
import { clampMarks } from "../text/names.ts";

/**
 * A message's text as nodes: text stays text, addresses become links.
 *
 * @param {string} text
 * @returns {Node[]}
 */
export function renderText(text) {
  const shown = clampMarks(text);
  const links = findLinks(shown);
  const nodes = links.flatMap((link, index) => [
    ...renderPlain(shown.slice(links[index - 1]?.end ?? 0, link.start)),
    ...renderLink(shown.slice(link.start, link.end), link),
  ]);
  return [...nodes, ...renderPlain(shown.slice(links.at(-1)?.end ?? 0))];
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
 * @param {string} text
 * @param {FoundLink} found
 * @returns {Node[]}
 */
function renderLink(text, { href, target }) {
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
