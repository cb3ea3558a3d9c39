import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, BrowserContextOptions, Locator } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";

const CLIPBOARD: BrowserContextOptions = { permissions: ["clipboard-read", "clipboard-write"] };

/** Alice's page once it shows what bob has written. */
async function show(browser: Browser, server: TestServer, messages: readonly string[]) {
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  for (const message of messages) bob.send({ message });
  await bob.until(() => bob.messages.length === messages.length);
  const alice = await Person.join(browser, server.url, "alice", CLIPBOARD);
  const bodies = alice.timeline.locator(".message__body");
  await bodies.nth(messages.length - 1).waitFor();
  return { alice, bob, bodies };
}

/** Selects from the start of one text to the end of another, presses Ctrl+C, and reads what that gave. */
async function copy(alice: Person, from: string, to: string): Promise<string> {
  await alice.timeline.getByText(from, { exact: true }).first().evaluate((start, to) => {
    const document = start.ownerDocument;
    const walker = document.createTreeWalker(start.closest("#timeline"), 4);
    let end = walker.nextNode();
    while (end !== null && end.nodeValue !== to) end = walker.nextNode();
    document.getSelection()!.setBaseAndExtent(start.firstChild!, 0, end!, to.length);
  }, to);
  await alice.page.keyboard.press("Control+C");
  return await alice.page.evaluate("navigator.clipboard.readText()");
}

/** The elements that a message's text is shown with, innermost text in each. */
function elementsIn(body: Locator, selector: string): Promise<string[]> {
  return body.locator(selector).allTextContents();
}

// The page copied what it drew: the marks were lost.
pageTest("copying a message gives what was typed", async (browser) => {
  await using server = await startTestServer();
  const text = "**bold** and `code`\n> - *one*\n> - \u202Etwo\n```ts\nconst a = 1;\n```\nsee @bob";
  const { alice } = await show(browser, server, [text, "_next_ one"]);
  await ChatClient.connect(server.wsUrl, "carol").then((carol) => carol.send({ message: "~~x~~" }));
  await alice.sees("x");

  assertEquals(await copy(alice, "bold", "bold"), "**bold**");
  assertEquals(await copy(alice, "bold", "code"), "**bold** and `code`");
  assertEquals(await copy(alice, "one", "two"), "> - *one*\n> - \u202Etwo");
  assertEquals(await copy(alice, "bold", "@bob"), text);
  assertEquals(await copy(alice, "bold", "next"), `${text}\n_next_`);
  // Of another author one learns the name and the time.
  assertMatch(await copy(alice, "next", "x"), /^_next_ one\ncarol \d+:\d\d\s[AP]M\n~~x~~$/);
});

pageTest(
  "what is typed between marks is shown by them, and what isn't closed stays",
  async (browser) => {
    await using server = await startTestServer();
    const { bodies } = await show(browser, server, [
      "**bold** _italic_ ~~struck~~ `code`",
      "> quoted\n- item\n1. first",
      "**open and `open\n```",
    ]);

    const [marks, blocks, open] = [bodies.nth(0), bodies.nth(1), bodies.nth(2)];
    for (
      const [selector, text] of [["strong", "bold"], ["em", "italic"], ["s", "struck"], [
        "code",
        "code",
      ]]
    ) {
      assertEquals(await elementsIn(marks, selector!), [text]);
    }
    assertEquals(await elementsIn(blocks, "blockquote"), ["quoted"]);
    assertEquals(await elementsIn(blocks, "ul li, ol li"), ["item", "first"]);
    assertEquals(await open.innerText(), "**open and `open\n```");
  },
);

pageTest(
  "a link needs no scheme, and tells where it leads if that isn't what it says",
  async (browser) => {
    await using server = await startTestServer();
    const { bodies } = await show(browser, server, [
      "see https://example.com/a and example.org/b",
      "http://bücher.example/x",
      "javascript:alert(1)",
    ]);

    const links = await bodies.nth(0).getByRole("link").evaluateAll((all) =>
      all.map((a) => a.href)
    );
    assertEquals(links, ["https://example.com/a", "https://example.org/b"]);
    assertEquals(await bodies.nth(0).locator(".text__target").count(), 0);
    assertMatch(await bodies.nth(1).locator(".text__target").innerText(), /xn--bcher-kva\.example/);
    assertEquals(await bodies.nth(2).getByRole("link").count(), 0);
  },
);

