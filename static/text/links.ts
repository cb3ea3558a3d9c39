/** An address in a text. `target` is the host it leads to, where its text hides that. */
export interface FoundLink {
  readonly start: number;
  readonly end: number;
  readonly href: string;
  readonly target: string | null;
}

/** Schemes a link may have; anything else, `javascript:` first, stays text. */
const SCHEMES = new Set(["http:", "https:", "mailto:"]);
/**
 * Ends of hosts that are links without a scheme, beside those that begin with `www.`. Most country
 * codes are left out: they are words or the ends of file names, as in `do.it` and `readme.md`.
 */
const ENDINGS = "com|org|net|edu|gov|info|io|dev|app";
const REST = String.raw`[^\s<>"“”«»]`;
const WITH_SCHEME = String.raw`\b(?:https?:\/\/|mailto:)${REST}+`;
const LABEL = String.raw`[\p{L}\p{M}\p{N}\-]{1,63}`;
const HOST = String.raw`(?:www(?:\.${LABEL}){1,20}|(?:${LABEL}\.){1,20}(?:${ENDINGS}))`;
/** Not inside a path, a file name, an e-mail address or a longer word. */
const WITHOUT_SCHEME = String.raw`(?<![\p{L}\p{M}\p{N}@._\/:\\\-])${HOST}` +
  String.raw`(?![\p{L}\p{M}\p{N}_@\-]|\.[\p{L}\p{N}])(?:[\/?#:]${REST}*)?`;
const CANDIDATE = new RegExp(`${WITH_SCHEME}|${WITHOUT_SCHEME}`, "giu");
const STARTS_WITH_SCHEME = /^(?:https?:\/\/|mailto:)/i;

/** Punctuation that ends the sentence around an address more often than the address. */
const TRAILING = new Set(".,;:!?'’…*_~`|");
/** Brackets that close what another one opened. */
const OPENING = new Map([[")", "("], ["]", "["], ["}", "{"]]);
/**
 * Longer addresses stay text, and so do names of hosts that DNS can't have (RFC 1035, section
 * 2.3.4): browsers take quadratic time for those in other scripts than Latin.
 */
const MAX_ADDRESS = 2_048;
const MAX_HOST = 253;
const MAX_LABEL = 63;

/** The addresses in a text, in order. */
export function findLinks(text: string): FoundLink[] {
  return [...text.matchAll(CANDIDATE)].flatMap(({ 0: address, index }) =>
    readLink(trimAddress(address), index) ?? []
  );
}

function readLink(text: string, start: number): FoundLink | undefined {
  const address = STARTS_WITH_SCHEME.test(text) ? text : `https://${text}`;
  if (!isPlausible(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (!SCHEMES.has(url.protocol)) return undefined;
  if (url.protocol === "mailto:" && url.pathname === "") return undefined;
  return { start, end: start + text.length, href: url.href, target: hiddenTarget(address, url) };
}

function hiddenTarget(address: string, url: URL): string | null {
  if (url.host === "") return null;
  const isPlain = url.username === "" && url.password === "";
  const isShown = isPlain && address.toLowerCase().startsWith(`${url.protocol}//${url.host}`);
  return isShown ? null : url.host;
}

/**
 * Cuts off what belongs to the sentence, not to the address: punctuation at its end, and brackets
 * that it didn't open.
 */
function trimAddress(address: string): string {
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

/** How many more of each closing bracket there are than of its opening one. */
function countUnopened(address: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const character of address) counts.set(character, (counts.get(character) ?? 0) + 1);
  return new Map(
    [...OPENING].map((
      [close, open],
    ) => [close, (counts.get(close) ?? 0) - (counts.get(open) ?? 0)]),
  );
}

/** Whether an address is short enough to be one. */
function isPlausible(address: string): boolean {
  if (address.length > MAX_ADDRESS) return false;
  const host = /^https?:\/\/(?:[^/\\?#]*@)?([^/\\?#]*)/iu.exec(address)?.[1] ?? "";
  return host.length <= MAX_HOST && host.split(".").every((label) => label.length <= MAX_LABEL);
}
