import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { takeLine } from "../support/page_line.ts";
import { startTestServer } from "../support/test_server.ts";

/** How many messages with this text the page's sockets were sent by the server. */
function timesHeard(person: Person, text: string): number {
  const frames = person.received.flatMap((packet) => packet.split("\n"));
  return frames.filter((frame) => frame.includes(text)).length;
}

/** Rounds of what goes wrong only now and then; `deno task test:faults` runs more. */
const ROUNDS = Deno.env.get("PARLEY_TEST_FAULTS") === "full" ? 50 : 3;

/** Opens the page where its line can be cut. */
async function openOnLine(browser: Browser, url: string) {
  const person = await Person.open(browser, url);
  const line = await takeLine(person.page.context());
  await person.page.reload();
  return { person, line };
}

/** Opens another tab in the same browser, which goes straight into the chat. */
async function openTab({ page }: Person, url: string) {
  const other = await page.context().newPage();
  await other.goto(url);
  await other.locator("#composer-text").waitFor();
  return other;
}

async function type(page: Page, text: string): Promise<void> {
  await page.locator("#composer-text").fill(text);
  await page.locator("#composer-text").press("Enter");
}

function bodiesOn(page: Page): Promise<string[]> {
  return page.locator(".message__body").allTextContents();
}

pageTest(
  "who closes the laptop misses nothing, and what was typed offline arrives once",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    const { person: bob, line } = await openOnLine(browser, server.url);
    await bob.enter("bob");
    await alice.say("before");
    await bob.sees("before");

    await line.cut();
    await bob.page.getByText("Reconnecting…").waitFor();
    await bob.say("typed offline, one");
    await bob.say("typed offline, two");
    await alice.say("while you were away, one");
    await alice.say("while you were away, two");
    await alice.say("/msg bob a private word");
    await alice.turnTo("bob");
    await alice.sees("a private word");
    await alice.page.getByRole("button", { name: "Back to everyone" }).click();
    await line.mend();
    await alice.sees("typed offline, two");
    await bob.sees("while you were away, two");
    const item = bob.page.getByRole("button", { name: "Private: alice 1 unread" });
    await item.waitFor();
    await bob.page.locator(".message--pending").first().waitFor({ state: "detached" });

    const bodies = (person: Person) => person.timeline.locator(".message__body").allTextContents();
    const all = [
      "before",
      "while you were away, one",
      "while you were away, two",
      "typed offline, one",
      "typed offline, two",
    ];
    assertEquals(await bodies(bob), all);
    assertEquals(await bodies(alice), all);
    await item.click();
    await bob.sees("a private word");
    assertEquals(await bob.timeline.getByText("New messages").count(), 1);
    for (const text of ["typed offline, one", "typed offline, two"]) {
      assertEquals(timesHeard(alice, text), 1);
    }
  },
);

/** Waits for two rows in the browser's database, and rewrites them as pages before `to` did. */
const REWRITE_ROWS = `(async () => {
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await answer(indexedDB.open("parley:/"));
  const store = () => database.transaction("rows", "readwrite").objectStore("rows");
  while (await answer(store().count()) < 2);
  for (const { to: { kind, ...person }, ...row } of await answer(store().getAll())) {
    await answer(store().put({ ...row, peer: kind === "lobby" ? null : person }));
  }
  database.close();
})()`;

// Rows said `peer` then, null for everyone; one that can't be read must not become public.
pageTest("what an earlier version of the page left unsent still goes out", async (browser) => {
  await using server = await startTestServer();
  const bob = await Person.join(browser, server.url, "bob");
  const { person: alice, line } = await openOnLine(browser, server.url);
  await alice.enter("alice");
  await line.cut();
  await alice.say("left for everyone");
  await alice.say("/msg bob left for bob");
  await alice.turnTo("bob");
  await alice.sees("left for bob");

  await alice.page.evaluate(REWRITE_ROWS);
  await line.mend();
  await alice.page.reload();
  await bob.sees("left for everyone");
  await bob.page.getByRole("button", { name: "Private: alice 1 unread" }).click();
  await bob.sees("left for bob");

  assertEquals(await bodiesOn(bob.page), ["left for bob"]);
});

pageTest(
  "what waits to be sent survives a closed tab and goes out once, in order",
  async (browser) => {
    await using server = await startTestServer();
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    const { person: alice, line } = await openOnLine(browser, server.url);
    await alice.enter("alice");
    await line.cut();
    for (const text of ["one", "two", "three"]) await alice.say(text);
    await alice.sees("three");
    const context = alice.page.context();
    await alice.page.close();

    await line.mend();
    const page = await context.newPage();
    await page.goto(server.url);
    await bob.until(() => bob.messages.length >= 3);
    await page.locator(".message__body").nth(2).waitFor();
    await page.reload();
    await page.locator(".message__body").nth(2).waitFor();

    assertEquals(bob.messages, ["one", "two", "three"]);
    assertEquals(await page.locator(".message__body").allTextContents(), ["one", "two", "three"]);
  },
);

