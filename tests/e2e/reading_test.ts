import { assert, assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

/** Hides the tab from its page, or shows it. */
function setVisible(alice: Person, state: "hidden" | "visible"): Promise<unknown> {
  return alice.page.evaluate(`
    Object.defineProperty(document, "visibilityState", { configurable: true, value: "${state}" });
    document.dispatchEvent(new Event("visibilitychange"));`);
}

async function titleBecomes(alice: Person, title: string): Promise<void> {
  for (let picture = 0; picture < 600 && await alice.page.title() !== title; picture++) {
    await alice.page.evaluate("new Promise(requestAnimationFrame)");
  }
  assertEquals(await alice.page.title(), title);
}

pageTest(
  "a screen reader hears what arrives once, bursts as a number, history never",
  async (browser) => {
    await using server = await startTestServer();
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    bob.send({ message: "long ago" });
    const alice = await Person.join(browser, server.url, "alice");
    await alice.sees("long ago");
    const spoken = alice.page.locator("#announcer p");
    await alice.say("my own words");
    await alice.sees("my own words");

    bob.send({ message: "hello" });
    bob.send({ to: "alice", message: "psst" });
    await spoken.nth(1).waitFor({ state: "attached" });
    assertEquals(await spoken.allTextContents(), ["bob: hello", "bob, privately: psst"]);
    for (let i = 0; i < 10; i++) bob.send({ message: `line ${i}` });
    await alice.sees("line 9");
    await spoken.getByText("10 new messages").waitFor({ state: "attached" });

    assertEquals(await spoken.count(), 1);
    assertEquals(await alice.page.locator("#announcer").getAttribute("aria-live"), "polite");
  },
);

pageTest("Alt with the arrows goes through the conversations, around the end", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  for (const name of ["bob", "carol"]) {
    const client = await ChatClient.connect(server.wsUrl, name);
    client.send({ to: "alice", message: "psst" });
    await alice.page.getByRole("button", { name: `Private: ${name}` }).waitFor();
  }
  const audience = alice.page.locator("#composer-to");

  const met = [];
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"]) {
    await alice.page.keyboard.press(`Alt+${key}`);
    met.push(await audience.innerText());
  }

  const [lobby, bob, carol] = ["to everyone", "private, to bob", "private, to carol"];
  assertEquals(met, [bob, carol, lobby, carol, bob]);
});

// The list of suggestions took the arrow for itself.
pageTest("Alt with the arrows goes on while names are suggested", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  await alice.choose("bob");
  await alice.page.keyboard.type("@b");
  await alice.page.getByRole("option").waitFor();

  await alice.page.keyboard.press("Alt+ArrowUp");

  assertEquals(await alice.page.locator("#composer-to").innerText(), "to everyone");
  await bob.close();
});

pageTest("Alt+U goes back to the first unread message", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.findsSilence();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  await alice.choose("bob");
  for (let i = 1; i <= 80; i++) bob.send({ message: `line ${i}.` });
  await alice.page.getByRole("button", { name: "Everyone 80 unread" }).waitFor();
  await alice.page.getByRole("button", { name: "Back to everyone" }).click();
  const first = alice.timeline.getByText("line 1.", { exact: true });
  await first.waitFor();
  await alice.timeline.evaluate((log) => void (log.scrollTop = log.scrollHeight));
  await titleBecomes(alice, "Parley");
  const isAbove = async () => await first.count() === 0 || (await first.boundingBox())!.y < 0;
  assert(await isAbove());

  await alice.page.keyboard.press("Alt+u");
  await alice.page.evaluate("new Promise(requestAnimationFrame)");

  assert(!await isAbove());
  assert(await alice.page.getByText("New messages", { exact: true }).isVisible());
});

pageTest("older messages that can't be loaded are tried again on request", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  for (let i = 1; i <= 300; i++) bob.send({ message: `line ${i}.` });
  await bob.until(() => bob.messages.length === 300);
  const alice = await Person.join(browser, server.url, "alice");
  await alice.sees("line 300.");
  let isBroken = true;
  await alice.page.route(
    "**/api/messages*",
    (route) => isBroken ? route.abort() : route.continue(),
  );
  const failed = alice.page.getByText("Couldn’t load older messages");
  const scrollUp = async () => {
    await alice.timeline.evaluate((log) => void (log.scrollTop -= 700));
    await alice.page.evaluate("new Promise(requestAnimationFrame)");
  };

  for (let step = 0; step < 100 && !await failed.isVisible(); step++) await scrollUp();
  await failed.waitFor();
  isBroken = false;
  await alice.timeline.getByRole("button", { name: "Try again" }).click();
  await failed.waitFor({ state: "hidden" });
  const first = alice.timeline.getByText("line 1.", { exact: true });
  for (let step = 0; step < 200 && await first.count() === 0; step++) await scrollUp();

  assertEquals(await first.count(), 1);
});

pageTest("what arrives in a hidden tab is unread until the tab is looked at", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.findsSilence();
  const bob = await ChatClient.connect(server.wsUrl, "bob");

  await setVisible(alice, "hidden");
  bob.send({ message: "for all" });
  await titleBecomes(alice, "• Parley");
  bob.send({ message: "hello @alice" });
  await titleBecomes(alice, "(1) Parley");
  await setVisible(alice, "visible");
  await titleBecomes(alice, "Parley");

  const below = alice.page.locator(".timeline__line--divider + * .message__body").first();
  assertEquals(await below.textContent(), "for all");
});
