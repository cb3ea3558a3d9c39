import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { isMentioned, MAX_DEPTH, parseMarkdown } from "../../static/text/markdown.ts";
import {
  type Block,
  codeOf,
  cutMarkdown,
  leavesOf,
  mentionsIn,
  type Node,
  type Range,
  sourceBetween,
} from "../../static/text/markdown_tree.ts";
import { lookUpIn } from "../../static/text/mentions.ts";

const people = lookUpIn(["bob", "bob.b", "Ägir", "小明", "小明你"]);

/** A tree in short: `[strong a [code b]]`. Controls and breaks are named. */
function shapeOf(node: Node): string {
  if (node.kind === "text") return node.text;
  if (node.kind === "control") return `<${node.name}>`;
  if (node.kind === "break") return "⏎";
  const inner = node.children.map(shapeOf).join("");
  if (node.kind === "item" && node.number !== null) return `[${node.number}. ${inner}]`;
  if (node.kind === "code_block" && node.language) return `[code_block:${node.language} ${inner}]`;
  return `[${node.kind} ${inner}]`;
}

/** The blocks of a message in short; a paragraph stands for itself. */
function read(text: string): string {
  return parseMarkdown(text, people).children.map(shapeOf).join("").replaceAll("paragraph ", "");
}

const INLINES: Readonly<Record<string, string>> = {
  "**bold**, *italic*, _too_ and ~~gone~~":
    "[strong bold], [emphasis italic], [emphasis too] and [strike gone]",
  "**a *b _c_ ~~d~~***": "[strong a [emphasis b [emphasis c] [strike d]]]",
  "***both***": "[strong [emphasis both]]",
  "a **b\nc** d": "a [strong b⏎c] d",
  "(*a*) “*b*”, *c*!": "([emphasis a]) “[emphasis b]”, [emphasis c]!",
  "这是**重点**内容, **강조**는": "这是[strong 重点]内容, [strong 강조]는",
  "snake_case_name, __init__, 2*3*4, 2**3**4, 5 * 3 * 2":
    "snake_case_name, __init__, 2*3*4, 2**3**4, 5 * 3 * 2",
  "f(*args, **kwargs) and *.ts": "f(*args, **kwargs) and *.ts",
  "~5 ~~~ ****": "~5 ~~~ ****",
  "**not closed": "**not closed",
  "**a *b** c*": "[strong a *b] c*",
  "2 *3 and *this*": "2 *3 and [emphasis this]",
  "** a **": "** a **",
  "use `a*b*` and `` `c` ``": "use [code a*b*] and [code `c`]",
  "`not closed, `` neither": "`not closed, `` neither",
  "`a\nb`": "`a⏎b`",
  "\\*a\\* \\_b_ \\`c`": "*a* _b_ `c`",
  "C:\\dir \\\\server a\\*b 1\\2": "C:\\dir \\\\server a\\*b 1\\2",
  "¯\\_(ツ)_/¯": "¯\\_(ツ)_/¯",
  "see **https://x.example/a_b_c**.": "see [strong [link https://x.example/a_b_c]].",
  "`https://x.example` [a](https://y.example/)":
    "[code https://x.example] [a]([link https://y.example/])",
  "gpj\u202E.exe": "gpj<U+202E>.exe",
  "hi @Bob!, @bob.b and @bobby": "hi [mention @Bob]!, [mention @bob.b] and @bobby",
  "@bob.c a@bob @nobody (@ägir)": "@bob.c a@bob @nobody ([mention @ägir])",
  "你好@小明 @小明你好 *@bob*": "你好[mention @小明] [mention @小明你]好 [emphasis [mention @bob]]",
  "\\@bob `@bob`": "@bob [code @bob]",
  "<b>bold</b> &amp;": "<b>bold</b> &amp;",
};

for (const [text, shape] of Object.entries(INLINES)) {
  Deno.test(`parseMarkdown() reads ${JSON.stringify(text)}`, () => {
    assertEquals(read(text), `[${shape}]`);
  });
}

