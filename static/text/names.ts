import { nameKey } from "./name_key.ts";
import { strings } from "./strings.ts";

/** Number of hues people are told apart by. */
const HUES = 12;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A stable hue for a name, in degrees; the same name has the same hue on every screen. */
export function nameHue(username: string): number {
  let hash = 0x811c9dc5;
  for (const unit of nameKey(username)) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  }
  return ((hash >>> 0) % HUES) * (360 / HUES);
}

/** The first letter of a name, as people see letters, in upper case. */
export function nameInitial(username: string): string {
  const [first] = segmenter.segment(username);
  return clampMarks((first?.segment ?? "?").toUpperCase());
}

/** Marks on one letter beyond this are a prank, not a script. */
const MAX_MARKS = 4;
/** A tower of marks on one letter; its group holds the marks that may stay. */
export const MARK_TOWER = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, "gu");

/** Cuts towers of combining marks, which would cover the lines above and below. */
export function clampMarks(text: string): string {
  return text.replace(MARK_TOWER, "$1");
}

/** A piece of a sentence; names are isolated, because one in another script moves its neighbours. */
export interface Word {
  readonly text: string;
  readonly isName: boolean;
}

/**
 * Names as a list, the last ones counted: bob, carol and 3 others.
 *
 * @param shown How many are named at most.
 */
export function listNames(names: readonly string[], shown = 3): Word[] {
  const { listLast, listSeparator, others } = strings.common;
  const rest = names.length - shown;
  const items = names.slice(0, shown).map(toName);
  if (rest > 0) items.push({ text: others(rest), isName: false });
  return items.flatMap((item, i) => {
    if (i === 0) return [item];
    return [{ text: i === items.length - 1 ? listLast : listSeparator, isName: false }, item];
  });
}

/** Stands for the names while a sentence is made: no text in the table has this character. */
const HOLE = "\uFFFC";

/**
 * A sentence of the table in pieces, so that a view can set the names in it apart.
 *
 * @param say Makes the sentence.
 * @param names One name, or what {@linkcode listNames} made.
 */
export function withNames(
  say: (names: string) => string,
  names: string | readonly Word[],
): Word[] {
  const [before = "", after = ""] = say(HOLE).split(HOLE);
  const words = typeof names === "string" ? [toName(names)] : names;
  return [{ text: before, isName: false }, ...words, { text: after, isName: false }]
    .filter(({ text }) => text !== "");
}

function toName(name: string): Word {
  return { text: clampMarks(name), isName: true };
}
