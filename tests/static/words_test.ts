import { assert, assertEquals } from "@std/assert";
import { en } from "../../static/text/en.ts";
import { readModuleGraph } from "../support/module_graph.ts";

const root = new URL("../../", import.meta.url);

/** What people read belongs in the table of `static/text/`, or it can't be translated. */
const WORDS = [
  // A string that begins as a sentence does: "Not sent yet".
  /(["'`])\p{Lu}[\p{L}’]*[ .…!?,:][^"'`]*\1/u,
  // An attribute that is shown or spoken.
  /\b(?:alt|aria-(?:description|label|roledescription|valuetext)|label|placeholder|title)="[^"]*(?:\p{Lu}|\p{L} )/u,
  // Text between tags.
  /[\w"}/]>[^<>{}=;()]*\p{L}[^<>{}=;()]*<\//u,
];
/** Programmers read what is thrown; tags of documents are no words. */
const NO_WORDS = /\bError\(|\bthrow\b/;

Deno.test("only static/text/ holds words for people", async () => {
  const paths = [...(await readModuleGraph(root)).keys()]
    .filter((path) => /^static\/(?:app|model|net|ui)\/.*\.tsx?$/.test(path));
  const found: string[] = [];
  for (const path of paths) {
    found.push(...wordsIn(path, await Deno.readTextFile(new URL(path, root))));
  }

  assert(paths.length > 0);
  assertEquals(found, []);
});

Deno.test("wordsIn() finds sentences, spoken attributes and text between tags, not code", () => {
  const source = [
    `const said = "Not sent yet";`,
    "return `Message ${name}`;",
    `<button aria-label="Close" />`,
    `<p class="hint">at least one</p>`,
    `throw new TypeError("Cannot find the part");`,
    `<p class="big red">{strings.join.lead}</p>`,
    `if (event.key === "Enter") return;`,
    `// "Never mind this."`,
    `const a = b > c && d</x/.test(e);`,
  ].join("\n");

  assertEquals(wordsIn("a.tsx", source).map((line) => line.slice(0, 7)), [
    "a.tsx:1",
    "a.tsx:2",
    "a.tsx:3",
    "a.tsx:4",
  ]);
});

Deno.test("every text in the table is said somewhere", async () => {
  const paths = [...(await readModuleGraph(root)).keys()]
    .filter((path) =>
      /^static\/.*\.tsx?$/.test(path) && !/^static\/text\/en(_\w+)?\.ts$/.test(path)
    );
  const sources = await Promise.all(
    paths.map((path) => Deno.readTextFile(new URL(path, root))),
  );

  assertEquals(unsaidIn(sources.map(withoutComments)), []);
});

Deno.test("unsaidIn() finds texts that no source names beside their section", () => {
  const said = new Set(unsaidIn([
    "const { joined } = strings.timeline;",
    "const words = strings.join; words.lead;",
    "strings.product; const { title } = strings; title.urgent(1);",
  ]));
  const isSaid = (text: string) => !said.has(text);

  assertEquals(
    ["timeline.joined", "join.lead", "product", "title.urgent"].filter(isSaid).length,
    4,
  );
  assertEquals(["timeline.left", "sidebar.label", "language"].filter(isSaid), []);
});

/**
 * Texts, as section and name, that no source uses beside their section; anywhere, if one hands the
 * whole section over. What a text holds by keys counts as one.
 */
function unsaidIn(sources: readonly string[]): string[] {
  return Object.entries(en).flatMap(([section, texts]) => {
    const isUsed = new RegExp(
      String.raw`\bstrings\.${section}\b|\b${section}\b[^}]*\} = strings\b`,
    );
    const isHandedOver = new RegExp(String.raw`\bstrings\.${section}[,)[]`);
    const near = sources.filter((source) => isUsed.test(source));
    if (typeof texts === "string") return near.length > 0 ? [] : [section];
    const places = near.some((source) => isHandedOver.test(source)) ? sources : near;
    const isSaid = (text: string) =>
      places.some((source) => new RegExp(String.raw`\b${text}\b`).test(source));
    return Object.keys(texts).filter((text) => !isSaid(text)).map((text) => `${section}.${text}`);
  });
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
}

function wordsIn(path: string, source: string): string[] {
  return source.split("\n").flatMap((line, index) => {
    const isComment = /^\s*(?:\/?\*|\/\/)/.test(line);
    const hasWords = !isComment && !NO_WORDS.test(line) && WORDS.some((words) => words.test(line));
    return hasWords ? [`${path}:${index + 1}: ${line.trim()}`] : [];
  });
}
