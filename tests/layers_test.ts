import { assert, assertEquals } from "@std/assert";
import { findCycle, importsOf, readModuleGraph } from "./support/module_graph.ts";

const root = new URL("../", import.meta.url);
const graph = await readModuleGraph(root);

/** What each part may import at all, types included: its own kind, and what lies below it. */
const MAY_IMPORT: readonly (readonly [part: string, from: RegExp, targets: RegExp])[] = [
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
  ["static/", /^static\//, /^static\//],
  ["static/lib/ and static/text/", /^static\/(lib|text)\//, /^static\/(lib|text)\//],
  ["static/model/", /^static\/model\//, /^static\/(model|lib|text)\//],
  ["static/net/", /^static\/net\//, /^static\/(net|lib|text)\//],
  ["static/view/", /^static\/view\//, /^static\/(view|model|lib|text)\//],
  ["whatever is no test", /^(?!tests\/)/, /^(?!tests\/)/],
];

for (const [part, from, targets] of MAY_IMPORT) {
  Deno.test(`${part} imports only what lies below`, () => {
    const strays = [...graph].filter(([path]) => from.test(path)).flatMap(([path, imports]) =>
      imports.filter(({ target }) => !targets.test(target))
        .map(({ specifier }) => `${path} imports ${specifier}`)
    );

    assertEquals(strays, []);
  });
}

for (const folder of ["core", "routes", "static"]) {
  Deno.test(`${folder}/ has no import cycle at run time`, () => {
    assertEquals(findCycle(graph, (path) => path.startsWith(`${folder}/`)), undefined);
  });
}

Deno.test("every relative import leads to a file", () => {
  const lost = [...graph].flatMap(([path, imports]) =>
    imports.filter(({ specifier, target }) => specifier.startsWith(".") && !graph.has(target))
      .map(({ specifier }) => `${path} imports ${specifier}`)
  );

  assertEquals(lost, []);
});

/** Names of the platform's network and of the runtime, which `core/` must not know. */
const PLATFORM = /\bDeno\.|\bfetch\(|\bnew WebSocket\b|\bRequest\b|\bResponse\b/;

Deno.test("core/ names nothing of the runtime or the network", async () => {
  const found: string[] = [];
  for (const path of [...graph.keys()].filter((path) => path.startsWith("core/"))) {
    const source = await Deno.readTextFile(new URL(path, root));
    for (const [index, line] of source.split("\n").entries()) {
      if (PLATFORM.test(withoutComment(line))) found.push(`${path}:${index + 1}: ${line.trim()}`);
    }
  }

  assertEquals(found, []);
});

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
    // In two parts, or this file itself would seem to import it.
    "const h = await " + `import("./h.ts");`,
    `/** @import { I } from "./i.ts" */`,
    `/** @type {import("./j.ts").J} */`,
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
    ],
  );
});

Deno.test("findCycle() finds a way around, and follows no types", () => {
  const graph = (isTypeOnly: boolean) =>
    new Map([
      ["a.ts", [{ specifier: "./b.ts", target: "b.ts", isTypeOnly: false }]],
      ["b.ts", [{ specifier: "./a.ts", target: "a.ts", isTypeOnly }]],
    ]);

  assertEquals(findCycle(graph(false), () => true), ["a.ts", "b.ts", "a.ts"]);
  assertEquals(findCycle(graph(true), () => true), undefined);
});

Deno.test("readModuleGraph() sees the whole project", () => {
  for (const path of ["core/protocol.ts", "tests/layers_test.ts"]) assert(graph.has(path), path);
});
