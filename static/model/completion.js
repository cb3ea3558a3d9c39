/** @import {RoomState} from "./room.js" */
import { commandHelp } from "../text/commands.ts";
import { nameKey } from "../text/name_key.ts";
import { sortedUsers } from "./presence_state.js";
import { activeConversation } from "./room.js";

/** Suggestions at once: more would hide what one writes about. */
const MAX_SHOWN = 6;

/**
 * @typedef {{text: string, label: string, hint: string}} Suggestion What is put in, and how it is
 *   shown.
 * @typedef {{start: number, end: number, suggestions: Suggestion[]}} Completion Which part of the
 *   text they stand for.
 */

/**
 * What may complete the word before the cursor: a command at the very start, a name after `@` or
 * `/msg`; null when there is nothing to offer.
 *
 * @param {string} text
 * @param {number} cursor
 * @param {() => readonly string[]} names Most likely ones first; asked only when one is wanted.
 * @returns {Completion | null}
 */
export function complete(text, cursor, names) {
  const before = text.slice(0, cursor);
  const word = /(?:^|\s)(@?\S*)$/u.exec(before)?.[1] ?? "";
  const start = cursor - word.length;
  const suggestions = suggest(before, word, names);
  const isDone = suggestions.length === 0 || suggestions[0]?.text.trimEnd() === word;
  return isDone ? null : { start, end: cursor, suggestions };
}

/**
 * The people one may mean: who spoke last first, then everyone else who is here.
 *
 * @param {RoomState} state
 * @returns {string[]}
 */
export function likelyNames(state) {
  const own = state.self?.account ?? "";
  const speakers = activeConversation(state).entries
    .flatMap((entry) => entry.kind === "message" && !entry.isMine ? [entry.from] : []);
  const here = sortedUsers(state.presence, own).filter(({ account }) => account !== own);
  return [...new Set([...speakers.reverse(), ...here.map(({ username }) => username)])];
}

/**
 * @param {string} before
 * @param {string} word
 * @param {() => readonly string[]} names
 * @returns {Suggestion[]}
 */
function suggest(before, word, names) {
  if (before === word && word.startsWith("/")) return suggestCommands(word);
  const isAddressee = /^\/msg\s+\S*$/u.test(before);
  if (!word.startsWith("@") && !isAddressee) return [];
  const sign = word.startsWith("@") ? "@" : "";
  const key = nameKey(word.slice(sign.length));
  return firstOf(names(), (name) => nameKey(name).startsWith(key))
    .map((name) => ({ text: `${sign}${name} `, label: name, hint: "" }));
}

/**
 * As many as are shown; thousands may be here, so nobody is looked at after that.
 *
 * @param {readonly string[]} names
 * @param {(name: string) => boolean} isWanted
 */
function firstOf(names, isWanted) {
  const found = [];
  for (const name of names) {
    if (isWanted(name)) found.push(name);
    if (found.length === MAX_SHOWN) break;
  }
  return found;
}

/** @param {string} word */
function suggestCommands(word) {
  return commandHelp().map(({ command, usage, does }) => {
    return { text: `${command} `, label: usage, hint: does };
  }).filter(({ text }) => text.startsWith(word));
}
