import { readInlines } from "./inlines.ts";
import { leavesBetween } from "./leaves.ts";
import {
  type Block,
  type Item,
  type Leaf,
  type Markdown,
  mentionsIn,
  type Range,
} from "./markdown_tree.ts";
import { knowNobody, lookUpIn, type NameLookup } from "./mentions.ts";

/** Quotes and lists inside each other; what is deeper stays as typed. */
export const MAX_DEPTH = 5;

const BLANK = /^\s*$/;
const QUOTE = /^>(?: |$)/;
const ITEM = /^([ \t]*)(?:[-*]|(\d{1,3})[.)]) +(?=\S)/;
const FENCE = /^```([^`]*)$/;
const FENCE_END = /```[ \t]*$/;
/** Begins with a letter: `#`, `...` and `1` are code. */
const LANGUAGE = /^(?:[a-z][\w+#.\-]*)?[ \t]*$/i;
/** A backslash that makes the marker behind it plain text. */
const ESCAPED_MARKER = /^[ \t]*\\(?=> |>$|[-*] |\d{1,3}[.)] )/;

/**
 * Reads the text of a message. It never fails, takes time proportional to the text's length, and
 * loses nothing: the tree's leaves are the source in its order, and only markers lie between them.
 *
 * @param lookUp Who may be mentioned. @default {knowNobody}
 */
export function parseMarkdown(source: string, lookUp: NameLookup = knowNobody): Markdown {
  const children = new BlockReader(source, lookUp, linesOf(source), 0).read();
  return { kind: "message", start: 0, end: source.length, source, children };
}

/** Whether a message speaks to a person; a name in code doesn't. */
export function isMentioned(text: string, username: string): boolean {
  return text.includes("@") && !mentionsIn(parseMarkdown(text, lookUpIn([username]))).next().done;
}

function linesOf(source: string): Range[] {
  let start = 0;
  return source.split("\n").map(({ length }) => {
    const line = { start, end: start + length };
    start = line.end + 1;
    return line;
  });
}

type BlockKind = "blank" | "code_block" | "quote" | "list" | "paragraph";

/** Reads the blocks in some lines: a message's, or those inside a quote or a list's entry. */
class BlockReader {
  readonly #source: string;
  readonly #lookUp: NameLookup;
  /** The lines without the markers of what they are in. */
  readonly #lines: readonly Range[];
  readonly #texts: readonly string[];
  /** For each line, the first one from there on that ends code. */
  readonly #fenceEnds: readonly number[];
  readonly #depth: number;

  constructor(source: string, lookUp: NameLookup, lines: readonly Range[], depth: number) {
    this.#source = source;
    this.#lookUp = lookUp;
    this.#lines = lines;
    this.#texts = lines.map(({ start, end }) => source.slice(start, end));
    this.#fenceEnds = findFenceEnds(this.#texts);
    this.#depth = depth;
  }

  read(): Block[] {
    const blocks: Block[] = [];
    for (let from = 0; from < this.#lines.length;) {
      const kind = this.#kindAt(from);
      const to = this.#endOf(kind, from);
      if (kind !== "blank") blocks.push(this.#readBlock(kind, from, to));
      from = to;
    }
    return blocks;
  }

  #kindAt(at: number): BlockKind {
    const text = this.#texts[at] ?? "";
    if (BLANK.test(text)) return "blank";
    if (FENCE.test(text) && this.#fenceEnds[at + 1]! < this.#lines.length) return "code_block";
    if (this.#depth >= MAX_DEPTH) return "paragraph";
    if (QUOTE.test(text)) return "quote";
    return ITEM.test(text) ? "list" : "paragraph";
  }

  #endOf(kind: BlockKind, from: number): number {
    if (kind === "code_block") return this.#fenceEnds[from + 1]! + 1;
    if (kind === "list") return this.#listEnd(from);
    let to = from + 1;
    while (to < this.#lines.length && this.#kindAt(to) === kind) to++;
    return to;
  }

  /** Blank lines belong to a list when more of it follows. */
  #listEnd(from: number): number {
    const indent = indentOf(this.#texts[from]!);
    const isOrdered = isOrderedItem(this.#texts[from]!);
    let end = from + 1;
    for (let at = end; at < this.#lines.length; at++) {
      const text = this.#texts[at]!;
      if (BLANK.test(text)) continue;
      const isNext = ITEM.test(text) && isOrderedItem(text) === isOrdered;
      if (!isNext && !isInside(text, indent)) break;
      end = at + 1;
    }
    return end;
  }

  #readBlock(kind: Exclude<BlockKind, "blank">, from: number, to: number): Block {
    const range = this.#rangeOf(from, to);
    if (kind === "code_block") return this.#readCode(range, from, to);
    if (kind === "list") return this.#readList(range, from, to);
    const marker = kind === "quote" ? QUOTE : ESCAPED_MARKER;
    const lines = this.#lines.slice(from, to).map((line, index) =>
      skip(line, marker.exec(this.#texts[from + index]!)?.[0].length)
    );
    if (kind === "quote") return { kind, ...range, children: this.#readInside(lines) };
    return { kind, ...range, children: readInlines(this.#source, lines, this.#lookUp) };
  }

  #rangeOf(from: number, to: number): Range {
    return { start: this.#lines[from]!.start, end: this.#lines[to - 1]!.end };
  }

  #readInside(lines: readonly Range[]): Block[] {
    return new BlockReader(this.#source, this.#lookUp, lines, this.#depth + 1).read();
  }

  /** Code may begin behind the opening fence, where a language would stand, and end before the closing one. */
  #readCode(range: Range, from: number, to: number): Block {
    const last = this.#lines[to - 1]!;
    const below = this.#lines.slice(from + 1, to - 1);
    const end = last.start + this.#texts[to - 1]!.search(FENCE_END);
    if (end > last.start) below.push({ start: last.start, end });
    const language = this.#languageOf(FENCE.exec(this.#texts[from]!)?.[1] ?? "", below);
    const lines = language === null ? [skip(this.#lines[from]!, 3), ...below] : below;
    const children = codeLeaves(this.#source, lines);
    return { kind: "code_block", ...range, language: language ?? "", children };
  }

  /** Null if it is code: a language isn't shown, so a word above nothing would be lost to sight. */
  #languageOf(info: string, below: readonly Range[]): string | null {
    const isShown = below.some(({ start, end }) => !BLANK.test(this.#source.slice(start, end)));
    const isLanguage = LANGUAGE.test(info) && (isShown || BLANK.test(info));
    return isLanguage ? info.trim() : null;
  }

  #readList(range: Range, from: number, to: number): Block {
    const indent = indentOf(this.#texts[from]!);
    const children: Item[] = [];
    for (let at = from; at < to;) {
      let end = at + 1;
      while (end < to && (BLANK.test(this.#texts[end]!) || isInside(this.#texts[end]!, indent))) {
        end++;
      }
      children.push(this.#readItem(at, end));
      at = end;
    }
    return { kind: "list", ...range, isOrdered: isOrderedItem(this.#texts[from]!), children };
  }

  /** The lines below the first lose the indentation of the second, so that lists nest. */
  #readItem(from: number, to: number): Item {
    const [marker = "", , digits] = ITEM.exec(this.#texts[from]!) ?? [];
    const below = this.#texts.slice(from + 1, to);
    const indent = indentOf(below.find((text) => !BLANK.test(text)) ?? "");
    const lines = this.#lines.slice(from, to).map((line, index) =>
      skip(line, index === 0 ? marker.length : Math.min(indent, indentOf(below[index - 1]!)))
    );
    const number = digits === undefined ? null : Number(digits);
    return { kind: "item", ...this.#rangeOf(from, to), number, children: this.#readInside(lines) };
  }
}

function skip({ start, end }: Range, length = 0): Range {
  return { start: start + length, end };
}

/** Backwards, because a search from each fence would take quadratic time. */
function findFenceEnds(texts: readonly string[]): number[] {
  const ends: number[] = [];
  let next = texts.length;
  for (let at = texts.length; at >= 0; at--) {
    if (at < texts.length && FENCE_END.test(texts[at]!)) next = at;
    ends[at] = next;
  }
  return ends;
}

function codeLeaves(source: string, lines: readonly Range[]): Leaf[] {
  return lines.flatMap(({ start, end }, index): Leaf[] => {
    const leaves = leavesBetween(source, start, end);
    const before = lines[index - 1]?.end;
    if (before === undefined) return leaves;
    return [{ kind: "break", start: before, end: before + 1 }, ...leaves];
  });
}

function indentOf(text: string): number {
  return /^[ \t]*/.exec(text)![0].length;
}

function isOrderedItem(text: string): boolean {
  return ITEM.exec(text)?.[2] !== undefined;
}

/** Whether a line is indented enough to belong to a list's entry: by a tab or two spaces. */
function isInside(text: string, indent: number): boolean {
  const more = indentOf(text) - indent;
  return more >= 2 || (more === 1 && text[indent] === "\t");
}
