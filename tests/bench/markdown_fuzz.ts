/**
 * Reads a million texts made of markup as messages, fails if one of them comes apart, and prints
 * which took longest.
 *
 * Run: `deno run --import-map tests/imports.json tests/bench/markdown_fuzz.ts [texts] [seed]`
 */
import { parseMarkdown } from "../../static/text/markdown.ts";
import { leavesOf } from "../../static/text/markdown_tree.ts";
import { lookUpIn } from "../../static/text/mentions.ts";
import { Random } from "../support/random.ts";

/** Longest message. */
const LENGTH = 4_000;
/** How many of the slowest texts are timed again. */
const SUSPECTS = 200;
/** One text in so many is that long; the others are a tenth of it at most. */
const LONG_EVERY = 20;
const PIECES = ["*", "**", "***", "_", "~~", "`", "``", "```", "```ts\n", "\n", "\n\n", "> ", "- "]
  .concat(["1. ", "  ", "\t", "\\", "@", "@bob", "https://", "http://", "www.", "a.com", "/", "."])
  .concat([
    "mailto:",
    "[",
    "](",
    ")",
    " ",
    "a",
    "a_",
    "中",
    "\u0301",
    "\u202E",
    "😀",
    "¯\\_(ツ)_/¯",
  ]);
const PATHOLOGICAL = [
  ">",
  "> ",
  "*",
  "[",
  '"',
  "a_",
  "*a ",
  "**a* ",
  "`a",
  "http://",
  "a.com ",
  "@中",
]
  .map((piece) => piece.repeat(LENGTH / piece.length));
const people = lookUpIn(["bob", "小明"]);

/** A few pieces of markup over and over, or many in any order. */
function randomText(random: Random, length: number): string {
  const kinds = random.oneOf([2, 3, 6, PIECES.length]);
  const pieces = Array.from({ length: kinds }, () => random.oneOf(PIECES));
  let text = "";
  while (text.length < length) text += random.oneOf(pieces);
  return text.slice(0, length);
}

function* texts(count: number, random: Random): Generator<string> {
  yield* PATHOLOGICAL;
  for (let i = 0; i < count; i++) {
    yield randomText(random, i % LONG_EVERY === 0 ? LENGTH : random.whole(1, LENGTH / 10));
  }
}

function timeOf(text: string): number {
  const start = performance.now();
  parseMarkdown(text, people);
  return performance.now() - start;
}

/** @throws {Error} If the leaves aren't the text in its order. */
function assertWhole(text: string): void {
  let done = 0;
  for (const leaf of leavesOf(parseMarkdown(text, people))) {
    if (leaf.start < done || leaf.end > text.length) throw new Error(JSON.stringify(text));
    done = leaf.end;
  }
}

const [count, seed] = [Number(Deno.args[0] ?? 1_000_000), Number(Deno.args[1] ?? 1)];
for (const text of texts(1_000, new Random(seed))) timeOf(text);

/** The slowest so far, to be timed again: another program may have had the processor. */
let suspects: { milliseconds: number; text: string }[] = [];
let total = 0;
for (const text of texts(count, new Random(seed))) {
  assertWhole(text);
  const milliseconds = timeOf(text);
  total += milliseconds;
  if (suspects.length === SUSPECTS && milliseconds < suspects.at(-1)!.milliseconds) continue;
  suspects = [...suspects, { milliseconds, text }]
    .sort((a, b) => b.milliseconds - a.milliseconds).slice(0, SUSPECTS);
}
const [slowest] = suspects
  .map(({ text }) => ({
    text,
    milliseconds: Math.min(...Array.from({ length: 10 }, () => timeOf(text))),
  }))
  .sort((a, b) => b.milliseconds - a.milliseconds);
console.log(`${count} texts, ${(total / count).toFixed(3)} ms on average`);
console.log(`slowest: ${slowest!.milliseconds.toFixed(2)} ms, ${slowest!.text.length} characters`);
console.log(JSON.stringify(slowest!.text.slice(0, 100)));