pageTest("code is coloured once it is on screen, and copied by a button", async (browser) => {
  await using server = await startTestServer();
  const rest = Array.from({ length: 28 }, (_, i) => `line ${i}\n\nand more`);
  const { alice } = await show(browser, server, ["```\nconst a = 1;\n```", ...rest]);
  const scripts = () =>
    alice.page.evaluate<string[]>(
      "performance.getEntriesByType('resource').map(({ name }) => name)",
    );
  const isLoaded = async () => (await scripts()).some((name) => /\/highlight[^/]*\.js$/.test(name));
  const block = alice.timeline.getByRole("group", { name: "Code" });
  assertEquals(await isLoaded(), false);

  await block.scrollIntoViewIfNeeded();
  await alice.timeline.locator(".code__keyword").waitFor();
  assert(await isLoaded());
  await block.hover();
  await alice.timeline.getByRole("button", { name: "Copy code" }).click();
  await alice.timeline.getByRole("button", { name: "Copied" }).waitFor();

  assertEquals(await block.innerText(), "const a = 1;");
  assertEquals(await alice.page.evaluate("navigator.clipboard.readText()"), "const a = 1;");
});

pageTest("a long message is folded until the reader wants it", async (browser) => {
  await using server = await startTestServer();
  const lines = Array.from({ length: 63 }, (_, i) => `line ${i + 1}.`);
  const before = Array.from({ length: 40 }, (_, i) => `before ${i}`);
  const { alice, bodies } = await show(browser, server, [...before, lines.join("\n"), "after"]);
  const message = bodies.nth(40).locator(".text");
  const shown = async () => (await message.innerText()).trim().split("\n").length;
  assertEquals(await shown(), 15);
  const { y: folded } = (await message.boundingBox())!;

  await alice.timeline.getByRole("button", { name: "Show all 63 lines" }).click();
  await alice.timeline.getByRole("button", { name: "Show less" }).waitFor();

  assertEquals(await shown(), 63);
  assertEquals((await message.boundingBox())?.y, folded);
  await alice.timeline.getByRole("button", { name: "Show less" }).click();
  await alice.timeline.getByRole("button", { name: "Show all 63 lines" }).waitFor();

  await alice.timeline.getByText("line 1.", { exact: false }).first().waitFor();
  assertEquals(await shown(), 15);
  const { y } = (await message.boundingBox())!;
  assert(y > (await alice.timeline.boundingBox())!.y, `${y}`);
});

pageTest("a message of line breaks is no higher than twenty lines", async (browser) => {
  await using server = await startTestServer();
  const { bodies } = await show(browser, server, [`a${"\n".repeat(3_900)}b`, "one line"]);

  const [breaks, line] = [await bodies.nth(0).boundingBox(), await bodies.nth(1).boundingBox()];

  assert(breaks!.height <= 20 * line!.height, `${breaks!.height} px`);
});

pageTest("one to three emoji alone are large", async (browser) => {
  await using server = await startTestServer();
  const { bodies } = await show(browser, server, ["👍", "👩‍👩‍👧 🇩🇪 ❤️", "👍👍👍👍", "ok 👍"]);

  const sizes = await bodies.locator(".text").evaluateAll((texts) =>
    texts.map((text) => parseFloat(text.ownerDocument.defaultView!.getComputedStyle(text).fontSize))
  );

  const [one, three, four, inText] = sizes;
  assertEquals([one, four], [three, inText]);
  assert(one! >= 1.5 * four!, `${sizes}`);
});

pageTest(
  "a mention leads to the person by click and by keyboard, also to one who is away",
  async (browser) => {
    await using server = await startTestServer();
    const { alice, bob } = await show(browser, server, ["hi @Bob!", "and @alice"]);
    const audience = alice.page.locator("#composer-to");
    const mention = alice.timeline.getByRole("button", { name: "@Bob" });

    await mention.click();
    await alice.page.getByText("private, to bob").first().waitFor();
    assertEquals(await audience.innerText(), "private, to bob");
    await alice.page.keyboard.press("Alt+ArrowUp");
    await bob.close();
    await alice.page.getByText("Only you are online").waitFor();
    await mention.focus();
    await alice.page.keyboard.press("Enter");
    await alice.page.getByText("private, to bob").first().waitFor();
    await alice.page.keyboard.press("Alt+ArrowUp");

    const own = alice.timeline.getByRole("button", { name: "@alice" });
    const colours = await Promise.all(
      [mention, own].map((one) =>
        one.evaluate((button) =>
          button.ownerDocument.defaultView.getComputedStyle(button).backgroundColor
        )
      ),
    );
    assert(colours[0] !== colours[1], `${colours}`);
  },
);

// With a direction of its own on each line, a list took that of the page: its dots stood on the left.
pageTest("a block takes its direction from the text in it", async (browser) => {
  await using server = await startTestServer();
  const { bodies } = await show(browser, server, ["- שלום\n- abc", "> שלום", "- abc"]);

  const directions = await bodies.locator(".text > *").evaluateAll((blocks) =>
    blocks.map((block) => block.ownerDocument.defaultView!.getComputedStyle(block).direction)
  );

  assertEquals(directions, ["rtl", "rtl", "ltr"]);
});
