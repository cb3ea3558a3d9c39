import { assert, assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";

pageTest("a search finds a message and leads to it in its place", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  for (let i = 1; i <= 300; i++) {
    bob.send({ message: i === 100 ? "the <b>blue folder</b>" : `line ${i}.` });
  }
  await bob.until(() => bob.messages.length >= 300);
  const alice = await Person.join(browser, server.url, "alice");
  await alice.sees("line 300.");
  const { keyboard } = alice.page;

  await keyboard.press("Control+K");
  await keyboard.type('from:bob "blue folder"');
  const found = alice.page.getByRole("listitem").filter({ hasText: "<b>blue folder</b>" });
  await found.waitFor();
  assertEquals(await alice.page.locator("mark").allTextContents(), ["blue folder"]);
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await alice.timeline.locator(".message--found").getByText("blue folder").waitFor();
  await alice.sees("line 101.");
  assertEquals(await alice.count("line 300."), 0);
  assert(await alice.page.evaluate("document.activeElement.matches('.message--found')"));
  bob.send({ message: "line 301." });
  for (let step = 0; step < 40 && await alice.count("line 301.") === 0; step++) {
    await alice.timeline.evaluate((log) => void (log.scrollTop += 700));
    await alice.page.evaluate("new Promise(requestAnimationFrame)");
  }
  await alice.sees("line 301.");

  assertEquals(alice.complaints, []);
});

pageTest(
  "a search shows private messages to their people alone, and more on request",
  async (browser) => {
    await using server = await startTestServer();
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    const alice = await Person.join(browser, server.url, "alice");
    const carol = await Person.join(browser, server.url, "carol");
    for (let i = 1; i <= 30; i++) bob.send({ to: "alice", message: `secret ${i}` });
    await bob.settled();
    const look = async ({ page }: Person) => {
      await page.getByRole("button", { name: "Search" }).click();
      await page.keyboard.type("secret");
    };

    await look(carol);
    await carol.page.getByText("No messages found.").waitFor();
    await look(alice);
    await alice.page.getByText("20 messages so far").waitFor();
    await alice.page.getByRole("button", { name: "Show more", exact: true }).click();
    await alice.page.getByText("30 messages", { exact: true }).waitFor();
    await alice.page.getByRole("button", { name: "secret 30" }).click();
    await alice.page.getByLabel("private, to bob").waitFor();

    await alice.timeline.locator(".message--found").getByText("secret 30").waitFor();
  },
);

/** Somebody at the end of a long log, whose places further up are read once the test says so. */
async function searchSlowly(browser: Browser, { url, wsUrl }: TestServer) {
  const bob = await ChatClient.connect(wsUrl, "bob");
  for (let i = 1; i <= 400; i++) {
    bob.send({ message: i % 100 === 50 ? `place ${i}` : `line ${i}.` });
  }
  await bob.until(() => bob.messages.length >= 400);
  await bob.close();
  const alice = await Person.join(browser, url, "alice");
  await alice.sees("line 400.");
  const line = Promise.withResolvers<void>();
  await alice.page.route("**/api/messages?around=*", async (route) => {
    await line.promise;
    await route.continue();
  });
  const choose = async (text: string) => {
    await alice.page.keyboard.press("Control+K");
    await alice.page.locator("#search-query").fill("place");
    const asked = alice.page.waitForRequest("**/api/messages?around=*");
    await alice.page.locator("#search-results").getByText(text).click();
    await asked;
  };
  return { alice, line, choose };
}

// The second choice was never asked for, and the first one's place was shown, without a mark.
pageTest("what is chosen last is shown, also on a slow line", async (browser) => {
  await using server = await startTestServer();
  const { alice, line, choose } = await searchSlowly(browser, server);

  await choose("place 50");
  await choose("place 250");
  line.resolve();

  await alice.timeline.locator(".message--found").getByText("place 250").waitFor();
});

pageTest("Escape closes the search at once, whatever was typed", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const query = alice.page.getByRole("searchbox", { name: "Search messages" });
  await alice.page.keyboard.press("Control+K");
  await query.fill("harbour");
  await alice.page.keyboard.press("Escape");

  await query.waitFor({ state: "hidden" });
});

pageTest("whoever goes elsewhere is not called back to what was chosen", async (browser) => {
  await using server = await startTestServer();
  const { alice, line, choose } = await searchSlowly(browser, server);
  await choose("place 50");
  await alice.page.keyboard.press("Escape");
  const answered = alice.page.waitForResponse("**/api/messages?around=*");
  line.resolve();
  await (await answered).finished();
  await alice.page.evaluate("new Promise(requestAnimationFrame)");
  const carol = await ChatClient.connect(server.wsUrl, "carol");
  carol.send({ message: "line 401." });
  await alice.sees("line 401.");
  await carol.close();

  await alice.sees("line 400.");
  assertEquals(await alice.count("place 50"), 0);
});

// It was sought for ever: nothing at the end counted as read any more.
pageTest("a place that can't be loaded is sought no longer", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  for (let i = 1; i <= 200; i++) bob.send({ message: i === 50 ? "place 50" : `line ${i}.` });
  await bob.until(() => bob.messages.length >= 200);
  const alice = await Person.join(browser, server.url, "alice");
  await alice.sees("line 200.");
  await alice.page.route("**/api/messages?around=*", (route) => route.abort());

  await alice.page.keyboard.press("Control+K");
  await alice.page.locator("#search-query").fill("place");
  const failed = alice.page.waitForEvent("requestfailed");
  await alice.page.locator("#search-results").getByText("place 50").click();
  await failed;
  await alice.timeline.evaluate((log) => void (log.scrollTop = log.scrollHeight));
  // The page knows of the scrolling with its next picture.
  await alice.page.locator("#newest-button").waitFor({ state: "hidden" });
  bob.send({ message: "line 201." });
  await alice.sees("line 201.");
  await bob.settled();
  await alice.page.evaluate("new Promise(requestAnimationFrame)");

  assertEquals(await alice.page.title(), "Parley");
  assertEquals(await alice.page.getByText("New messages", { exact: true }).count(), 0);
});
