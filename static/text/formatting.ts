/** Marks of the formatting keys. */
export type Mark = "bold" | "italic" | "code";

/** A text with a selection. */
export interface Selected {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SIGNS = { bold: "**", italic: "_" } as const;
const FENCE = "```";
/** A whole fenced block: its first line, what is in it, its last line. */
const BLOCK = /^```[^`\n]*\n([^]*)\n```$/;

/**
 * Wraps the selection in the signs of a mark, or takes them off where they are already around it
 * or in it. Of several lines, each is wrapped by itself; code of several lines becomes a block.
 * Without a selection the signs come around the caret, which a second time leaves them behind.
 *
 * @returns The new text with the same words selected.
 */
export function wrapSelection(text: string, start: number, end: number, mark: Mark): Selected {
  const selected = tighten({ text, start, end });
  const isLong = chosenIn(selected).includes("\n");
  if (mark !== "code") {
    return isLong ? toggleLines(selected, SIGNS[mark]) : toggle(selected, SIGNS[mark], SIGNS[mark]);
  }
  return isLong ? toggleBlock(wholeLines(selected)) : toggleCode(selected);
}

function chosenIn({ text, start, end }: Selected): string {
  return text.slice(start, end);
}

/** Signs must touch words, so spaces at the ends stay outside. */
function tighten(selected: Selected): Selected {
  const chosen = chosenIn(selected);
  const start = selected.start + chosen.length - chosen.trimStart().length;
  const end = selected.end - chosen.length + chosen.trimEnd().length;
  return start <= end ? { ...selected, start, end } : { ...selected, start: selected.end };
}

/** Puts `inner` in place of a stretch of the text, and selects a part of it. */
function replace(
  { text, start, end }: Selected,
  before: string,
  inner: string,
  after: string,
): Selected {
  const from = start + before.length;
  return {
    text: text.slice(0, start) + before + inner + after + text.slice(end),
    start: from,
    end: from + inner.length,
  };
}

function toggle(selected: Selected, open: string, close: string): Selected {
  const { text, start, end } = selected;
  const chosen = chosenIn(selected);
  if (isAround(selected, open, close)) {
    return replace(grow(selected, open.length, close.length), "", chosen, "");
  }
  if (chosen === "" && text.startsWith(close, end) && isOpen(text.slice(0, start), open)) {
    return { text, start: end + close.length, end: end + close.length };
  }
  const inner = unwrap(chosen, open);
  return inner === null ? replace(selected, open, chosen, close) : replace(selected, "", inner, "");
}

function isAround({ text, start, end }: Selected, open: string, close: string): boolean {
  return text.slice(0, start).endsWith(open) && text.startsWith(close, end);
}

function grow({ text, start, end }: Selected, before: number, after: number): Selected {
  return { text, start: start - before, end: end + after };
}

/** Whether the last line has a sign that nothing closes. */
function isOpen(before: string, sign: string): boolean {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return line.split(sign).length % 2 === 0;
}

/** What one pair of signs wraps; null for anything else, `**a** and **b**` too. */
function unwrap(chosen: string, sign: string): string | null {
  const inner = chosen.slice(sign.length, -sign.length);
  const isWrapped = inner !== "" && chosen === sign + inner + sign && !inner.includes(sign);
  return isWrapped ? inner : null;
}

/** All lines are unwrapped when all are wrapped; else those are wrapped that are not. */
function toggleLines(selected: Selected, sign: string): Selected {
  const lines = chosenIn(selected).split("\n").map((line) => {
    const words = line.trim();
    return { line, words, inner: words === "" ? "" : unwrap(words, sign) };
  });
  const areWrapped = lines.every(({ inner }) => inner !== null);
  const changed = lines.map(({ line, words, inner }) => {
    const other = areWrapped ? inner ?? "" : inner === null ? sign + words + sign : words;
    return line.replace(words, () => other);
  });
  return replace(selected, "", changed.join("\n"), "");
}

/** Code with backticks inside has more of them around it, and a space where they would touch. */
function toggleCode(selected: Selected): Selected {
  const chosen = chosenIn(selected);
  const inner = unwrapCode(chosen);
  if (inner !== null) return replace(selected, "", inner, "");
  const sign = "`".repeat(Math.max(0, ...runsIn(chosen)) + 1);
  const space = /^`|`$/.test(chosen) ? " " : "";
  return toggle(selected, sign + space, space + sign);
}

/** What one pair of equal runs of backticks wraps, or null. */
function unwrapCode(chosen: string): string | null {
  let length = 0;
  while (length < chosen.length / 2 && chosen[length] === "`" && chosen.at(-1 - length) === "`") {
    length++;
  }
  const inner = chosen.slice(length, chosen.length - length);
  if (length === 0 || inner === "" || runsIn(inner).includes(length)) return null;
  return /^ (?:`.*|.*`) $/u.test(inner) ? inner.slice(1, -1) : inner;
}

function runsIn(text: string): number[] {
  return Array.from(text.matchAll(/`+/g), ([run]) => run.length);
}

/** Code keeps the indentation of its first line. */
function wholeLines({ text, start, end }: Selected): Selected {
  const line = text.lastIndexOf("\n", start - 1) + 1;
  return { text, start: text.slice(line, start).trim() === "" ? line : start, end };
}

/** Fences stand on lines of their own. */
function toggleBlock(selected: Selected): Selected {
  const { text, start, end } = selected;
  const chosen = chosenIn(selected);
  const inner = BLOCK.exec(chosen)?.[1];
  if (inner !== undefined) return replace(selected, "", inner, "");
  const [opening] = /(?<![^\n])```[^`\n]*\n$/.exec(text.slice(0, start)) ?? [];
  const [closing] = /^\n```[ \t]*(?![^\n])/.exec(text.slice(end)) ?? [];
  if (opening !== undefined && closing !== undefined) {
    return replace(grow(selected, opening.length, closing.length), "", chosen, "");
  }
  const before = start === 0 || text[start - 1] === "\n" ? "" : "\n";
  const after = end === text.length || text[end] === "\n" ? "" : "\n";
  return replace(selected, `${before}${FENCE}\n`, chosen, `\n${FENCE}${after}`);
}
