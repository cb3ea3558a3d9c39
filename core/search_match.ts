import type { SearchTerm } from "./search_query.ts";

/** Part of a text, in UTF-16 units: from `start`, up to but not including `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** How a term is looked for. */
export type Matching = "words" | "anywhere";

/** Scripts written without spaces between words, in which a part of a text is all one can look for. */
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
const MARK = /\p{Mn}/u;
const WORD_CHARACTER = /[\p{L}\p{N}]/u;
/** Shortest term, in characters, that is looked for inside words: what the trigram index holds. */
export const MIN_ANYWHERE = 3;
/** Words of a phrase that count; the rest is left out. */
const MAX_PHRASE_WORDS = 16;

/**
 * Decides how a term is looked for: phrases and words of one or two letters as whole words, all
 * else anywhere in the text. What has no words, such as an emoji or Chinese, is found anywhere.
 */
export function matchingOf({ text, isPhrase }: SearchTerm): Matching {
  if (SPACELESS.test(text) || !WORD_CHARACTER.test(text)) return "anywhere";
  return isPhrase || [...text].length < MIN_ANYWHERE ? "words" : "anywhere";
}

/** Whether a text holds a character of a script written without spaces. */
export function isSpaceless(text: string): boolean {
  return SPACELESS.test(text);
}

/** A word of a text, in UTF-16 units. */
export interface Word extends TextRange {
  readonly text: string;
}

/** A text without case and accents, and where each part of it came from. */
interface Folded {
  readonly text: string;
  /** Position in the original of every unit of `text`, and its end; absent where all are the same. */
  readonly origins?: readonly number[];
}

/**
 * Finds terms in a text, without regard to case and accents.
 *
 * @returns Where they stand, in order; or nothing, if one of them isn't there.
 */
export function findTerms(text: string, terms: readonly SearchTerm[]): TextRange[] | undefined {
  const folded = fold(text);
  const ranges: TextRange[] = [];
  for (const term of terms) {
    const found = matchingOf(term) === "words"
      ? findWords(folded, term.text)
      : findAnywhere(folded, term.text);
    if (found.length === 0) return undefined;
    ranges.push(...found);
  }
  return ranges.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Makes a test of whether every term is in a text; quicker than finding where. */
export function matcherOf(terms: readonly SearchTerm[]): (text: string) => boolean {
  const parts = terms.filter((term) => matchingOf(term) === "anywhere")
    .map(({ text }) => foldText(text));
  const phrases = terms.filter((term) => matchingOf(term) === "words")
    .map(({ text }) => wantedWords(foldText(text)));
  return (text) => {
    const folded = foldText(text);
    if (!parts.every((part) => includes(folded, part))) return false;
    if (phrases.length === 0) return true;
    const words = wordsOf(folded);
    return phrases.every((wanted) => findPhrase(words, wanted).next().done === false);
  };
}

/** A part that folds to nothing, such as an accent alone, is in no text. */
function includes(folded: string, part: string): boolean {
  return part !== "" && folded.includes(part);
}

function findAnywhere(folded: Folded, term: string): TextRange[] {
  const wanted = fold(term).text;
  const ranges: TextRange[] = [];
  if (wanted === "") return ranges;
  for (let at = folded.text.indexOf(wanted); at >= 0;) {
    ranges.push(rangeOf(folded, at, at + wanted.length));
    at = folded.text.indexOf(wanted, at + wanted.length);
  }
  return ranges;
}

function findWords(folded: Folded, term: string): TextRange[] {
  const words = wordsOf(folded.text);
  const wanted = wantedWords(fold(term).text);
  return [...findPhrase(words, wanted)].map((first) =>
    rangeOf(folded, words[first]!.start, words[first + wanted.length - 1]!.end)
  );
}

/** Words of a phrase that are compared; a longer one costs time in every text. */
function wantedWords(folded: string): string[] {
  return wordsOf(folded).slice(0, MAX_PHRASE_WORDS).map((word) => word.text);
}

/** Yields where a phrase begins, as indexes into `words`. */
function* findPhrase(words: readonly Word[], wanted: readonly string[]): Generator<number> {
  if (wanted.length === 0) return;
  for (let first = 0; first + wanted.length <= words.length; first++) {
    if (wanted.every((word, index) => words[first + index]!.text === word)) yield first;
  }
}

/** Splits a folded text into words. */
export function wordsOf(folded: string): Word[] {
  return [...folded.matchAll(WORD)].map(({ 0: word, index }) => ({
    text: word,
    start: index,
    end: index + word.length,
  }));
}

function rangeOf({ origins }: Folded, start: number, end: number): TextRange {
  return origins ? { start: origins[start]!, end: origins[end]! } : { start, end };
}

function fold(text: string): Folded {
  // Letter by letter it takes twenty times as long, and most texts have nothing to take apart.
  if (text.normalize("NFD") === text && !MARK.test(text)) return { text: text.toLowerCase() };
  const origins: number[] = [];
  let folded = "";
  let position = 0;
  for (const character of text) {
    const plain = foldText(character);
    for (let unit = 0; unit < plain.length; unit++) origins.push(position);
    folded += plain;
    position += character.length;
  }
  origins.push(position);
  return { text: folded, origins };
}

/**
 * Removes case and accents. A character's fold doesn't depend on its neighbours, but for marks,
 * which go anyway.
 */
export function foldText(text: string): string {
  // Plain ASCII is most of what is folded, and quick to fold.
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
}
