import { assert, assertEquals } from "@std/assert";
import type { Browser, ViewportSize } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";

/** Alice's page, at the end of so many messages of a length that fills some lines. */
async function joinLongRoom(browser: Browser, server: TestServer, count: number) {
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  for (let i = 1; i <= count; i++) {
    bob.send({ message: `line ${i}. ${"and some more words ".repeat(i % 17)}` });
    if (i % 100 === 0 || i === count) await bob.until(() => bob.messages.length === i);
  }
  const alice = await Person.join(browser, server.url, "alice");
  await alice.sees(`line ${count}.`);
  return { alice, bob };
}

function pixelsBelow(alice: Person): Promise<number> {
  return alice.timeline.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
}

async function drawTwice(alice: Person): Promise<void> {
  for (let i = 0; i < 3; i++) await alice.page.evaluate("new Promise(requestAnimationFrame)");
}

/** Scrolls in steps until a text is there; the most rows and elements there were on the way. */
function scrollUntil(alice: Person, text: string, pixels: number) {
  return alice.page.evaluate<{ rows: number; elements: number; found: boolean }>(`(async () => {
    const log = document.querySelector("#timeline");
    const most = { rows: 0, elements: 0, found: false };
    const has = () => [...log.querySelectorAll(".message__body")]
      .some((body) => body.textContent.startsWith(${JSON.stringify(text)}));
    for (let step = 0; step < 3_000 && !(most.found = has()); step++) {
      log.scrollTop += ${pixels};
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      most.rows = Math.max(most.rows, log.querySelectorAll(".message").length);
      most.elements = Math.max(most.elements, document.querySelectorAll("*").length);
    }
    return most;
  })()`);
}

pageTest(
  "scrolling through 2,000 messages and back keeps few of them in the document",
  async (browser) => {
    await using server = await startTestServer();
    const { alice } = await joinLongRoom(browser, server, 2_000);

    const up = await scrollUntil(alice, "line 1.", -3_000);
    const down = await scrollUntil(alice, "line 2000.", 3_000);

    for (const { rows, elements, found } of [up, down]) {
      assert(found);
      assert(rows <= 280, `${rows} rows`);
      assert(elements <= 280 * 10 + 300, `${elements} elements`);
    }
  },
);

pageTest(
  "the end stays on screen while the window changes and code is coloured",
  async (browser) => {
    await using server = await startTestServer();
    const { alice, bob } = await joinLongRoom(browser, server, 40);
    const sizes: ViewportSize[] = [
      { width: 1200, height: 500 },
      { width: 420, height: 500 },
      { width: 420, height: 900 },
      { width: 1400, height: 800 },
    ];
    for (const size of sizes) {
      await alice.page.setViewportSize(size);
      await drawTwice(alice);
      assert(await pixelsBelow(alice) < 2, `${size.width} × ${size.height}`);
    }

    bob.send({ message: "```ts\nconst a = 1;\nconst b = 2;\n```" });
    await alice.timeline.locator(".code__keyword").first().waitFor();
    await drawTwice(alice);
    assert(await pixelsBelow(alice) < 2);
    assertEquals(await alice.page.locator("#newest-button").isVisible(), false);
  },
);

/** The first message that ends on screen, below the day, and where it begins. */
function firstOnScreen(alice: Person): Promise<{ key: string; top: number }> {
  return alice.page.evaluate(`(() => {
    const { top } = document.querySelector("#timeline").getBoundingClientRect();
    const row = [...document.querySelectorAll(".message")]
      .find((row) => row.getBoundingClientRect().bottom > top);
    return { key: row.dataset.key, top: row.getBoundingClientRect().top - top };
  })()`);
}

pageTest("what is being read stays while the window changes its width", async (browser) => {
  await using server = await startTestServer();
  const { alice } = await joinLongRoom(browser, server, 80);
  await alice.timeline.evaluate((log) => void (log.scrollTop -= 900));
  await alice.page.getByRole("button", { name: "Newest messages" }).waitFor();
  const before = await firstOnScreen(alice);

  for (const width of [900, 600, 360, 1200]) {
    await alice.page.setViewportSize({ width, height: 800 });
    await drawTwice(alice);
    const { key, top } = await firstOnScreen(alice);
    assertEquals(key, before.key, `at ${width} pixels`);
    assert(Math.abs(top - before.top) < 1.5, `moved by ${top - before.top} px at ${width} pixels`);
  }
});

pageTest(
  "messages that arrive below the screen are counted on a button that leads to them",
  async (browser) => {
    await using server = await startTestServer();
    const { alice, bob } = await joinLongRoom(browser, server, 80);
    await alice.timeline.evaluate((log) => void (log.scrollTop -= 900));
    await alice.page.getByRole("button", { name: "Newest messages" }).waitFor();
    const before = await firstOnScreen(alice);

    for (const message of ["one", "two", "three"]) bob.send({ message });
    const button = alice.page.getByRole("button", { name: "3 new messages" });
    await button.waitFor();
    const { key, top } = await firstOnScreen(alice);
    assertEquals(key, before.key);
    assert(Math.abs(top - before.top) < 1.5, `moved by ${top - before.top} px`);
    await button.click();
    await button.waitFor({ state: "hidden" });

    await drawTwice(alice);
    assert(await pixelsBelow(alice) < 2);
  },
);

pageTest(
  "a message that a search led to is marked, and in the middle of the screen",
  async (browser) => {
    await using server = await startTestServer();
    const { alice } = await joinLongRoom(browser, server, 300);

    await alice.page.keyboard.press("Control+K");
    await alice.page.keyboard.type('"line 90"');
    await alice.page.locator("#search-results li").first().waitFor();
    await alice.page.locator("#search-results button").first().click();
    const found = alice.timeline.locator(".message--found");
    await found.waitFor();

    assertEquals((await found.innerText()).includes("line 90."), true);
    const [row, log] = [(await found.boundingBox())!, (await alice.timeline.boundingBox())!];
    assert(row.y > log.y + log.height / 4 && row.y + row.height < log.y + log.height * 3 / 4);
  },
);
