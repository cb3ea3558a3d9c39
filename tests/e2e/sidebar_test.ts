import { assertEquals } from "@std/assert";
import type { Locator } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";

/** Connects people whose rows lie below each other. */
async function connectAll(server: TestServer): Promise<Map<string, ChatClient>> {
  const clients = new Map<string, ChatClient>();
  for (const name of ["bob", "carol", "dave"]) {
    clients.set(name, await ChatClient.connect(server.wsUrl, name));
  }
  return clients;
}

/** Someone's row among the people. */
function rowOf(alice: Person, name: string): Locator {
  return alice.page.locator("#people").getByRole("button", { name });
}

async function middleOf(locator: Locator): Promise<{ x: number; y: number }> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error("It is not on screen");
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
}

/** The second click of a double-click, wherever the mouse is. */
async function clickSecond(alice: Person): Promise<void> {
  await alice.page.mouse.down({ clickCount: 2 });
  await alice.page.mouse.up({ clickCount: 2 });
}

/** Waits until the page has drawn once more. */
function nextPicture(alice: Person): Promise<unknown> {
  return alice.page.evaluate("new Promise(requestAnimationFrame)");
}

/** Whom the box says it writes to. */
function audience(alice: Person): Promise<string> {
  return alice.page.locator("#composer-to").innerText();
}

// The first click made a row above the people, so the second one hit the next person.
pageTest("a double-click on a name opens that person's conversation", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await connectAll(server);
  await rowOf(alice, "dave").waitFor();
  const { x, y } = await middleOf(rowOf(alice, "carol"));

  await alice.page.mouse.move(x, y);
  await alice.page.mouse.click(x, y, { clickCount: 1 });
  await alice.page.getByText("private, to").waitFor();
  await clickSecond(alice);
  await alice.page.mouse.move(x + 400, y);
  await alice.page.locator("#conversations").getByRole("button", { name: "carol" }).waitFor();

  assertEquals(await audience(alice), "private, to carol");
  assertEquals(await alice.page.locator("#conversations li").count(), 2);
});

pageTest("a row stays under a resting pointer, whoever comes, goes or writes", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const people = await connectAll(server);
  await rowOf(alice, "dave").waitFor();
  const aimed = await middleOf(rowOf(alice, "carol"));
  await alice.page.mouse.move(aimed.x, aimed.y);

  people.get("dave")!.send({ to: "alice", message: "psst" });
  await alice.page.locator("#conversations").getByRole("button", { name: "dave" }).waitFor();
  assertEquals(await middleOf(rowOf(alice, "carol")), aimed);
  await ChatClient.connect(server.wsUrl, "boris");
  await rowOf(alice, "boris").waitFor();
  assertEquals(await middleOf(rowOf(alice, "carol")), aimed);
  await people.get("bob")!.close();
  await rowOf(alice, "bob").waitFor({ state: "detached" });
  assertEquals(await middleOf(rowOf(alice, "carol")), aimed);
  await people.get("carol")!.close();
  await alice.sees("carol left");
  await ChatClient.connect(server.wsUrl, "bella");
  await rowOf(alice, "bella").waitFor();
  assertEquals(await middleOf(rowOf(alice, "carol")), aimed);

  await alice.page.mouse.click(aimed.x, aimed.y);
  assertEquals(await audience(alice), "private, to carol");
  await alice.page.mouse.move(aimed.x + 400, aimed.y);
  await rowOf(alice, "carol").waitFor({ state: "detached" });
});

pageTest("a row stays under a finger from its touch to its lifting", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice", { hasTouch: true });
  const people = await connectAll(server);
  await rowOf(alice, "dave").waitFor();
  const aimed = await middleOf(rowOf(alice, "carol"));
  const finger = await alice.page.context().newCDPSession(alice.page);

  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [aimed] });
  people.get("dave")!.send({ to: "alice", message: "psst" });
  while (await alice.page.title() !== "(1) Parley") await nextPicture(alice);
  assertEquals(await middleOf(rowOf(alice, "carol")), aimed);
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await alice.page.getByText("private, to").waitFor();

  assertEquals(await audience(alice), "private, to carol");
  await alice.page.locator("#conversations").getByRole("button", { name: "dave" }).waitFor();
});

// The first click closes the list, and the second one used to hit what lies behind it.
pageTest("the second click of a double-click follows no link behind the list", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice", {
    viewport: { width: 360, height: 740 },
  });
  const people = await connectAll(server);
  await alice.page.evaluate(`globalThis.followed = 0;
    addEventListener("click", (event) => {
      if (event.target.closest("a") !== null && !event.defaultPrevented) followed++;
      event.preventDefault();
    });`);
  for (let i = 0; i < 40; i++) {
    people.get("carol")!.send({ to: "alice", message: `https://example.org/${"a".repeat(300)}` });
  }
  const menu = alice.page.getByRole("button", { name: "Conversations and people" });
  await menu.click();
  await alice.page.locator("#conversations").getByRole("button", { name: "carol" }).waitFor();
  // Waits until the list has slid in.
  await rowOf(alice, "carol").click({ trial: true });
  const { x, y } = await middleOf(rowOf(alice, "carol"));

  await alice.page.mouse.click(x, y, { clickCount: 1 });
  await alice.page.locator("#sidebar").waitFor({ state: "hidden" });
  const behind = `document.elementFromPoint(${x}, ${y}).closest("a") !== null`;
  while (!await alice.page.evaluate(behind)) await nextPicture(alice);
  await clickSecond(alice);

  assertEquals(await audience(alice), "private, to carol");
  assertEquals(await alice.page.evaluate("followed"), 0);
});

// It went to the moon, which silences notifications.
pageTest("the drawer takes the focus to its way out, and gives it back", async (browser) => {
  await using server = await startTestServer();
  const viewport = { width: 360, height: 740 };
  const { page } = await Person.join(browser, server.url, "alice", { viewport });
  const opener = page.getByRole("button", { name: "Conversations and people" });
  const focused = () => page.evaluate<string>("document.activeElement.id");

  await opener.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Close the sidebar" }).waitFor();
  const inDrawer = await focused();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Close the sidebar" }).waitFor({ state: "hidden" });

  assertEquals([inDrawer, await focused()], ["drawer-close", "drawer-open"]);
});