pageTest("two tabs of one account send what waited once, from one of them", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const { person: alice, line } = await openOnLine(browser, server.url);
  await alice.enter("alice");
  const other = await openTab(alice, server.url);

  await line.cut();
  for (const text of ["one", "two"]) await alice.say(text);
  await type(other, "three");
  await other.locator(".message--pending").nth(2).waitFor();
  await line.mend();
  await bob.until(() => bob.messages.length >= 3);
  for (const page of [alice.page, other]) {
    await page.locator(".message--pending").first().waitFor({ state: "detached" });
    const bodies = await page.locator(".message__body").allTextContents();
    assertEquals(bodies, ["one", "two", "three"]);
  }
  await type(other, "four");
  await bob.until(() => bob.messages.length >= 4);

  assertEquals(bob.messages, ["one", "two", "three", "four"]);
  for (const text of bob.messages) {
    assertEquals(line.sent.filter((packet) => packet.includes(`"${text}"`)).length, 1, text);
  }
});

pageTest(
  "what one account did not send is neither sent nor shown under another",
  async (browser) => {
    await using server = await startTestServer();
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    const { person: alice, line } = await openOnLine(browser, server.url);
    await alice.enter("alice");
    await line.cut();
    await alice.say("for nobody else");
    await alice.sees("for nobody else");
    const context = alice.page.context();
    await alice.page.close();

    await line.mend();
    await context.clearCookies();
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByLabel("Your name").fill("eve");
    await page.keyboard.press("Enter");
    await page.locator("#composer-text").fill("hello");
    await page.keyboard.press("Enter");
    await bob.until(() => bob.messages.length >= 1);

    assertEquals(bob.messages, ["hello"]);
    assertEquals(await page.getByText("for nobody else").count(), 0);
  },
);

/** Sends what is in the box, and hears nothing more, of the database neither, until it is closed. */
const SEND_AND_HANG = `{
  document.querySelector("#composer").requestSubmit();
  console.log("sent");
  const end = performance.now() + 5_000;
  while (performance.now() < end);
}`;

// The draft was forgotten at once, and the database had not stored the message yet.
pageTest("what is sent as its tab is closed is not lost", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const alice = await Person.join(browser, server.url, "alice");
  const context = alice.page.context();
  const texts: string[] = [];

  let { page } = alice;
  for (let round = 1; round <= ROUNDS; round++) {
    texts.push(`last words, ${round}`);
    await page.locator("#composer-text").fill(texts.at(-1)!);
    const isSent = page.waitForEvent("console", (line) => line.text() === "sent");
    void page.evaluate(SEND_AND_HANG).catch(() => {});
    await isSent;
    await page.close();
    page = await context.newPage();
    await page.goto(server.url);
    await page.locator("#composer-text").waitFor();
    await bob.until(() => bob.messages.length >= round);
  }

  assertEquals(bob.messages, texts);
});

pageTest("two tabs that write in turn are read in the order of writing", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const alice = await Person.join(browser, server.url, "alice");
  const other = await openTab(alice, server.url);
  const typed: string[] = [];

  for (let i = 0; i < 4 * ROUNDS; i++) {
    typed.push(`line ${i}`);
    await type(i % 2 === 0 ? alice.page : other, typed.at(-1)!);
  }
  await bob.until(() => bob.messages.length >= typed.length);
  for (const page of [alice.page, other]) {
    await page.getByText(typed.at(-1)!, { exact: true }).first().waitFor();
    await page.locator(".message--pending").first().waitFor({ state: "detached" });
    const bodies = await bodiesOn(page);
    // Of very many rounds only the last are on screen.
    assertEquals(bodies, typed.slice(-bodies.length));
  }

  assertEquals(bob.messages, typed);
});

/** Notes every message that was on screen and is gone, if only for one picture. */
const WATCH = `{
  const seen = new Set();
  globalThis.vanished = [];
  const look = () => {
    const bodies = document.querySelectorAll(".message__body");
    const now = new Set([...bodies].map((body) => body.textContent));
    for (const text of seen) if (!now.has(text)) vanished.push(text);
    for (const text of now) seen.add(text);
  };
  const list = document.querySelector("#timeline-list");
  new MutationObserver(look).observe(list, { childList: true, subtree: true });
}`;

pageTest("a tab keeps its messages while the tab that sends them is reloaded", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const alice = await Person.join(browser, server.url, "alice");
  const other = await openTab(alice, server.url);
  const typed: string[] = [];
  await other.evaluate(WATCH);

  for (let round = 1; round <= ROUNDS; round++) {
    typed.push(`line ${round}`);
    await type(other, typed.at(-1)!);
    await alice.page.reload({ waitUntil: "commit" });
    await alice.box.waitFor();
  }
  await bob.until(() => bob.messages.length >= typed.length);
  await other.locator(".message--pending").first().waitFor({ state: "detached" });

  assertEquals(await other.evaluate("vanished"), []);
  assertEquals(bob.messages, typed);
  assertEquals(await bodiesOn(other), typed);
});
