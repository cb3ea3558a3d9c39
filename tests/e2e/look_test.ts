import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Locator } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error("It is not on screen");
  return box;
}

/** A picture of the empty end of a row, where only its background is. */
async function backgroundOf(row: Locator): Promise<string> {
  const { x, y, width, height } = await boxOf(row);
  const clip = { x: x + width - 40, y: y + height / 2 - 5, width: 10, height: 10 };
  return (await row.page().screenshot({ clip })).toString("base64");
}

/** How far the page is wider than its window, in pixels. */
function pixelsTooWide(alice: Person): Promise<number> {
  return alice.page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}

// What is chosen was told by a background, which is not drawn there.
pageTest(
  "forced colours show which conversation and which suggestion is chosen",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice", { forcedColors: "active" });
    await ChatClient.connect(server.wsUrl, "bob");
    await ChatClient.connect(server.wsUrl, "bella");
    await alice.choose("bob");
    await alice.page.mouse.move(700, 300);
    const private_ = alice.page.getByRole("button", { name: "Private: bob" });
    await private_.waitFor();

    await alice.box.fill("@b");
    const options = alice.page.getByRole("option");

    assertNotEquals(
      await backgroundOf(private_),
      await backgroundOf(alice.page.locator("#conversations").getByRole("button").first()),
    );
    assertNotEquals(await backgroundOf(options.nth(0)), await backgroundOf(options.nth(1)));
  },
);

// The list grew beyond the upper edge, where it was cut off.
pageTest("at 400 % zoom every suggestion can be seen and taken", async (browser) => {
  await using server = await startTestServer();
  const window = { width: 320, height: 256 };
  const alice = await Person.join(browser, server.url, "alice", { viewport: window });
  for (const name of ["bo", "bob", "bea", "ben", "bert", "bill"]) {
    await ChatClient.connect(server.wsUrl, name);
  }
  await alice.sees("others joined");

  await alice.box.fill("@b");
  const chosen = alice.page.getByRole("option", { selected: true });
  const seen = new Set<string>();
  while (!seen.has(await chosen.innerText())) {
    const box = await boxOf(chosen);
    assert(box.y >= 0 && box.y + box.height <= window.height);
    seen.add(await chosen.innerText());
    await alice.page.keyboard.press("ArrowDown");
  }
  await alice.page.keyboard.press("Enter");
  await alice.page.keyboard.type("hello");
  await alice.page.keyboard.press("Enter");
  await alice.sees("hello");

  assertEquals(seen.size, 6);
  assertEquals(await pixelsTooWide(alice), 0);
  assert((await boxOf(alice.timeline)).height > 40);
});

pageTest("names and messages in either direction stand where they belong", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const client = await ChatClient.connect(server.wsUrl, "בילי");
  client.send({ message: "שלום alice!" });
  await alice.sees("שלום");

  for (const dir of ["ltr", "rtl"]) {
    await alice.page.evaluate(`document.documentElement.dir = "${dir}"`);
    for (const name of ["alice", "בילי"]) {
      const row = alice.page.locator("#people").getByRole("button", { name });
      const picture = await boxOf(row.locator(".avatar"));
      const text = await row.getByText(name).evaluate((element) => {
        const range = element.ownerDocument.createRange();
        range.selectNodeContents(element);
        const { left, right } = range.getBoundingClientRect();
        return { left, right };
      });
      const gap = dir === "ltr" ? text.left - picture.x - picture.width : picture.x - text.right;
      assert(gap >= 0 && gap < 20, `${name}, ${dir}: ${gap} px`);
    }
  }
  const body = alice.timeline.locator(".message__body p");
  assertEquals(
    await body.evaluate((p) => p.ownerDocument.defaultView.getComputedStyle(p).direction),
    "rtl",
  );
});

pageTest(
  "a page from right to left is as wide as its window, its list slides in",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice", {
      viewport: { width: 360, height: 740 },
    });
    await alice.page.evaluate(`document.documentElement.dir = "rtl"`);
    assertEquals(await pixelsTooWide(alice), 0);

    await alice.page.getByRole("button", { name: "Conversations and people" }).click();
    await alice.page.getByRole("button", { name: "Shortcuts", exact: true }).click({ trial: true });

    const { x, width } = await boxOf(alice.page.locator("#sidebar"));
    assertEquals(x + width, 360);
    assertEquals(await pixelsTooWide(alice), 0);
  },
);
