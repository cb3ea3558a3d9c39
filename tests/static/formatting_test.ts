import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Mark, wrapSelection } from "../../static/text/formatting.ts";
import { parseMarkdown } from "../../static/text/markdown.ts";

/** What becomes of a text whose selection, or caret, stands between bars. */
function press(marked: string, mark: Mark): string {
  const start = marked.indexOf("|");
  const end = Math.max(start, marked.lastIndexOf("|") - 1);
  return show(wrapSelection(marked.replaceAll("|", ""), start, end, mark));
}

function show({ text, start, end }: { text: string; start: number; end: number }): string {
  const bar = start === end ? "|" : `|${text.slice(start, end)}|`;
  return text.slice(0, start) + bar + text.slice(end);
}

Deno.test("wrapSelection() wraps words, and takes the signs off again", () => {
  for (const [mark, sign] of [["bold", "**"], ["italic", "_"], ["code", "`"]] as const) {
    assertEquals(press("a |b c| d", mark), `a ${sign}|b c|${sign} d`);
    assertEquals(press(`a ${sign}|b c|${sign} d`, mark), "a |b c| d");
    assertEquals(press(`a |${sign}b c${sign}| d`, mark), "a |b c| d");
  }
});

Deno.test("wrapSelection() leaves spaces outside the signs, and other signs inside", () => {
  assertEquals(press("a| b |c", "bold"), "a **|b|** c");
  assertEquals(press("**|b|**", "italic"), "**_|b|_**");
  assertEquals(press("**_|b|_**", "italic"), "**|b|**");
  assertEquals(press("|**a** and **b**|", "italic"), "_|**a** and **b**|_");
});

Deno.test("wrapSelection() puts the caret between new signs, past them, or takes them off", () => {
  assertEquals(press("a |", "bold"), "a **|**");
  assertEquals(press("a **|**", "bold"), "a |");
  assertEquals(press("a **b|** c", "bold"), "a **b**| c");
  assertEquals(press("a |**b** c", "bold"), "a **|****b** c");
  assertEquals(press("a|  |b", "code"), "a  `|`b");
});

Deno.test("wrapSelection() wraps each of several lines, and unwraps them together", () => {
  assertEquals(press("|a\n\n- b|", "bold"), "|**a**\n\n**- b**|");
  assertEquals(press("|**a**\n  b|", "bold"), "|**a**\n  **b**|");
  assertEquals(press("|**a**\n\n  **b**|", "bold"), "|a\n\n  b|");
});

Deno.test("wrapSelection() gives code with backticks longer signs", () => {
  assertEquals(press("|a`b|", "code"), "``|a`b|``");
  assertEquals(press("|`a|", "code"), "`` |`a| ``");
  assertEquals(press("`` |`a| ``", "code"), "|`a|");
  assertEquals(press("|`` `a ``|", "code"), "|`a|");
  assertEquals(press("|`a` or `b`|", "code"), "`` |`a` or `b`| ``");
});

Deno.test("wrapSelection() makes a block of several lines of code, and lines of a block", () => {
  assertEquals(press("|a\n  b|", "code"), "```\n|a\n  b|\n```");
  assertEquals(press("see |a\nb| now", "code"), "see \n```\n|a\nb|\n```\n now");
  assertEquals(press("x\n  |if\n    y|\n", "code"), "x\n```\n|  if\n    y|\n```\n");
  assertEquals(press("```ts\n|a\nb|\n```", "code"), "|a\nb|");
  assertEquals(press("x\n|```ts\na\nb\n```|", "code"), "x\n|a\nb|");
});

Deno.test("the page shows text with the mark that wrapSelection() adds", () => {
  const kindsOf = (text: string, mark: Mark) => {
    const [block] = parseMarkdown(wrapSelection(text, 0, text.length, mark).text).children;
    return block?.kind === "paragraph" ? block.children.map(({ kind }) => kind) : block?.kind;
  };

  assertEquals(kindsOf("a b", "bold"), ["strong"]);
  assertEquals(kindsOf("a *b*", "italic"), ["emphasis"]);
  for (const code of ["a", "a`b", "`a` b", "``a", "a*b*"]) {
    assertEquals(kindsOf(code, "code"), ["code"], code);
  }
  assertEquals(kindsOf("a\nb", "code"), "code_block");
});

Deno.test("wrapSelection() undoes itself on any words", () => {
  const words = fc.array(fc.constantFrom("a", "b c", "`", "``", "$&", "é", "👍"), { minLength: 1 })
    .map((parts) => `x${parts.join("")}y`);
  const mark = fc.constantFrom<Mark>("bold", "italic", "code");
  fc.assert(fc.property(words, words, words, mark, (before, chosen, after, mark) => {
    const text = `${before} ${chosen} ${after}`;
    const start = before.length + 1;

    const once = wrapSelection(text, start, start + chosen.length, mark);
    const twice = wrapSelection(once.text, once.start, once.end, mark);

    assertEquals(once.text.slice(once.start, once.end), chosen);
    assertEquals(show(twice), show({ text, start, end: start + chosen.length }));
  }));
});

Deno.test("wrapSelection() takes linear time for any repetition", () => {
  for (const piece of ["`", "*", "_", "a\n", "```\n", " ", "\n"]) {
    const text = piece.repeat(100_000);
    for (const mark of ["bold", "italic", "code"] as const) {
      const started = performance.now();

      wrapSelection(text, 0, text.length, mark);
      wrapSelection(text, text.length / 2, text.length / 2, mark);

      assert(performance.now() - started < 3_000, `${mark} ${piece}`);
    }
  }
});
