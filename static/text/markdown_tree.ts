/** Where a node stands in the text as it was typed, in UTF-16 units. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * What is shown of the source, character by character. A `control` is a character that changes the
 * direction of text and is shown by its name; a `break` ends a line.
 */
export type Leaf =
  & Range
  & (
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "control"; readonly name: string }
    | { readonly kind: "break" }
  );

/** An address. `target` is the host it leads to, where its text would make one expect another. */
export interface Link extends Range {
  readonly kind: "link";
  readonly href: string;
  readonly target: string | null;
  readonly children: readonly Leaf[];
}

/** A part of a line. */
export type Inline =
  | Leaf
  | Link
  | Range & { readonly kind: "code"; readonly children: readonly Leaf[] }
  | Range & {
    readonly kind: "mention";
    /** The known name, which may be spelled otherwise than it was typed. */
    readonly name: string;
    readonly children: readonly Leaf[];
  }
  | Range & { readonly kind: Emphasis; readonly children: readonly Inline[] };

/** Ways to stress words. */
export type Emphasis = "strong" | "emphasis" | "strike";

/** One entry of a list, with the number that was typed before it. */
export interface Item extends Range {
  readonly kind: "item";
  readonly number: number | null;
  readonly children: readonly Block[];
}

/** A part of a message that begins on a line of its own. */
export type Block =
  | Range & { readonly kind: "paragraph"; readonly children: readonly Inline[] }
  | Range & { readonly kind: "quote"; readonly children: readonly Block[] }
  | Range & {
    readonly kind: "list";
    readonly isOrdered: boolean;
    readonly children: readonly Item[];
  }
  | Range & {
    readonly kind: "code_block";
    /** As typed after the fence; empty if nothing was. */
    readonly language: string;
    readonly children: readonly Leaf[];
  };

/** A message's text as a tree. */
export interface Markdown extends Range {
  readonly kind: "message";
  /** The text as it was typed. */
  readonly source: string;
  readonly children: readonly Block[];
}

export type Node = Markdown | Block | Item | Inline;

/** Every character that is shown, in order. Markers such as `**` lie between the leaves. */
export function* leavesOf(node: Node): Generator<Leaf> {
  if (!("children" in node)) return yield node;
  for (const child of node.children) yield* leavesOf(child);
}

/** The names of the people whom a message mentions, in order and as often as it does. */
export function* mentionsIn(node: Node): Generator<string> {
  if (node.kind === "mention") yield node.name;
  else if ("children" in node) { for (const child of node.children) yield* mentionsIn(child); }
}

/** What a code span or block holds, without what stands around it. */
export function codeOf(source: string, leaves: readonly Leaf[]): string {
  return leaves.map(({ start, end }) => source.slice(start, end)).join("");
}

/**
 * The tree up to a position in the source; what begins later is left out.
 *
 * @returns A tree of the same source, so that positions stay what they are.
 */
export function cutMarkdown(message: Markdown, at: number): Markdown {
  return cut(message, at) ?? { ...message, end: at, children: [] };
}

function cut<T extends Node>(node: T, at: number): T | undefined {
  if (node.end <= at) return node;
  if (node.start >= at) return undefined;
  if (node.kind === "text") return { ...node, end: at, text: node.text.slice(0, at - node.start) };
  if (!("children" in node)) return undefined;
  const children = node.children.map((child) => cut(child, at)).filter((child) => child);
  return { ...node, end: at, children } as T;
}

/**
 * The source of what is shown from one character to another. Markers belong to it where all of what
 * they stand around does: half a bold word has none.
 *
 * @param from Counts the characters of all leaves before it.
 * @param to Likewise; the character there no longer belongs to it.
 */
export function sourceBetween(message: Markdown, from: number, to: number): string {
  const range = { start: message.end, end: message.start };
  let shown = 0;
  for (const leaf of leavesOf(message)) {
    const length = leaf.end - leaf.start;
    const start = leaf.start + Math.max(0, from - shown);
    const end = leaf.start + Math.min(length, to - shown);
    shown += length;
    if (start >= end) continue;
    range.start = Math.min(range.start, start);
    range.end = Math.max(range.end, end);
  }
  if (range.start > range.end) return "";
  widen(message, range);
  return message.source.slice(range.start, range.end);
}

/**
 * Widens a range by the markers of all nodes whose leaves lie in it.
 *
 * @returns From where to where the node's leaves reach.
 */
function widen(node: Node, range: { start: number; end: number }): Range | undefined {
  if (!("children" in node)) return node;
  const before = { ...range };
  const spans = node.children.map((child) => widen(child, range)).filter((span) => span);
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return undefined;
  if (first.start >= before.start && last.end <= before.end) {
    range.start = Math.min(range.start, node.start);
    range.end = Math.max(range.end, node.end);
  }
  return { start: first.start, end: last.end };
}
