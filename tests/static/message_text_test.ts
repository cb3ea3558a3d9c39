import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isBigEmoji } from "../../static/text/big_emoji.ts";
import { countLines, foldAt } from "../../static/text/folding.ts";
import { parseMarkdown } from "../../static/text/markdown.ts";
import { lookUpIn } from "../../static/text/mentions.ts";
import { highlight } from "../../static/ui/message/highlight.ts";

// Not by a literal: the types of the DOM would hold for every test, and they collide with Deno's.
const path = new URL("../../static/ui/message/text.tsx", import.meta.url).href;
const { render } = await import(path);

/** An element as a component describes it. */
interface Described {
  readonly type: string | ((props: Props) => unknown);
  readonly props: Props;
}
type Props = Readonly<Record<string, unknown>>;

/** What a message's text becomes, in the way of HTML; components with state by their name. */
function rendered(text: string): string {
  const context = { source: text, ownName: "alice", onMention: () => {} };
  return markup(render(parseMarkdown(text, lookUpIn(["alice", "bob"])), context));
}

function markup(node: unknown): string {
  if (typeof node === "string") return node;
  if (Array.isArray(node)) return node.map(markup).join("");
  if (typeof node !== "object" || node === null) return "";
  const { type, props } = node as Described;
  if (typeof type === "string") return element(type, props);
  if (type.name === "CodeBlock") return `<CodeBlock:${props.language}>`;
  return type.name === "" || type.name === "k" ? markup(props.children) : markup(type(props));
}

function element(type: string, { children, ...others }: Props): string {
  const attributes = Object.entries(others)
    .flatMap(([name, value]) =>
      typeof value === "function" || value === undefined ? [] : [` ${name}=${value}`]
    );
  return `<${type}${attributes.join("")}>${markup(children)}</${type}>`;
}

Deno.test("render() makes nodes of stress, quotes and lists", () => {
  assertEquals(
    rendered("**a** _b_ ~~c~~ `d`\n> e\n1. f"),
    "<p dir=auto><strong>a</strong> <em>b</em> <s>c</s> <code class=text__code dir=auto>d</code></p>" +
      "<blockquote class=quote dir=auto><p>e</p></blockquote>" +
      "<ol dir=auto><li value=1><p>f</p></li></ol>",
  );
});

Deno.test("render() isolates an address, and shows where it leads", () => {
  const link = "target=_blank rel=noopener noreferrer nofollow";

  assertEquals(
    rendered("https://bank.example@evil.example"),
    `<p dir=auto><a href=https://bank.example@evil.example/ dir=ltr ${link}>` +
      "https://bank.example@evil.example</a>" +
      "<span class=text__target dir=ltr data-extra=true> (evil.example)</span></p>",
  );
});

Deno.test("render() tells mentions of the reader from others, and names controls", () => {
  assertEquals(
    rendered("@bob @Alice \u202Ex"),
    "<p dir=auto><button type=button class=mention><bdi>@bob</bdi></button> " +
      "<button type=button class=mention mention--self><bdi>@Alice</bdi></button> " +
      "<bdi class=control-character dir=ltr title=Invisible character that changes text direction>" +
      "U+202E</bdi>x</p>",
  );
});

Deno.test("render() hands code and its language to a block", () => {
  assertEquals(rendered("```ts\n<b>\n```"), "<CodeBlock:ts>");
});

Deno.test("highlight() loses no character of any code in any language", async () => {
  const pieces = [
    "a",
    "<",
    "`",
    "${",
    "'",
    '"',
    "/",
    "//",
    "/*",
    "#",
    "\n",
    " ",
    "{",
    "}",
    "const",
    "0",
    "\\",
    "😀",
  ];
  const code = fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join(""));
  const language = fc.constantFrom(
    "",
    "ts",
    "TSX",
    "python",
    "sh",
    "json",
    "css",
    "sql",
    "rs",
    "go",
    "cobol",
  );
  await fc.assert(fc.asyncProperty(code, language, async (code, language) => {
    assertEquals((await highlight(code, language)).map(({ text }) => text).join(""), code);
  }));
});

Deno.test("highlight() tells words of a language from text", async () => {
  const kinds = async (code: string, language: string) =>
    (await highlight(code, language)).filter(({ text }) => text.trim() !== "")
      .map(({ kind }) => kind);

  assertEquals((await kinds("const a = 'b'", ""))[0], "keyword");
  assertEquals(await kinds("def", "py"), ["keyword"]);
  assertEquals(await kinds("def f", "cobol"), ["space"]);
});

// With JSX, these took 30 ms for 4,000 characters: quadratic time.
Deno.test("highlight() takes linear time for brackets that may begin a tag", async () => {
  const start = performance.now();

  await highlight("a<".repeat(50_000), "tsx");

  assert(performance.now() - start < 10_000);
});

Deno.test("isBigEmoji() finds one to three emoji alone", () => {
  for (const text of ["👍", "👍🏽 ❤️", "👩‍🚀👨‍👩‍👧‍👦🇩🇪", "1️⃣", "☺️", "👩‍❤‍👨", " 🎉\n"]) {
    assert(isBigEmoji(text), text);
  }
  for (
    const text of ["", " ", "👍👍👍👍", "👍 ok", "1", "#", "❤", "→", "©", "a", "👍".repeat(2_000)]
  ) {
    assert(!isBigEmoji(text), text);
  }
});

Deno.test("foldAt() folds messages of more than twenty lines, typed or wrapped", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}`).join("\n");

  assertEquals(foldAt(lines(20)), undefined);
  assertEquals(lines(63).slice(0, foldAt(lines(63))), lines(15));
  assertEquals([countLines(lines(63)), countLines("a".repeat(1_801))], [63, 21]);
  assertEquals(foldAt("a".repeat(1_801)), 15 * 90);
  assertEquals(foldAt("a" + "😀".repeat(1_000)), 15 * 90 - 1);
});
