import type { Strings } from "./en.ts";

const PLAIN = "aeiouycnAEIOUYCN";
const ACCENTED = "áéíóúýçñÁÉÍÓÚÝÇÑ";
/** Stands for a parameter while its sentence is changed; a private-use character. */
const HOLE = "\uE000";
/** Parts that stay: code between backticks, commands, the product, and parameters. */
const FIXED = new RegExp(`(\`[^\`]*\`|(?<!\\S)/\\w+|Parley|${HOLE}\\d+)`, "u");

type Value = string | ((...parameters: never[]) => string) | { readonly [key: string]: Value };

/**
 * A pseudo-language made from English: with accents, and about as much longer than German
 * is. It shows labels that don't fit and words that stand in no table. Pages in it have
 * `<html lang="qps">`.
 *
 * @param en Handed in: a chunk that imported it would split the table off the page's own script.
 */
export function pseudoOf(en: Strings): Strings {
  return { ...distort(en) as Strings, language: en.language };
}

function distort(value: Value): Value {
  if (typeof value === "string") return distortText(value);
  if (typeof value === "function") return distortFunction(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, distort(inner)]));
}

/** Texts in parameters stay as they are: names and addresses belong to people. */
function distortFunction(say: (...parameters: never[]) => string) {
  return (...parameters: never[]) => {
    const holes = parameters.map((parameter, i) =>
      typeof parameter === "string" ? `${HOLE}${i}` : parameter
    ) as never[];
    return distortText(say(...holes)).replaceAll(
      new RegExp(`${HOLE}(\\d+)`, "gu"),
      (_, i) => String(parameters[Number(i)]),
    );
  };
}

function distortText(text: string): string {
  return text.split(FIXED).map((part, i) => i % 2 === 1 ? part : accent(part)).join("");
}

/** Adds accents and doubles vowels, which are four letters in ten. */
function accent(text: string): string {
  return text.replace(new RegExp(`[${PLAIN}]`, "g"), (letter) => {
    const accented = ACCENTED.charAt(PLAIN.indexOf(letter));
    return /[cn]/i.test(letter) ? accented : accented + accented.toLowerCase();
  });
}
