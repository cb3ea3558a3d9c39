/** Schemes a link may have; anything else, `javascript:` first, stays text. */
const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"“”«»]+/giu;
/** Punctuation that ends the sentence around an address more often than the address. */
const TRAILING = new Set(".,;:!?'’…*_~");
/** Brackets that close what another one opened. */
const OPENING = new Map([[")", "("], ["]", "["], ["}", "{"]]);
/**
 * Longer addresses stay text, and so do names of hosts that DNS can't have (RFC 1035, section
 * 2.3.4): browsers take quadratic time for those in other scripts than Latin.
 */
const MAX_ADDRESS = 2_048;
const MAX_HOST = 253;
const MAX_LABEL = 63;

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
  if (!isPlausible(text) || !URL.canParse(text)) return null;
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

/**
 * Cuts off what belongs to the sentence, not to the address: punctuation at its end, and brackets
 * that it didn't open.
 *
 * @param {string} address
 */
function trimAddress(address) {
  const unopened = countUnopened(address);
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    const spare = unopened.get(last) ?? 0;
    if (spare > 0) unopened.set(last, spare - 1);
    else if (!TRAILING.has(last)) break;
  }
  return address.slice(0, end);
}

/**
 * How many more of each closing bracket there are than of its opening one.
 *
 * @param {string} address
 */
function countUnopened(address) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const character of address) counts.set(character, (counts.get(character) ?? 0) + 1);
  return new Map(
    [...OPENING].map((
      [close, open],
    ) => /** @type {const} */ ([close, (counts.get(close) ?? 0) - (counts.get(open) ?? 0)])),
  );
}

/**
 * Whether an address is short enough to be one.
 *
 * @param {string} address
 */
function isPlausible(address) {
  if (address.length > MAX_ADDRESS) return false;
  const host = /^https?:\/\/(?:[^/\\?#]*@)?([^/\\?#]*)/iu.exec(address)?.[1] ?? "";
  return host.length <= MAX_HOST && host.split(".").every((label) => label.length <= MAX_LABEL);
}
