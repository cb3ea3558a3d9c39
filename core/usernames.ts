import { skeleton } from "./confusables.ts";

/** Longest username, in code points. */
const MAX_LENGTH = 32;
/** More marks than this on one letter draw over the lines above and below. */
const MAX_MARKS_IN_A_ROW = 3;

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const FOREIGN_CHARACTER = /[^\p{L}\p{M}\p{Nd}_.-]/u;
const EDGE_PUNCTUATION = /^[_.-]|[_.-]$/;
const TOO_MANY_MARKS = new RegExp(`\\p{M}{${MAX_MARKS_IN_A_ROW + 1}}`, "u");

/**
 * One word of Latin letters and of a Greek letter that is drawn like one Latin letter in upper case
 * and like another in lower case (ΝηΥ: N or v, H or n, Y or u), so that no key can hold both.
 */
const AMBIGUOUS_MIX =
  /\p{Script=Latin}[\p{L}\p{M}]*[ΝνΗηΥυ]|[ΝνΗηΥυ][\p{L}\p{M}]*\p{Script=Latin}/u;

/** Scripts whose letters are drawn like each other's, and one key holds them. */
const LATIN_GREEK_CYRILLIC = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;
/**
 * What may not stand beside those. Many scripts have letters drawn like Latin ones (Tifinagh ⵏ,
 * Canadian ᒪ, Arabic ا), and hardly anybody's name is written in two; but East Asian names are.
 */
const NOT_BESIDE_THEM =
  /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Common}\p{Script=Inherited}]/u;

/**
 * Says what is wrong with a username, or nothing if it may be chosen or written to.
 *
 * Reserved names have no such problem; see {@linkcode isReservedUsername}.
 *
 * @returns The rest of a sentence about the name: “must …”, without a full stop.
 */
export function usernameProblem(name: string): string | undefined {
  return spellingProblem(name) ?? compatibilityProblem(name);
}

/**
 * The key that two usernames share when they count as one name: it ignores case, normalisation
 * form and which of several letters that look alike was typed. `Straße` and `STRASSE` share one, as
 * do `paypal` and `раураl`.
 */
export function usernameKey(name: string): string {
  return skeleton(foldCase(name));
}

/** Whether nobody may choose this name, nor one that looks like it. */
export function isReservedUsername(name: string): boolean {
  return RESERVED_SHAPES.has(shape(name));
}

function spellingProblem(name: string): string | undefined {
  if (name === "") return "must not be empty";
  // Twice the length in UTF-16 units can't fit; counting stops a megabyte from being split.
  if (name.length > MAX_LENGTH * 2 || [...name].length > MAX_LENGTH) {
    return `must be at most ${MAX_LENGTH} characters long`;
  }
  if (INVISIBLE.test(name)) return "must not contain invisible characters";
  if (FOREIGN_CHARACTER.test(name)) return "may contain only letters, digits, “_”, “-” and “.”";
  if (EDGE_PUNCTUATION.test(name)) return "must start and end with a letter or digit";
  if (TOO_MANY_MARKS.test(name)) {
    return `must have at most ${MAX_MARKS_IN_A_ROW} accents on one letter`;
  }
  if (AMBIGUOUS_MIX.test(name.normalize("NFD"))) {
    return "must not mix Latin with Greek letters in one word";
  }
  if (LATIN_GREEK_CYRILLIC.test(name) && NOT_BESIDE_THEM.test(name)) {
    return "must not mix Latin, Greek or Cyrillic with scripts other than Han, kana, Hangul or Bopomofo";
  }
  return undefined;
}

/** Others may see the name in its plain letters, so these must be a good name too. */
function compatibilityProblem(name: string): string | undefined {
  const plain = name.normalize("NFKC");
  const problem = plain === name ? undefined : spellingProblem(plain);
  return problem && `${problem} after Unicode normalization`;
}

/** Upper case makes `ß` and `ss` one, lower case before it `ẞ` too, lower case after it `ς` and `σ`. */
function foldCase(name: string): string {
  const plain = name.normalize("NFKC");
  return plain.toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
}

/** Stands for a dotted i, which nobody takes for an l: a letter that no rule changes. */
const DOTTED_I = "ʘ";

/** What the eye reads, with i and l told apart where they can be: Ali is not All. */
function shape(name: string): string {
  // A second dot on the i is drawn in the same place.
  return usernameKey(name.normalize("NFKC").replace(/i\u0307*/g, DOTTED_I));
}

const RESERVED_SHAPES: ReadonlySet<string> = new Set(
  [
    "room",
    "all",
    "here",
    "everyone",
    "lobby",
    "server",
    "system",
    "admin",
    "moderator",
    "parley",
    "you",
  ]
    .flatMap((name) => [shape(name), shape(name.toUpperCase())]),
);
