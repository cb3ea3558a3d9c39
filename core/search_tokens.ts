import { foldText, isSpaceless, matchingOf, MIN_ANYWHERE, wordsOf } from "./search_match.ts";
import type { SearchTerm } from "./search_query.ts";

/**
 * First code points of the three digits of a scope token, from the private-use area, so that a
 * token is one word to the word index and one trigram to the trigram index.
 */
const SCOPE_DIGIT_1 = 0xE000;
const SCOPE_DIGIT_2 = 0xF000;
const SCOPE_DIGIT_3 = 0xF400;
const SCOPE_DIGIT_BITS = 10;
const SCOPE_DIGIT_MASK = (1 << SCOPE_DIGIT_BITS) - 1;
/** Kinds of scope tokens; each has its own first digits. */
const SCOPE_KINDS = { conversation: 0, participant: 1, author: 2 } as const;

/**
 * Pairs of characters that one message puts into the index. A text of 4,000 characters in ordinary
 * Chinese has some 2,500 different ones; what only a later pair would find is found by three
 * characters.
 */
const MAX_PAIRS = 2500;
/** Trigrams of one term that are looked up; the text is compared in any case. */
const MAX_TRIGRAMS = 6;
/**
 * Tokens of one search that are looked up in an index, which walks all their lists at once. Where
 * every message has all but one of eight words, and no message all, that takes 0.5 ms for each
 * thousand messages.
 */
const MAX_LOOKUPS = 8;

/** Where a message belongs, by rows of the log. */
export interface ScopeRow {
  readonly conversation: number;
  /** Row of the author's name. */
  readonly name: number;
  readonly author: number;
  readonly recipient: number | null;
}

/** What the two indexes hold of one message. */
export interface IndexedText {
  /** Its different words, with spaces between them. */
  readonly words: string;
  /** Different pairs of characters that stand together, where a script has no spaces. */
  readonly pairs: string;
  /** All of it, of which one index makes trigrams. */
  readonly folded: string;
}

/** The token that stands in both indexes for one row id of at most 30 bits. */
export function scopeToken(kind: keyof typeof SCOPE_KINDS, id: number): string {
  const first = SCOPE_DIGIT_1 + (SCOPE_KINDS[kind] << SCOPE_DIGIT_BITS);
  return String.fromCharCode(
    first + (id >> (2 * SCOPE_DIGIT_BITS) & SCOPE_DIGIT_MASK),
    SCOPE_DIGIT_2 + (id >> SCOPE_DIGIT_BITS & SCOPE_DIGIT_MASK),
    SCOPE_DIGIT_3 + (id & SCOPE_DIGIT_MASK),
  );
}

/** Tokens that say where a message belongs and who may see it. */
export function scopeOf({ conversation, name, author, recipient }: ScopeRow): string {
  const tokens = [scopeToken("conversation", conversation), scopeToken("author", name)];
  if (recipient !== null) {
    tokens.push(scopeToken("participant", author), scopeToken("participant", recipient));
  }
  return tokens.join(" ");
}

/** Reads out of a message's text what the indexes hold of it. */
export function indexedTextOf(text: string): IndexedText {
  const folded = foldText(text);
  const hasPairs = isSpaceless(folded);
  const words = new Set(wordsOf(folded).map((word) => word.text));
  // Nobody looks for a whole word of such a script: it is as long as the sentence.
  const kept = hasPairs ? [...words].filter((word) => !isSpaceless(word)) : [...words];
  return { words: kept.join(" "), pairs: hasPairs ? pairsOf(folded).join(" ") : "", folded };
}

/** Different pairs, and the text's last character by itself: a lone one begins some pair. */
function pairsOf(folded: string): string[] {
  const characters = [...folded];
  const pairs = new Set<string>();
  for (let at = 0; at < characters.length && pairs.size < MAX_PAIRS; at++) {
    const pair = characters[at]! + (characters[at + 1] ?? "");
    if (isSpaceless(pair)) pairs.add(pair.trim());
  }
  return [...pairs];
}

/** Looks words, phrases and pairs up in the word index; all of these must be found. */
export function wordLookups(terms: readonly SearchTerm[]): string[] {
  const words = terms.filter((term) => matchingOf(term) === "words")
    .flatMap(({ text }) => wordsOf(foldText(text)).map((word) => `text : ${quote(word.text)}`));
  const pairs = terms.filter(isInPairs).map(({ text }) => pairLookup(foldText(text)));
  return spread([...new Set([...words, ...pairs])], MAX_LOOKUPS);
}

/** Looks parts of texts up in the trigram index; all of these must be found. */
export function trigramLookups(terms: readonly SearchTerm[]): string[] {
  const lookups = terms.filter(isInTrigrams).flatMap(({ text }) => trigramsOf(foldText(text)));
  return spread([...new Set(lookups)], MAX_LOOKUPS);
}

/** A string of the index's language: nothing in it is syntax. */
export function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function isInTrigrams(term: SearchTerm): boolean {
  return matchingOf(term) === "anywhere" && lengthOf(term) >= MIN_ANYWHERE;
}

/** Too short for the trigrams, in a script of short words. */
function isInPairs(term: SearchTerm): boolean {
  return isSpaceless(term.text) && lengthOf(term) > 0 && lengthOf(term) < MIN_ANYWHERE;
}

function lengthOf({ text }: SearchTerm): number {
  return [...foldText(text)].length;
}

/** A pair, or all that begin with one character. */
function pairLookup(folded: string): string {
  return `pairs : ${quote(folded)}${[...folded].length === 1 ? " *" : ""}`;
}

/** Trigrams of a term, spread over all of it. */
function trigramsOf(folded: string): string[] {
  const characters = [...folded];
  const trigrams = characters.slice(MIN_ANYWHERE - 1)
    .map((_, at) => characters.slice(at, at + MIN_ANYWHERE).join(""));
  return spread(trigrams, MAX_TRIGRAMS).map((trigram) => `text : ${quote(trigram)}`);
}

/** At most `max` of a list, from all over it. */
function spread(list: readonly string[], max: number): string[] {
  const step = Math.max(1, Math.ceil(list.length / max));
  return list.filter((_, index) => index % step === 0);
}
