/**
 * Letters, marks and digits of scripts that put spaces between words, and the underscore. Markup and
 * mentions begin and end beside anything else: `snake_case` isn't italic, but 这是**重点**内容 has a
 * bold part. Hangul is left out because Korean appends particles to words.
 */
const WORD =
  /[[\p{L}\p{M}\p{N}_]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]]/v;

/** Whether a character is part of a word, so that nothing begins or ends beside it. */
export function isWordCharacter(character: string): boolean {
  return WORD.test(character);
}

/** The whole character before a position; empty at the start. */
export function characterBefore(text: string, at: number): string {
  const unit = text.charCodeAt(at - 1);
  const isLowHalf = unit >= 0xdc00 && unit <= 0xdfff;
  return text.slice(Math.max(0, at - (isLowHalf ? 2 : 1)), at);
}

/** The whole character at a position; empty at the end. */
export function characterAt(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? "" : String.fromCodePoint(point);
}
