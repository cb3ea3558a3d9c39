import { commandHelp } from "../text/commands.ts";
import { type Emoji, findEmoji } from "../text/emoji.ts";
import { nameKey } from "../text/name_key.ts";
import { strings } from "../text/strings.ts";

/** Options at most: a longer list would cover the conversation. */
const MAX_OPTIONS = 8;
/** No word that completes is longer, so no more of the text is looked at. */
const MAX_WORD = 80;

/** Where completions come from. A list is read only if a word of its kind is typed. */
export interface CompletionSources {
  /** Names, the most likely first. */
  readonly names: readonly string[];
  /** Those of them that are away. */
  readonly away?: ReadonlySet<string>;
  /** Null until the table is loaded: {@linkcode Completion.isLoading} then asks for it. */
  readonly emoji: readonly Emoji[] | null;
  /** Recently used emoji, the latest first. */
  readonly recentEmoji?: readonly string[];
}

/** One way to complete a word. */
export interface CompletionOption {
  /** Unique within one completion. */
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  /** Text that replaces the word. */
  readonly insert: string;
}

/** The ways to complete the word before the caret. */
export interface Completion {
  /** The part of the text that an option replaces. */
  readonly start: number;
  readonly end: number;
  readonly kind: "name" | "command" | "emoji";
  readonly options: readonly CompletionOption[];
  /** There are no options yet, because the table of emoji is still to be loaded. */
  readonly isLoading: boolean;
}

/** A word that may be completed, and how its options are found. */
interface Word {
  readonly kind: Completion["kind"];
  /** With its sign, as it is replaced. */
  readonly word: string;
  readonly find: (sources: CompletionSources) => readonly CompletionOption[];
}

/**
 * What may complete the word before the caret: a command at the very start of the text, a name
 * after `@` or `/msg`, an emoji after a colon. Null where nothing is offered: inside a word or
 * code, and for what is complete already.
 */
export function completionAt(
  text: string,
  caret: number,
  sources: CompletionSources,
): Completion | null {
  const before = text.slice(0, caret);
  const found = isInsideWord(text, caret) ? null : wordIn(before);
  if (found === null || isInCode(before)) return null;
  const { kind, word } = found;
  const isLoading = kind === "emoji" && sources.emoji === null;
  const options = closeUp(found.find(sources), text.charAt(caret));
  if (options.length === 0 && !isLoading) return null;
  return { start: caret - word.length, end: caret, kind, options, isLoading };
}

function isInsideWord(text: string, caret: number): boolean {
  return /^[\p{L}\p{M}\p{N}_]/u.test(text.slice(caret, caret + 2));
}

/** Whether a fence or a backtick is open: nothing is completed in code. */
function isInCode(before: string): boolean {
  const count = (text: string, mark: string) => text.split(mark).length - 1;
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return count(before, "```") % 2 === 1 || count(line, "`") % 2 === 1;
}

function wordIn(before: string): Word | null {
  return commandIn(before) ?? nameIn(before) ?? emojiIn(before);
}

function commandIn(before: string): Word | null {
  const word = before.length > MAX_WORD ? undefined : /^\s*(\/\w*)$/u.exec(before)?.[1];
  if (word === undefined) return null;
  return { kind: "command", word, find: () => commandsFor(word.toLowerCase()) };
}

/** After `/msg` no sign is needed. */
function nameIn(before: string): Word | null {
  const start = before.slice(0, MAX_WORD);
  const addressee = before === start ? /^\s*\/msg\s+(@?\S*)$/iu.exec(start)?.[1] : undefined;
  const word = addressee ?? /(?:^|[\s(["'“‘«])(@[^\s@]*)$/u.exec(tail(before))?.[1];
  if (word === undefined) return null;
  return { kind: "name", word, find: (sources) => namesFor(word, sources) };
}

/** Letters before the colon make it a time, an address or the end of a clause. */
function emojiIn(before: string): Word | null {
  const pattern =
    /(?:^|[\s(["'“‘«]|\p{Emoji_Presentation}|\uFE0F)(:(?:[+-]1|[a-z0-9][\w+-]+):?)$/iu;
  const word = pattern.exec(tail(before))?.[1];
  if (word === undefined) return null;
  return { kind: "emoji", word, find: (sources) => emojiFor(word, sources) };
}

/** The end of the text: long enough for any word and what stands before it. */
function tail(before: string): string {
  return before.slice(-MAX_WORD);
}

function commandsFor(word: string): CompletionOption[] {
  return commandHelp().filter(({ command }) => command !== word && command.startsWith(word))
    .map(({ command, usage, does }) => ({
      key: command,
      label: usage,
      hint: does,
      insert: usage === command ? command : `${command} `,
    }));
}

/** None for a whole name: Enter must send what is typed, not pick a longer name. */
function namesFor(word: string, { names, away }: CompletionSources): CompletionOption[] {
  const sign = word.startsWith("@") ? "@" : "";
  const typed = word.slice(sign.length);
  if (names.includes(typed)) return [];
  const found = firstOf(names, nameKey(typed));
  if (found.some((name) => nameKey(name) === nameKey(typed))) return [];
  return found.map((name) => ({
    key: name,
    label: name,
    hint: away?.has(name) ? strings.suggestions.away : "",
    insert: `${sign}${name} `,
  }));
}

/** Stops at the last name that is shown, because thousands may be online. */
function firstOf(names: readonly string[], key: string): string[] {
  const found: string[] = [];
  for (const name of names) {
    if (nameKey(name).startsWith(key)) found.push(name);
    if (found.length === MAX_OPTIONS) break;
  }
  return found;
}

function emojiFor(word: string, { emoji, recentEmoji }: CompletionSources): CompletionOption[] {
  const name = word.replaceAll(":", "");
  const isClosed = word.endsWith(":");
  return findEmoji(emoji ?? [], name, recentEmoji, MAX_OPTIONS)
    .filter((one) => !isClosed || one.name === name.toLowerCase())
    .map((one) => ({
      key: one.emoji,
      label: `${one.emoji} :${one.name}:`,
      hint: "",
      insert: `${one.emoji} `,
    }));
}

/** Adds no second space before an existing one. */
function closeUp(options: readonly CompletionOption[], next: string): CompletionOption[] {
  const trim = (insert: string) => /\s/u.test(next) ? insert.trimEnd() : insert;
  return options.map((option) => ({ ...option, insert: trim(option.insert) }));
}
