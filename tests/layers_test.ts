import { assert, assertEquals } from "@std/assert";
import {
  findCycle,
  type Import,
  importsOf,
  type ModuleGraph,
  readModuleGraph,
} from "./support/module_graph.ts";

const root = new URL("../", import.meta.url);
const graph = await readModuleGraph(root);

/** What some files may import: their own kind, and what lies below. */
type Rule = readonly [
  part: string,
  from: RegExp,
  targets: RegExp,
  /** What they may take types from besides, in JSDoc too. */
  types?: RegExp,
];

/** Where the page takes types from: the protocol, and the clock that is handed in. */
const SHARED_TYPES = /^core\/(protocol|clock)\.ts$/;

const MAY_IMPORT: readonly Rule[] = [
  ["core/errors.ts and core/close_codes.ts", /^core\/(errors|close_codes)\.ts$/, /^$/],
  ["core/sqlite_*.ts", /^core\/sqlite_\w+\.ts$/, /^core\/|^zod$|^node:(sqlite|fs|path|crypto)$/],
  ["core/config.ts", /^core\/config\.ts$/, /^core\/|^zod$|^node:util$/],
  ["core/ip_ranges.ts", /^core\/ip_ranges\.ts$/, /^ipaddr\.js$/],
  ["core/passphrase.ts", /^core\/passphrase\.ts$/, /^core\/errors\.ts$|^node:(buffer|crypto)$/],
  ["core/packets.ts", /^core\/packets\.ts$/, /^core\/outbox\.ts$|^node:zlib$/],
  [
    "core/",
    /^core\/(?!sqlite_|config\.ts|ip_ranges\.ts|passphrase\.ts|packets\.ts)/,
    /^core\/|^zod$/,
  ],
  ["routes/", /^routes\//, /^(routes|core)\/|^hono(\/|$)|^zod$|^@std\/|^node:/],
  ["static/main.tsx", /^static\/[^/]+$/, /^static\/(ui|app)\//],
  ["static/text/", /^static\/text\//, /^static\/text\//, SHARED_TYPES],
  ["static/model/", /^static\/model\//, /^static\/(model|text)\//, SHARED_TYPES],
  ["static/net/", /^static\/net\//, /^static\/net\//, typesOf("model")],
  ["static/app/", /^static\/app\//, /^static\/(app|model|net|text)\//, SHARED_TYPES],
  [
    "static/ui/",
    /^static\/ui\//,
    /^static\/(ui|model|text)\/|^static\/app\/actions\.ts$|^preact(\/|$)|^sugar-high\/|^lean-qr\//,
    SHARED_TYPES,
  ],
  ["whatever is no test", /^(?!tests\/)/, /^(?!tests\/)/],
];

for (const rule of MAY_IMPORT) {
  Deno.test(`${rule[0]} imports only what lies below`, () => {
    assertEquals(straysIn(graph, rule), []);
  });
}

function typesOf(part: string): RegExp {
  return new RegExp(`${SHARED_TYPES.source}|^static/${part}/`);
}

/** What a rule's files import against it. A rule about no file is broken, too. */
function straysIn(graph: ModuleGraph, [part, from, targets, types]: Rule): string[] {
  const files = [...graph].filter(([path]) => from.test(path));
  if (files.length === 0) return [`There is no ${part}`];
  const mayImport = ({ target, isTypeOnly }: Import) =>
    targets.test(target) || (isTypeOnly && types?.test(target) === true);
  return files.flatMap(([path, imports]) =>
    imports.filter((imported) => !mayImport(imported))
      .map(({ specifier }) => `${path} imports ${specifier}`)
  );
}

Deno.test("a layer's rule is broken by a folder without files, and by a type in JSDoc", () => {
  const rule: Rule = ["static/net/", /^static\/net\//, /^static\/net\//, SHARED_TYPES];
  const from = (source: string) =>
    new Map([["static/net/a.js", importsOf("static/net/a.js", source)]]);

  assertEquals(straysIn(new Map(), rule), ["There is no static/net/"]);
  assertEquals(straysIn(from(`/** @import {Clock} from "../../core/clock.ts" */`), rule), []);
  assertEquals(
    straysIn(from(`/** @import {View} from "../view/view.js" */`), rule),
    ["static/net/a.js imports ../view/view.js"],
  );
  assertEquals(
    straysIn(from(`import { clock } from "../../core/clock.ts";`), rule),
    ["static/net/a.js imports ../../core/clock.ts"],
  );
});

for (const folder of ["core", "routes"]) {
  Deno.test(`${folder}/ has no import cycle at run time`, () => {
    assertEquals(findCycle(graph, (path) => path.startsWith(`${folder}/`)), undefined);
  });
}

Deno.test("static/ has no import cycle, types included", () => {
  assertEquals(findCycle(withTypes(graph), (path) => path.startsWith("static/")), undefined);
});

Deno.test("the page has no folder without a rule", () => {
  const folders = [...graph.keys()].filter((path) => /^static\/.*\//.test(path))
    .map((path) => path.split("/")[1]);

  assertEquals([...new Set(folders)].sort(), ["app", "model", "net", "text", "ui"]);
});

/** The graph with imports of types counted like any others. */
function withTypes(graph: ModuleGraph): ModuleGraph {
  return new Map(
    [...graph].map(([path, imports]) => [
      path,
      imports.map((imported) => ({ ...imported, isTypeOnly: false })),
    ]),
  );
}

Deno.test("every relative import leads to a file", () => {
  const lost = [...graph].flatMap(([path, imports]) =>
    imports.filter(({ specifier, target }) => specifier.startsWith(".") && !graph.has(target))
      .map(({ specifier }) => `${path} imports ${specifier}`)
  );

  assertEquals(lost, []);
});

/** Names that `core/` must not know: of the network, the runtime and its timers. */
const PLATFORM = new RegExp([
  String.raw`\bDeno\.|\bfetch\(|\bnew WebSocket\b|\bRequest\b|\bResponse\b`,
  String.raw`\bconsole\.|\bglobalThis\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\.`,
  String.raw`\b(set|clear)(Timeout|Interval|Immediate)\b`,
].join("|"));

/** Where time and a Worker's own scope become what is handed in elsewhere. */
const ADAPTERS = ["core/clock.ts", "core/store_worker_main.ts"];

Deno.test("core/ names nothing of the runtime, its timers or the network", async () => {
  const paths = [...graph.keys()].filter((path) => path.startsWith("core/"));
  const found: string[] = [];
  for (const path of paths.filter((path) => !ADAPTERS.includes(path))) {
    found.push(...platformNames(path, await Deno.readTextFile(new URL(path, root))));
  }

  assert(paths.length > ADAPTERS.length);
  assertEquals(found, []);
});

Deno.test("platformNames() finds a timer and the runtime, but not in comments", () => {
  const source = [
    "setTimeout(retry, 100);",
    "// setTimeout would be wrong here.",
    "const at = Date.now(); // Now.",
    " * Deno.serve, as it is",
    "Deno.exit(1);",
  ].join("\n");

  assertEquals(platformNames("a.ts", source), [
    "a.ts:1: setTimeout(retry, 100);",
    "a.ts:3: const at = Date.now(); // Now.",
    "a.ts:5: Deno.exit(1);",
  ]);
});

function platformNames(path: string, source: string): string[] {
  return source.split("\n").flatMap((line, index) =>
    PLATFORM.test(withoutComment(line)) ? [`${path}:${index + 1}: ${line.trim()}`] : []
  );
}

/** A line of code alone; lines of a block comment begin with an asterisk here. */
function withoutComment(line: string): string {
  return /^\s*(\/?\*|\/\/)/.test(line) ? "" : line.replace(/\s\/\/ .*$/, "");
}

Deno.test("importsOf() reads every kind of import", () => {
  const source = [
    `import * as z from "zod";`,
    `import type { A } from "./a.ts";`,
    `import { type B, type C } from "./b.ts";`,
    `import { c, type D } from "../c.ts";`,
    `import {\n  e,\n} from "./e.ts";`,
    `export { f } from "./f.ts";`,
    `import "./g.ts";`,
    // In parts, or this file itself would seem to import it.
    "const h = await import" + `("./h.ts");`,
    `/** @import { I } from "./i.ts" */`,
    "/** @type {import" + `("./j.ts").J} */`,
    `const text = 'import "./k.ts"';`,
  ].join("\n");

  assertEquals(
    importsOf("core/x.ts", source).map(({ target, isTypeOnly }) => [target, isTypeOnly]),
    [
      ["zod", false],
      ["core/a.ts", true],
      ["core/b.ts", true],
      ["c.ts", false],
      ["core/e.ts", false],
      ["core/f.ts", false],
      ["core/g.ts", false],
      ["core/h.ts", false],
      ["core/i.ts", true],
      ["core/j.ts", true],
    ],
  );
});

Deno.test("findCycle() finds a cycle, and counts types only if asked", () => {
  const graph = (isTypeOnly: boolean) =>
    new Map([
      ["a.ts", [{ specifier: "./b.ts", target: "b.ts", isTypeOnly: false }]],
      ["b.ts", [{ specifier: "./a.ts", target: "a.ts", isTypeOnly }]],
    ]);

  assertEquals(findCycle(graph(false), () => true), ["a.ts", "b.ts", "a.ts"]);
  assertEquals(findCycle(graph(true), () => true), undefined);
  assertEquals(findCycle(withTypes(graph(true)), () => true), ["a.ts", "b.ts", "a.ts"]);
});

Deno.test("readModuleGraph() sees the whole project", () => {
  for (const path of ["core/protocol.ts", "tests/layers_test.ts"]) assert(graph.has(path), path);
});
