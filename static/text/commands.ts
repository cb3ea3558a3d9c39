import { strings } from "./strings.ts";

/** What a line in the composer means. */
export type Intent =
  | { readonly kind: "message"; readonly text: string }
  /** A private message that leaves the conversation on screen as it is. */
  | { readonly kind: "direct"; readonly to: string; readonly text: string }
  /** Goes to a private conversation, as choosing a person does. */
  | { readonly kind: "open"; readonly to: string }
  | { readonly kind: "search"; readonly query: string }
  | { readonly kind: "keys" }
  | { readonly kind: "help" }
  /** Nothing is sent; the note is shown beside the box, which keeps its text. */
  | { readonly kind: "mistake"; readonly note: string };

/** Sent as it is: the text of a message that Markdown leaves alone. */
const SHRUG = "¯\\_(ツ)_/¯";

/** Reads the text after each command. */
const READERS = {
  msg: readDirect,
  me: readAction,
  shrug: (rest) => ({ kind: "message", text: rest === "" ? SHRUG : `${rest} ${SHRUG}` }),
  search: (query) => ({ kind: "search", query }),
  keys: () => ({ kind: "keys" }),
  help: () => ({ kind: "help" }),
} satisfies Record<string, (rest: string) => Intent>;

/** Names of the commands, in the order of the help. */
const COMMANDS = Object.keys(READERS) as (keyof typeof READERS)[];

/** A command as the help shows it. */
export interface CommandHelp {
  /** As it is typed: `/msg`. */
  readonly command: string;
  /** With what comes after it. */
  readonly usage: string;
  readonly does: string;
}

/** All commands, in the language of the page. */
export function commandHelp(): CommandHelp[] {
  return COMMANDS.map((name) => ({ command: `/${name}`, ...strings.commands[name] }));
}

/** What isn't seen before a slash, and what keyboards for Chinese and Japanese type as one. */
const BEFORE_SLASH = /^[\s\p{Default_Ignorable_Code_Point}]*[/\uFF0F]/u;

/**
 * Reads a line: `/msg bob hi` is private, `//x` says "/x". Another word after a slash is a mistake
 * and is never sent, because a mistyped `/msg` must not become public.
 */
export function readIntent(line: string): Intent {
  const start = line.replace(BEFORE_SLASH, "/");
  if (/^\/[/\uFF0F]/.test(start)) return { kind: "message", text: start.slice(1) };
  if (!start.startsWith("/")) return { kind: "message", text: line };
  const [, word = "", rest = ""] = /^\/(\S*)\s*([^]*)$/.exec(start) ?? [];
  const command = COMMANDS.find((name) => name === word.toLowerCase());
  if (command !== undefined) return READERS[command](rest.trimEnd());
  return { kind: "mistake", note: strings.commands.unknown(word) };
}

function readDirect(rest: string): Intent {
  const [, to = "", text = ""] = /^@?(\S*)\s*([^]*)$/.exec(rest) ?? [];
  if (to === "") return { kind: "mistake", note: strings.commands.msgNeedsName };
  return text === "" ? { kind: "open", to } : { kind: "direct", to, text };
}

/**
 * An action is a line in italics; Markdown has none that span lines, so each line is one. Names may
 * hold a `_` but no `*`, which a mention at the line's end must not run into.
 */
function readAction(text: string): Intent {
  if (text === "") return { kind: "mistake", note: strings.commands.meNeedsText };
  const sign = text.includes("*") ? "_" : "*";
  const lines = text.split("\n").map((line) => line.trim());
  return { kind: "message", text: lines.map((line) => line && sign + line + sign).join("\n") };
}
