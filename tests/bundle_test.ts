import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { bundlePage } from "../routes/bundler.ts";
import { BundleError, loadPage, type PageFolders } from "../routes/page_bundle.ts";
import { PROJECT, startProgram, taskCommand } from "./support/program.ts";

const SOURCES = {
  "index.html": `<link rel="stylesheet" href="static/page.css">
<script type="module" src="static/main.js"></script><img src="static/icons/dot.svg">`,
  "main.tsx": `import { greeting } from "./lib/greeting.js";
import${"("}"./lib/later.js").then(({ later }) => console.log(greeting, later));`,
  "lib/greeting.js": `export const greeting = "hello";`,
  "lib/later.js": `export const later = "much later";`,
  "page.css": `@import "./css/base.css";`,
  "css/base.css": "body { margin: 0 }",
  "icons/dot.svg": "<svg/>",
};

/** A page of a few files in a folder of its own. Dispose of it after use. */
class SmallPage implements AsyncDisposable, PageFolders {
  readonly sources: URL;
  readonly bundle: URL;

  private constructor(readonly folder: string) {
    this.sources = new URL(`file://${folder}/static/`);
    this.bundle = new URL(`file://${folder}/dist/page/`);
  }

  static async make(): Promise<SmallPage> {
    const page = new SmallPage(await Deno.makeTempDir({ prefix: "parley page " }));
    for (const [path, text] of Object.entries(SOURCES)) await page.write(path, text);
    return page;
  }

  async write(path: string, text: string): Promise<void> {
    const file = new URL(path, this.sources);
    await Deno.mkdir(new URL("./", file), { recursive: true });
    await Deno.writeTextFile(file, text);
  }

  /** What is served for a file, as text. */
  async served(path: string): Promise<string> {
    const { files } = await loadPage(this);
    return new TextDecoder().decode(await files.get(path)!.body("identity"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("bundlePage() makes one script, one stylesheet and a chunk for a dynamic import", async () => {
  await using page = await SmallPage.make();

  await bundlePage(page);

  const paths = [...(await loadPage(page)).files.keys()].sort();
  const chunks = paths.filter((path) => path.startsWith("later-"));
  assertEquals(chunks.length, 1);
  assertEquals(
    paths.filter((path) => !chunks.includes(path)),
    ["icons/dot.svg", "main.js", "page.css"],
  );
  assertStringIncludes(await page.served("main.js"), "hello");
  assertStringIncludes(await page.served("page.css"), "margin:0");
});

Deno.test("loadPage() refuses a page that not bundled, or was before its sources changed", async () => {
  await using page = await SmallPage.make();

  await assertRejects(() => loadPage(page), BundleError, "not bundled");
  await bundlePage(page);
  await loadPage(page);
  await page.write("lib/greeting.js", `export const greeting = "good evening";`);
  await assertRejects(() => loadPage(page), BundleError, "have changed");
  await bundlePage(page);

  assertStringIncludes(await page.served("main.js"), "good evening");
});

Deno.test("loadPage() serves a bundle that came without its sources", async () => {
  await using page = await SmallPage.make();
  await bundlePage(page);
  await Deno.remove(page.sources, { recursive: true });

  assertStringIncludes(await page.served("main.js"), "hello");
});

Deno.test("bundlePage() leaves the bundle of unchanged sources alone", async () => {
  await using page = await SmallPage.make();
  await bundlePage(page);
  await Deno.writeTextFile(new URL("main.js", page.bundle), "the first one");

  await bundlePage(page);

  assertEquals(await page.served("main.js"), "the first one");
});

Deno.test("bundlePage() may run several times at once, as when two servers start together", async () => {
  await using page = await SmallPage.make();
  await bundlePage(page);
  await page.write("lib/greeting.js", `export const greeting = "good evening";`);

  await Promise.all([bundlePage(page), bundlePage(page), bundlePage(page)]);

  assertStringIncludes(await page.served("main.js"), "good evening");
  const left = [...Deno.readDirSync(new URL("../", page.bundle))].map(({ name }) => name);
  assertEquals(left, ["page"]);
});

Deno.test("bundlePage() keeps the last bundle, and nothing half made, when the sources are broken", async () => {
  await using page = await SmallPage.make();
  await bundlePage(page);
  await page.write("main.tsx", `import { lost } from "./lib/lost.js"; console.log(lost);`);

  await assertRejects(() => bundlePage(page), Error, "the bundler failed");
  await page.write("main.tsx", SOURCES["main.tsx"]);

  assertStringIncludes(await page.served("main.js"), "hello");
  const left = [...Deno.readDirSync(new URL("../", page.bundle))].map(({ name }) => name);
  assertEquals(left, ["page"]);
});

Deno.test("the page is served without source maps, and its stylesheet without imports", async () => {
  const { files } = await loadPage();

  for (const [path, file] of files) {
    const text = new TextDecoder().decode(await file.body("identity"));
    assert(!path.endsWith(".map") && !text.includes("sourceMappingURL"), path);
    assert(!path.endsWith(".css") || !text.includes("@import"), path);
  }
});

Deno.test("deno task dev shows a change of the page on reload", async () => {
  const project = await copyProject();
  try {
    const settings = ["--port", String(freePort()), "--store", "memory"];
    await using server = await startProgram([...await taskCommand("dev"), ...settings], project);
    const file = `${project}/static/index.html`;
    const html = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, html.replace("<title>Parley<", "<title>Changed<"));

    await until(async () => (await reload(server.url)).includes("<title>Changed<"));
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});

/** Copies what the server is made of into a new folder. */
async function copyProject(): Promise<string> {
  const project = await Deno.makeTempDir({ prefix: "parley-dev-" });
  const parts = ["core", "deno.json", "deno.lock", "main.ts", "routes"];
  const args = ["-R", ...parts, "static", project];
  const { success } = await new Deno.Command("cp", { args, cwd: PROJECT }).output();
  assert(success);
  return project;
}

/** The page as it is now; nothing while the server restarts. */
async function reload(url: string): Promise<string> {
  try {
    return await (await fetch(url)).text();
  } catch {
    return "";
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

async function until(isSo: () => Promise<boolean>, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!await isSo()) {
    assert(performance.now() < deadline, `Not so after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
