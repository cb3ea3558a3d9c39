import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { pageTest } from "../support/browser.ts";
import { PROJECT } from "../support/program.ts";

/** Shows messages as the timeline does, without all that is around them. */
const ENTRY = `
import { createElement as h, render } from "preact";
import { copySources } from "${PROJECT}static/ui/message/copy_source.ts";
import { MessageText } from "${PROJECT}static/ui/message/text.tsx";
import { lookUpIn } from "${PROJECT}static/text/mentions.ts";
const props = { lookUp: lookUpIn(["bob"]), ownName: "alice", onMention: (name) => document.title = name };
const row = (text) => h("div", null, h("b", null, "bob"), h(MessageText, { text, ...props }));
const log = document.querySelector("main");
render(JSON.parse(document.querySelector("template").content.textContent).map(row), log);
copySources(log);
`;
const STYLE = `@import "${PROJECT.pathname}static/style/tokens.css";
@import "${PROJECT.pathname}static/ui/message/text.css";`;

/** A page that shows these messages, and the scripts it has loaded. */
async function show(browser: Browser, messages: string[], top = 0) {
  const folder = await bundle();
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  const scripts: string[] = [];
  const text = JSON.stringify(messages).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const html =
    `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="entry.css"><template>${text}</template>
    <main style="padding-top: ${top}px"></main><script type="module" src="entry.js"></script>`;
  await page.route("https://page.example/**", async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name.endsWith(".js")) scripts.push(name);
    if (name === "") await route.fulfill({ contentType: "text/html", body: html });
    else await route.fulfill({ path: `${folder}/${name}` });
  });
  await page.goto("https://page.example/");
  await page.locator(".text").last().waitFor();
  return { page, scripts };
}

let bundled: Promise<string> | undefined;

/** The folder of the bundle, made once. */
function bundle(): Promise<string> {
  return bundled ??= (async () => {
    const folder = await Deno.makeTempDir({ prefix: "parley-messages-" });
    await Deno.writeTextFile(`${folder}/entry.js`, ENTRY);
    await Deno.writeTextFile(`${folder}/entry.css`, STYLE);
    const flags = ["--quiet", "--no-lock", "--platform=browser", "--code-splitting"];
    const config = `--config=${new URL("deno.json", PROJECT).pathname}`;
    const entries = [`${folder}/entry.js`, `${folder}/entry.css`];
    const args = ["bundle", ...flags, config, `--outdir=${folder}/out`, ...entries];
    const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: PROJECT }).output();
    if (!success) throw new Error("Cannot bundle the messages");
    return `${folder}/out`;
  })();
}

Deno.test.afterAll(async () => {
  if (bundled) await Deno.remove(new URL("..", `file://${await bundled}/`), { recursive: true });
});

/** Selects from the start of one text to the end of another, and copies. */
async function copy(page: Page, from: string, to: string): Promise<string> {
  await page.getByText(from, { exact: true }).first().evaluate((start, to) => {
    const document = start.ownerDocument;
    const walker = document.createTreeWalker(document.body, 4);
    let end = walker.nextNode();
    while (end !== null && end.nodeValue !== to) end = walker.nextNode();
    document.getSelection()!.setBaseAndExtent(start.firstChild!, 0, end!, to.length);
  }, to);
  await page.keyboard.press("Control+C");
  return await page.evaluate("navigator.clipboard.readText()");
}

pageTest("copying a message gives what was typed", async (browser) => {
  const text = "**bold** and `code`\n> - *one*\n> - \u202Etwo\n```ts\nconst a = 1;\n```\nsee @bob";
  const { page } = await show(browser, [text, "_next_ one"]);

  assertEquals(await copy(page, "bold", "bold"), "**bold**");
  assertEquals(await copy(page, "bold", "code"), "**bold** and `code`");
  assertEquals(await copy(page, "one", "two"), "> - *one*\n> - \u202Etwo");
  assertEquals(await copy(page, "bold", "@bob"), text);
  assertEquals(await copy(page, "bold", "next"), `${text}\nbob\n_next_`);
});

pageTest("code is coloured once it is on screen, and copied by a button", async (browser) => {
  const { page, scripts } = await show(browser, ["```\nconst a = 1;\n```"], 3_000);
  const block = page.getByRole("group", { name: "Code" });
  assertEquals(scripts.some((name) => name.startsWith("highlight")), false);

  await block.scrollIntoViewIfNeeded();
  await page.locator(".code__keyword").waitFor();
  await block.hover();
  await page.getByRole("button", { name: "Copy code" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();

  assertEquals(await block.innerText(), "const a = 1;");
  assertEquals(await page.evaluate("navigator.clipboard.readText()"), "const a = 1;");
});

pageTest("a long message is folded until the reader wants it", async (browser) => {
  const lines = Array.from({ length: 63 }, (_, i) => `line ${i + 1}.`);
  const { page } = await show(browser, [lines.join("\n"), "after"]);
  const message = page.locator(".text").first();
  const shown = async () => (await message.innerText()).trim().split("\n").length;
  const before = await message.boundingBox();
  assertEquals(await shown(), 15);

  await page.getByRole("button", { name: "Show all 63 lines" }).click();
  await page.getByRole("button", { name: "Show less" }).waitFor();

  assertEquals(await shown(), 63);
  assertEquals((await message.boundingBox())?.y, before?.y);
});

pageTest("a click on a mention names the person", async (browser) => {
  const { page } = await show(browser, ["hi @Bob!"]);

  await page.getByRole("button", { name: "@Bob" }).click();

  assertEquals(await page.title(), "bob");
});

// With a direction of its own on each line, a list took that of the page: its dots stood on the left.
pageTest("a block takes its direction from the text in it", async (browser) => {
  const { page } = await show(browser, ["- שלום\n- abc", "> שלום", "- abc"]);

  const directions = await page.locator(".text > *").evaluateAll((blocks) =>
    blocks.map((block) => block.ownerDocument.defaultView!.getComputedStyle(block).direction)
  );

  assertEquals(directions, ["rtl", "rtl", "ltr"]);
});
