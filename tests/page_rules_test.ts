import { assert, assertEquals } from "@std/assert";
import { type ModuleGraph, readModuleGraph } from "./support/module_graph.ts";

const root = new URL("../", import.meta.url);
const graph = await readModuleGraph(root);
/** Source of every module of the project, by path. */
const sources = new Map(
  await Promise.all([...graph.keys()].map(async (path) => [path, await read(path)] as const)),
);
const styles = await readStyles();
/** Longest file of the page, in lines: longer ones hold more than one idea. */
const MAX_LINES = 250;
/** Classes whose names are put together when the page runs: by the highlighter, and from a kind. */
const COMPOSED_CLASS = /^(code__\w+|(dialog|join)__error|(badge|composer__note)--\w+)$/;

Deno.test(`no module or stylesheet of the page has more than ${MAX_LINES} lines`, () => {
  const files = [...sources, ...styles].filter(([path]) => path.startsWith("static/"));
  const long = files.filter(([, text]) => text.trimEnd().split("\n").length > MAX_LINES)
    .map(([path]) => path);

  assert(files.length > 100);
  assertEquals(long, []);
});

Deno.test("only ui/ and main.tsx touch the document", () => {
  const paths = [...sources].filter(([path, source]) =>
    /^static\/(app|model|net|text)\//.test(path) && touchesDocument(source)
  ).map(([path]) => path);

  assertEquals(paths, []);
});

Deno.test("everything the page exports is used elsewhere", () => {
  assertEquals(unusedExports(graph, sources), []);
});

Deno.test("unusedExports() finds a function nobody imports, and a type nothing names", () => {
  const sources = new Map([
    ["static/a.ts", "export function used() {}\nexport const idle = 1;\nexport type Idle = 1;"],
    ["static/b.ts", 'import { used } from "./a.ts";\nused();'],
  ]);
  const imported = { specifier: "./a.ts", target: "static/a.ts", isTypeOnly: false };
  const graph: ModuleGraph = new Map([["static/a.ts", []], ["static/b.ts", [imported]]]);

  assertEquals(unusedExports(graph, sources), ["static/a.ts: idle", "static/a.ts: Idle"]);
});

Deno.test("every class in a stylesheet is used", () => {
  const markup = [...sources].filter(([path]) => path.startsWith("static/"))
    .map(([, source]) => source).join("\n") + styles.get("static/index.html");
  const named = new Set(markup.match(/[a-z][\w-]*/g));
  const css = [...styles].filter(([path]) => path.endsWith(".css"));
  const unused = css.flatMap(([path, text]) =>
    classesIn(text).filter((name) => !named.has(name) && !COMPOSED_CLASS.test(name))
      .map((name) => `${path}: ${name}`)
  );

  assertEquals(unused, []);
});

/** The page's stylesheets and its document, by path. */
async function readStyles(folder = "static/"): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = folder + name;
    if (isDirectory) { for (const entry of await readStyles(`${path}/`)) found.set(...entry); }
    else if (/\.(css|html)$/.test(name)) found.set(path, await read(path));
  }
  return found;
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, root));
}

function touchesDocument(source: string): boolean {
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  return /\b(document|window)\.|\bquerySelector|\bcreateElement/.test(code);
}

/**
 * Exports of the page that could be private. A type counts as used where its own file names it once
 * more: whoever calls an exported function has to be able to name what it takes.
 */
function unusedExports(graph: ModuleGraph, sources: ReadonlyMap<string, string>): string[] {
  return [...sources].filter(([path]) => path.startsWith("static/")).flatMap(([path, source]) => {
    const importers = [...graph].filter(([importer, imports]) =>
      imports.some(({ target }) => target === path) || isNamedIn(path, importer, sources)
    ).map(([importer]) => sources.get(importer) ?? "");
    const isUsed = (name: string, isType: boolean) =>
      importers.some((importer) => countWord(importer, name) > 0) ||
      (isType && countWord(source, name) > 1);
    return exportsOf(source).filter(({ name, isType }) => !isUsed(name, isType))
      .map(({ name }) => `${path}: ${name}`);
  });
}

/** Whether a test names a module in a string: one that uses the DOM can't share its types. */
function isNamedIn(path: string, importer: string, sources: ReadonlyMap<string, string>): boolean {
  return importer.startsWith("tests/") && sources.get(importer)?.includes(path) === true;
}

function exportsOf(source: string): { readonly name: string; readonly isType: boolean }[] {
  const pattern = /^export (?:async )?(function\*?|const|let|class|interface|type) (\w+)/gm;
  return [...source.matchAll(pattern)].map(([, what, name = ""]) => ({
    name,
    isType: what === "type" || what === "interface",
  }));
}

function countWord(text: string, word: string): number {
  return text.split(new RegExp(`\\b${word}\\b`)).length - 1;
}

function classesIn(css: string): string[] {
  const code = css.replace(/\/\*[\s\S]*?\*\/|@import.*$|url\(.*?\)/gm, "");
  return [...new Set(code.match(/\.[a-z][\w-]*/g))].map((name) => name.slice(1));
}
