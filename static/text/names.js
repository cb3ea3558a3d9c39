import { nameKey } from "../lib/name_key.js";

/** Number of hues people are told apart by. */
const HUES = 12;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * A stable hue for a name, in degrees; the same name has the same hue on every screen.
 *
 * @param {string} username
 */
export function nameHue(username) {
  let hash = 0x811c9dc5;
  for (const unit of nameKey(username)) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  }
  return ((hash >>> 0) % HUES) * (360 / HUES);
}

/**
 * The first letter of a name, as people see letters, in upper case.
 *
 * @param {string} username
 */
export function nameInitial(username) {
  const [first] = segmenter.segment(username);
  return clampMarks((first?.segment ?? "?").toUpperCase());
}

/** Marks on one letter beyond this are a prank, not a script. */
const MAX_MARKS = 4;
const TOWER = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, "gu");

/**
 * Cuts towers of combining marks, which would cover the lines above and below.
 *
 * @param {string} text
 */
export function clampMarks(text) {
  return text.replace(TOWER, "$1");
}

/**
 * Names as an English list, the last ones counted: bob, carol and 3 others. Names and the words
 * between them are told apart, so that a view can set names apart.
 *
 * @param {readonly string[]} names
 * @param {number} [shown] How many are named at most.
 * @returns {{text: string, isName: boolean}[]}
 */
export function listNames(names, shown = 3) {
  const rest = names.length - shown;
  const items = names.slice(0, shown).map((text) => ({ text, isName: true }));
  if (rest > 0) items.push({ text: `${rest} ${rest === 1 ? "other" : "others"}`, isName: false });
  return items.flatMap((item, i) => {
    if (i === 0) return [item];
    return [{ text: i === items.length - 1 ? " and " : ", ", isName: false }, item];
  });
}
