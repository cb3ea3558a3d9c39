import { assertEquals } from "@std/assert";

const STATIC = new URL("../../static/", import.meta.url);
const TOKENS = "style/tokens.css";

/** Sides named for a page that reads from left to right. */
const PHYSICAL =
  /^\s*(left|right|top|bottom|(min-|max-)?(width|height)|(margin|padding|border|inset)-(left|right|top|bottom)[\w-]*):|text-align: (left|right)/;
/** A value that only a token may hold. */
const RAW = /--raw-|oklch\(|rgb\(|#[0-9a-f]{3,8}\b/;

async function readStyles(folder: string): Promise<Map<string, string>> {
  const styles = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, STATIC))) {
    const path = `${folder}${name}`;
    if (isDirectory) {
      for (const [key, text] of await readStyles(`${path}/`)) styles.set(key, text);
    }
    if (name.endsWith(".css")) styles.set(path, await Deno.readTextFile(new URL(path, STATIC)));
  }
  return styles;
}

const styles = new Map([...await readStyles("style/"), ...await readStyles("ui/")]);

/** Lines that match, as `file: line`. */
function linesWith(pattern: RegExp, except = ""): string[] {
  return [...styles].filter(([path]) => path !== except).flatMap(([path, text]) =>
    text.split("\n").filter((line) => pattern.test(line)).map((line) => `${path}: ${line.trim()}`)
  );
}

Deno.test("styles name sides by the direction of reading, so that a page can be mirrored", () => {
  assertEquals(linesWith(PHYSICAL), []);
});

Deno.test("colours are tokens: no other file holds one", () => {
  assertEquals(linesWith(RAW, TOKENS), []);
});

Deno.test("every custom property that is used is set somewhere", async () => {
  const avatar = await Deno.readTextFile(new URL("ui/shared/avatar.tsx", STATIC));
  const all = [...styles.values()].join("\n");
  const set = new Set([...`${all}\n${avatar}`.matchAll(/(--[\w-]+)"?:/g)].map(([, name]) => name));
  const used = new Set([...all.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name));
  assertEquals([...used].filter((name) => !set.has(name)), []);
});

Deno.test("the page imports every stylesheet once, the order of the layers first", async () => {
  const page = await Deno.readTextFile(new URL("page.css", STATIC));
  const imports = [...page.matchAll(/@import "\.\/([^"]+)";/g)].map(([, path]) => path!);
  assertEquals(imports[0], "style/layers.css");
  assertEquals(imports.toSorted(), [...styles.keys()].sort());
});

Deno.test("every rule is inside one of the layers", () => {
  const outside = [...styles].filter(([, text]) => /^(?!@layer |\/\*| \*|\}|$)\S/m.test(text));
  assertEquals(outside.map(([path]) => path), []);
});