const BLOCKS: Readonly<Record<string, string>> = {
  "a\nb\n\nc": "[a⏎b][c]",
  "> a\n> **b**\n>\n> > c\nd": "[quote [a⏎[strong b]][quote [c]]][d]",
  ">:( and >>> stay": "[>:( and >>> stay]",
  "- a\n- b\n  - c\n    - d\n  e\n- f":
    "[list [item [a]][item [b][list [item [c][list [item [d]]]]][e]][item [f]]]",
  "1. a\n\n2) b\n7. c\n- d": "[list [1. [a]][2. [b]][7. [c]]][list [item [d]]]",
  "- a\n\t- b": "[list [item [a][list [item [b]]]]]",
  "-1 and 1984. and -": "[-1 and 1984. and -]",
  "```ts\nconst a = 1;\n\n  b\n```\nc": "[code_block:ts const a = 1;⏎⏎  b][c]",
  "```const a\nb```": "[code_block const a⏎b]",
  "```c#\na\n```": "[code_block:c# a]",
  "```#\n```\n": "[code_block #]",
  "```#\nls\n```": "[code_block #⏎ls]",
  "```1\n2\n```": "[code_block 1⏎2]",
  "```hello\n```": "[code_block hello]",
  "```hello\n \n```": "[code_block hello⏎ ]",
  "```\n```": "[code_block ]",
  "```\n**a** @bob https://x.example\n```": "[code_block **a** @bob https://x.example]",
  "```\nnever closed": "[```⏎never closed]",
  "> ```\n> a\n> b\n> ```": "[quote [code_block a⏎b]]",
  "- ```sh\n  ls\n  ```": "[list [item [code_block:sh ls]]]",
  "\\> a\n\\- b\n\\1. c": "[> a⏎- b⏎1. c]",
  "": "",
  "\n \n": "",
};

for (const [text, shape] of Object.entries(BLOCKS)) {
  Deno.test(`parseMarkdown() reads the blocks of ${JSON.stringify(text)}`, () => {
    assertEquals(read(text), shape);
  });
}

/** Pieces of every kind of markup, and what breaks it. */
const PIECES = [
  "**",
  "*",
  "_",
  "~~",
  "`",
  "``",
  "```",
  "```js\n",
  "\n```\n",
  "\n",
  "\n\n",
  "> ",
  "- ",
]
  .concat([
    "1. ",
    "  ",
    "\t",
    "\\",
    "@",
    "@bob",
    "https://",
    "a.com",
    "[",
    "](",
    ")",
    " ",
    "a",
    "中",
  ])
  .concat([
    "\u0301",
    "\u0301".repeat(9),
    "\u202E",
    "\u2069",
    "😀",
    "\ud800",
    "¯\\_(ツ)_/¯",
    "\r",
    "#",
  ]);

/** Texts of any shape: pieces in any order, and one run of them repeated over and over. */
const hostileText = fc.tuple(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }),
  fc.nat(60),
).map(([head, run, times]) => head.join("") + run.join("").repeat(times));

/** Texts of fences: with anything behind them, closed or not, in quotes and lists. */
const fencedText = fc.array(
  fc.tuple(
    fc.constantFrom("", "", "> ", "- ", "  ", "> - "),
    fc.constantFrom("```", "```", "", "````", "a"),
    fc.oneof(
      fc.constantFrom("", "#", "c#", " ", "js", "js "),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    fc.constantFrom("", "", "```", "``` ", "\r", "a"),
  ).map((parts) => parts.join("")),
  { maxLength: 9 },
).map((lines) => lines.join("\n"));
const anyText = fc.oneof(hostileText, fencedText);

/** Where the source is in the tree, in order: its leaves, and the languages behind fences. */
function* heldIn(node: Node): Generator<Range> {
  if (!("children" in node)) return yield node;
  if (node.kind === "code_block" && node.language) {
    const start = node.start + "```".length;
    yield { start, end: start + node.language.length };
  }
  for (const child of node.children) yield* heldIn(child);
}

/** What lies between two parts of the source that the tree holds. */
function assertMarkers(text: string): void {
  assertMatch(text, /^[\s>*_~`\\\-.)0-9\u0301]*$/, "only markers, and marks of a tower");
}

function assertRight(node: Node, source: string): void {
  if (node.kind === "text") assertEquals(node.text, source.slice(node.start, node.end));
  if (node.kind === "code_block") assert(source.startsWith("```" + node.language, node.start));
  if ("children" in node) { for (const child of node.children) assertRight(child, source); }
}

Deno.test("parseMarkdown() keeps every character of any text, in order", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const message = parseMarkdown(text, people);
      let done = 0;
      for (const { start, end } of heldIn(message)) {
        assert(start >= done && end > start, "in order");
        assertMarkers(text.slice(done, start));
        done = end;
      }
      assertMarkers(text.slice(done));
      assertRight(message, text);
    }),
    { numRuns: 2_000 },
  );
});

function* blocksOfCode(node: Node): Generator<Block & { kind: "code_block" }> {
  if (node.kind === "code_block") yield node;
  else if ("children" in node) { for (const child of node.children) yield* blocksOfCode(child); }
}

Deno.test("parseMarkdown() takes a word for a language only above code that can be seen", () => {
  fc.assert(
    fc.property(fencedText, (text) => {
      for (const { language, children } of blocksOfCode(parseMarkdown(text, people))) {
        assertMatch(language, /^$|^[a-z]/i);
        if (language) assertMatch(codeOf(text, children), /\S/);
      }
    }),
    { numRuns: 5_000 },
  );
});

