/** What someone looks for, read from the search box. */
export interface SearchQuery {
  /** Different words or parts of words and phrases, all of which a message must hold. */
  readonly terms: readonly SearchTerm[];
  /** Only from the author with this name, in whatever spelling counts as the same. */
  readonly from?: string;
  /** Only in this conversation: `lobby`, or the private one with the user of this name. */
  readonly in?: string;
  /** Only sent before this moment, in epoch milliseconds. */
  readonly before?: number;
  /** Only sent at or after this moment, in epoch milliseconds. */
  readonly after?: number;
}

/** A word, or words that must follow each other. */
export interface SearchTerm {
  readonly text: string;
  readonly isPhrase: boolean;
}

/** More words than this are left out: each one costs a look into the index. */
const MAX_TERMS = 16;
/** Longest word or phrase, in UTF-16 units; the rest is left out. */
const MAX_TERM_LENGTH = 200;
const MINUTE_MS = 60_000;

/** A phrase in straight or curly quotes (the last may lack its end), or what stands between spaces. */
const PIECE = /["“”„]([^"“”„]*)(?:["“”„]|$)|[^\s"“”„]+/gu;
const FILTER = /^(from|in|before|after):(.+)$/iu;

/**
 * Reads what was typed into the search box. Every text is a query: a filter that makes no sense is
 * looked for as a word.
 *
 * @param offsetMinutes Minutes by which the asker's clock is ahead of UTC, for the days of
 * `before:` and `after:`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseSearchQuery('from:bob "see you" tomorrow'), {
 *   terms: [{ text: "see you", isPhrase: true }, { text: "tomorrow", isPhrase: false }],
 *   from: "bob",
 * });
 * ```
 */
export function parseSearchQuery(text: string, offsetMinutes = 0): SearchQuery {
  const terms: SearchTerm[] = [];
  let filters: Omit<SearchQuery, "terms"> = {};
  for (const [piece, phrase] of text.toWellFormed().replaceAll("\0", " ").matchAll(PIECE)) {
    const filter = phrase === undefined ? readFilter(piece, offsetMinutes) : undefined;
    if (filter) filters = { ...filters, ...filter };
    else addTerm(terms, phrase ?? piece, phrase !== undefined);
  }
  return { terms, ...filters };
}

function addTerm(terms: SearchTerm[], text: string, isPhrase: boolean): void {
  const cut = text.trim().normalize("NFC").slice(0, MAX_TERM_LENGTH).toWellFormed();
  if (cut === "" || terms.length === MAX_TERMS) return;
  const key = cut.toLowerCase();
  if (terms.some((term) => term.isPhrase === isPhrase && term.text.toLowerCase() === key)) return;
  terms.push({ text: cut, isPhrase });
}

function readFilter(piece: string, offset: number): Omit<SearchQuery, "terms"> | undefined {
  const [, name, value] = FILTER.exec(piece) ?? [];
  if (name === undefined || value === undefined) return undefined;
  switch (name.toLowerCase()) {
    case "from":
      return { from: value.replace(/^@/, "") };
    case "in":
      return { in: /^(everyone|lobby)$/i.test(value) ? "lobby" : value.replace(/^@/, "") };
    default:
      return readDate(name.toLowerCase(), value, offset);
  }
}

/** A day as in `2026-01-31`, taken at its first moment. */
function readDate(name: string, value: string, offset: number) {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(value)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const start = new Date(Date.UTC(year, month - 1, day));
  if (start.getUTCMonth() !== month - 1 || start.getUTCDate() !== day) return undefined;
  const at = start.getTime() - offset * MINUTE_MS;
  return name === "before" ? { before: at } : { after: at };
}
