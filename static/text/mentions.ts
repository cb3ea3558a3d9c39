import { nameKey } from "./name_key.ts";
import { characterAt, characterBefore, isWordCharacter } from "./characters.ts";

/** Finds a person by a typed name, ignoring case; undefined if nobody has it. */
export type NameLookup = (typed: string) => string | undefined;

/** A lookup in a list of names. */
export function lookUpIn(names: Iterable<string>): NameLookup {
  const byKey = new Map([...names].map((name) => [nameKey(name), name]));
  return (typed) => byKey.get(nameKey(typed));
}

/** A lookup without names. */
export const knowNobody: NameLookup = () => undefined;

/** A possible name: usernames have at most 32 characters. */
const NAME = /[\p{L}\p{M}\p{N}_.\-]{0,32}/uy;
const NAME_END = /[\p{L}\p{M}\p{N}]$/u;
/** Characters that would continue a name. */
const LONGER_NAME = /[.\-][\p{L}\p{M}\p{N}]/uy;

/** A name that was found after an `@`, and where it ends. */
export interface FoundName {
  readonly name: string;
  readonly end: number;
}

/**
 * Reads the longest known name after the `@` at a position. It isn't part of a longer word, as in an
 * e-mail address, nor of a longer name: `@bob.b` isn't bob.
 */
export function readMention(text: string, at: number, lookUp: NameLookup): FoundName | undefined {
  if (isWordCharacter(characterBefore(text, at))) return undefined;
  NAME.lastIndex = at + 1;
  const typed = NAME.exec(text)?.[0] ?? "";
  for (let end = at + 1 + typed.length; end > at + 1; end--) {
    if (!mayEndName(text, at + 1, end)) continue;
    const name = lookUp(text.slice(at + 1, end));
    if (name !== undefined) return { name, end };
  }
  return undefined;
}

function mayEndName(text: string, start: number, end: number): boolean {
  if (!NAME_END.test(text.slice(Math.max(start, end - 2), end))) return false;
  LONGER_NAME.lastIndex = end;
  return !isWordCharacter(characterAt(text, end)) && !LONGER_NAME.test(text);
}