function depthOf(node: Node): number {
  return "children" in node ? 1 + Math.max(0, ...node.children.map(depthOf)) : 1;
}

/** Message, then block and entry on each level, paragraph, four markers, a link and its text. */
const DEEPEST = 1 + 2 * MAX_DEPTH + 1 + 4 + 2;

Deno.test("parseMarkdown() makes no deep tree of any text, and each node lies in its parent", () => {
  const assertInside = (node: Node): void => {
    if (!("children" in node)) return;
    let done = node.start;
    for (const child of node.children) {
      assert(child.start >= done && child.end <= node.end, node.kind);
      done = child.end;
      assertInside(child);
    }
  };
  fc.assert(
    fc.property(anyText, (text) => {
      const message = parseMarkdown(text, people);

      assert(depthOf(message) <= DEEPEST);
      assertInside(message);
    }),
    { numRuns: 1_000 },
  );
});

/** So many characters that quadratic time would take minutes. */
const LONG = 200_000;

for (
  const piece of [
    ...PIECES,
    "a_",
    "*a ",
    "> > ",
    "**a* ",
    "_a*",
    "`a",
    "``a`",
    "@a",
    "@中",
    "http://",
  ]
) {
  Deno.test(`parseMarkdown() takes linear time for repetitions of ${JSON.stringify(piece)}`, () => {
    for (const part of [piece, `${piece}\n`, `${piece} x`]) {
      const text = part.repeat(LONG / part.length);
      const start = performance.now();

      parseMarkdown(text, people);

      assert(performance.now() - start < 10_000);
    }
  });
}

Deno.test("sourceBetween() gives back all of any text that is shown", () => {
  fc.assert(fc.property(anyText, (text) => {
    const message = parseMarkdown(text, people);
    const hasLeaves = !leavesOf(message).next().done;

    assertEquals(sourceBetween(message, 0, text.length), hasLeaves ? text : "");
  }));
});

Deno.test("sourceBetween() gives markers with all they stand around, and none with a part", () => {
  const message = parseMarkdown("see **bold `c`** end\n> quote");
  // Shown as “see bold c end” and “quote”.
  const parts = [[0, 4], [4, 8], [4, 10], [6, 10], [9, 10], [10, 13], [0, 10], [14, 19], [15, 19]];

  assertEquals(parts.map(([from, to]) => sourceBetween(message, from!, to!)), [
    "see ",
    "bold",
    "**bold `c`**",
    "ld `c`",
    "`c`",
    " en",
    "see **bold `c`**",
    "> quote",
    "uote",
  ]);
});

Deno.test("cutMarkdown() keeps the text before a position", () => {
  const message = parseMarkdown("a **bold** b\n\n```\ncode\nmore\n```");

  assertEquals(shapeOf(cutMarkdown(message, 6)), "[message [paragraph a [strong bo]]]");
  assertEquals(
    shapeOf(cutMarkdown(message, 22)),
    "[message [paragraph a [strong bold] b][code_block code]]",
  );
  assertEquals(shapeOf(cutMarkdown(message, 99)), shapeOf(message));
});

Deno.test("cutMarkdown() keeps of any text what is shown before a position, and no more", () => {
  fc.assert(fc.property(anyText, fc.nat(400), (text, at) => {
    const message = parseMarkdown(text, people);
    const before = [...leavesOf(message)]
      .filter(({ kind, start, end }) => end <= at || (kind === "text" && start < at));

    const cut = cutMarkdown(message, at);

    assertEquals(
      [...leavesOf(cut)].map(({ start, end }) => [start, end]),
      before.map(({ start, end }) => [start, Math.min(end, at)]),
    );
    assertRight(cut, text);
    assertEquals(sourceBetween(cut, 0, text.length), before.length > 0 ? text.slice(0, at) : "");
  }));
});

Deno.test("mentionsIn() names everyone a message mentions", () => {
  assertEquals(
    [...mentionsIn(parseMarkdown("@BOB\n> - **@小明** `@bob.b`", people))],
    ["bob", "小明"],
  );
});

Deno.test("isMentioned() finds a name, not a longer one and none in code", () => {
  assertEquals(isMentioned("hi @Bob!", "bob"), true);
  assertEquals(isMentioned("@bob.", "bob"), true);
  assertEquals(isMentioned("**@bob**", "bob"), true);
  assertEquals(isMentioned("@bobby, @bob.b, bob and me@bob.example", "bob"), false);
  assertEquals(isMentioned("`@bob`", "bob"), false);
});
