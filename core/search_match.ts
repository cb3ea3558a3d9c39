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
const WORD_CHARACTER = /[\p{L}\p{N}]/u;
/** Shortest term, in characters, that is looked for inside words: what the trigram index holds. */
export const MIN_ANYWHERE = 3;

/**
 * Decides how a term is looked for: phrases and words of one or two letters as whole words, all
 * else anywhere in the text. What has no words, such as an emoji or Chinese, is found anywhere.
 */
export function matchingOf({ text, isPhrase }: SearchTerm): Matching {
  if (SPACELESS.test(text) || !WORD_CHARACTER.test(text)) return "anywhere";
  return isPhrase || [...text].length < MIN_ANYWHERE ? "words" : "anywhere";
}

/** Whether a term holds a character of a script written without spaces. */
export function isSpaceless({ text }: SearchTerm): boolean {
  return SPACELESS.test(text);
}

/** A text without case and accents, and where each part of it came from. */
interface Folded {
  readonly text: string;
  /** Position in the original of every unit of `text`, and its end. */
  readonly origins: readonly number[];
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

/** Whether every term is in a text; quicker than finding where. */
export function holdsTerms(text: string, terms: readonly SearchTerm[]): boolean {
  const plain = foldText(text);
  return terms.every((term) =>
    matchingOf(term) === "anywhere"
      ? includes(plain, foldText(term.text))
      : findWords({ text: plain, origins: [] }, term.text).length > 0
  );
}

/** What folds to nothing, such as an accent alone, is in no text. */
function includes(plain: string, wanted: string): boolean {
  return wanted !== "" && plain.includes(wanted);
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
  const wanted = wordsOf(fold(term).text).map((word) => word.text);
  const words = wordsOf(folded.text);
  const ranges: TextRange[] = [];
  for (let first = 0; first + wanted.length <= words.length; first++) {
    if (!wanted.every((word, index) => words[first + index]!.text === word)) continue;
    ranges.push(rangeOf(folded, words[first]!.start, words[first + wanted.length - 1]!.end));
  }
  return wanted.length === 0 ? [] : ranges;
}

function wordsOf(text: string) {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    text: word,
    start: index,
    end: index + word.length,
  }));
}

function rangeOf({ origins }: Folded, start: number, end: number): TextRange {
  return { start: origins[start]!, end: origins[end]! };
}

function fold(text: string): Folded {
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

/** A character's fold doesn't depend on its neighbours, but for marks, which go anyway. */
function foldText(text: string): string {
  // Plain ASCII is most of what is folded, and quick to fold.
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
}
