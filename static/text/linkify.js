/** Schemes a link may have; anything else, `javascript:` first, stays text. */
const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"“”«»]+/giu;
/** Punctuation that ends the sentence around an address more often than the address. */
const TRAILING = /[.,;:!?'’…*_~]$/u;

/**
 * @typedef {{type: "text", text: string}
 *   | {type: "link", text: string, href: string, target: string | null}} TextPart
 * `target` is the host a link really goes to, where its text would make one think otherwise.
 */

/**
 * Splits a message into plain text and links. It makes no markup: the view puts each part into
 * the page as text.
 *
 * @param {string} text
 * @returns {TextPart[]}
 */
export function linkify(text) {
  /** @type {TextPart[]} */
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const link = readLink(trimAddress(match[0]));
    if (link === null) continue;
    if (match.index > end) parts.push({ type: "text", text: text.slice(end, match.index) });
    parts.push(link);
    end = match.index + link.text.length;
  }
  if (end < text.length) parts.push({ type: "text", text: text.slice(end) });
  return parts;
}

/**
 * @param {string} text
 * @returns {Extract<TextPart, {type: "link"}> | null}
 */
function readLink(text) {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (!SCHEMES.has(url.protocol)) return null;
  if (url.protocol === "mailto:" && url.pathname === "") return null;
  return { type: "link", text, href: url.href, target: hiddenTarget(text, url) };
}

/**
 * @param {string} text
 * @param {URL} url
 */
function hiddenTarget(text, url) {
  if (url.host === "") return null;
  const isPlain = url.username === "" && url.password === "";
  return isPlain && text.toLowerCase().startsWith(`${url.protocol}//${url.host}`) ? null : url.host;
}

/** @param {string} address */
function trimAddress(address) {
  let kept = address;
  while (TRAILING.test(kept) || isUnopened(kept)) kept = kept.slice(0, -1);
  return kept;
}

/**
 * Whether the last character closes a bracket that the address didn't open.
 *
 * @param {string} address
 */
function isUnopened(address) {
  const close = address.at(-1) ?? "";
  const open = { ")": "(", "]": "[", "}": "{" }[close];
  return open !== undefined && address.split(open).length < address.split(close).length;
}
