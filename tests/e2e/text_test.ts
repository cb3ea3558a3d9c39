import { assert, assertEquals } from "@std/assert";
import type { Browser, Locator } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

/** How far from the left edge of the window each of these words is drawn inside an element. */
function positionsOf(element: Locator, words: string[]): Promise<number[]> {
  return element.evaluate((root, words) =>
    words.map((word) => {
      const walker = root.ownerDocument.createTreeWalker(root, 4);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const at = node.nodeValue!.indexOf(word);
        if (at === -1) continue;
        const range = root.ownerDocument.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        return range.getBoundingClientRect().left;
      }
      throw new Error(`Cannot find "${word}"`);
    }), words);
}

function assertRising(positions: number[]): void {
  assertEquals(positions, positions.toSorted((a, b) => a - b));
}

// U+202E made `gpj.exe` read as `exe.jpg`.
pageTest("the page shows links and file names in the order of their letters", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");

  bob.send({ message: "link https://example.com/\u202Egpj.exe" });
  bob.send({ message: "file \u2067\u202Egpj.exe" });
  bob.send({ message: "שלום https://host.example/אבג/path.exe" });
  const bodies = alice.timeline.locator(".message__body");
  await bodies.nth(2).waitFor();

  assertRising(await positionsOf(bodies.nth(0), ["link", "https", "U+202E", "gpj", "exe"]));
  assertRising(await positionsOf(bodies.nth(1), ["file", "U+2067", "U+202E", "gpj", "exe"]));
  assertRising(await positionsOf(bodies.nth(2), ["https", "host", "path", "exe"]));
  const [greeting, link] = await positionsOf(bodies.nth(2), ["שלום", "https"]);
  assert(greeting! > link!);
});

pageTest("what is found by a search shows no text in another order either", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.say("invoice \u202Egpj.exe");
  await alice.sees("invoice");

  await alice.page.keyboard.press("Control+K");
  await alice.page.keyboard.type("invoice");
  const snippet = alice.page.locator("#search-results li");
  // What was found by the beginning of the word comes first.
  await snippet.locator("mark", { hasText: /^invoice$/ }).waitFor();

  assertRising(await positionsOf(snippet, ["invoice", "U+202E", "gpj", "exe"]));
});

/** Milliseconds until the page shows a hundred messages again after a reload. */
async function timeToShow(browser: Browser, message: string): Promise<number> {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.findsSilence();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  for (let i = 0; i < 100; i++) bob.send({ message });
  bob.send({ message: "the last" });
  await alice.page.getByText("the last").waitFor({ timeout: 60_000 });
  const start = performance.now();
  await alice.page.reload();
  await alice.page.getByText("the last").waitFor({ timeout: 60_000 });
  return performance.now() - start;
}

// Each took 100 ms to make links of: 91 of them froze every open page for ten seconds.
pageTest("the page stays quick under messages that are made to be slow", async (browser) => {
  const harmless = await timeToShow(browser, "(".repeat(3_992));

  const hostile = await timeToShow(browser, `https://a.b/${")".repeat(3_980)}`);

  assert(hostile < 4 * harmless + 1_000, `${hostile} ms instead of ${harmless} ms`);
});
