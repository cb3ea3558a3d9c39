import { assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

/** How many messages with this text the page's sockets were sent by the server. */
function timesHeard(person: Person, text: string): number {
  const frames = person.received.flatMap((packet) => packet.split("\n"));
  return frames.filter((frame) => frame.includes(text)).length;
}

/** Lets a page's sockets reach the server, or not, as when a laptop is closed. */
async function lineOf({ page }: Person) {
  const sockets = new Set<{ close(options: { code: number }): Promise<void> }>();
  let isUp = true;
  await page.context().routeWebSocket("**/ws/**", (socket) => {
    if (!isUp) return void socket.close({ code: 4008 });
    sockets.add(socket);
    socket.connectToServer();
  });
  // Sockets are routed in pages that load from now on.
  await page.reload();
  return {
    async cut() {
      isUp = false;
      await page.context().setOffline(true);
      await Promise.all([...sockets].map((socket) => socket.close({ code: 4008 })));
      sockets.clear();
    },
    async mend() {
      isUp = true;
      await page.context().setOffline(false);
    },
  };
}

pageTest(
  "who closes the laptop misses nothing, and what was typed offline arrives once",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    const bob = await Person.open(browser, server.url);
    const line = await lineOf(bob);
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

pageTest(
  "what waits to be sent survives a closed tab and goes out once, in order",
  async (browser) => {
    await using server = await startTestServer();
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    const alice = await Person.open(browser, server.url);
    const line = await lineOf(alice);
    await alice.enter("alice");
    await line.cut();
    for (const text of ["one", "two", "three"]) await alice.say(text);
    await alice.sees("three");
    const context = alice.page.context();
    await alice.page.close();

    await line.mend();
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByLabel("Your name").press("Enter");
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
  const alice = await Person.open(browser, server.url);
  const line = await lineOf(alice);
  await alice.enter("alice");
  const other = await alice.page.context().newPage();
  const sent: string[] = [];
  for (const page of [alice.page, other]) {
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => void sent.push(payload.toString()));
    });
  }
  await other.goto(server.url);
  await other.getByLabel("Your name").press("Enter");
  await other.locator("#composer-text").waitFor();

  await line.cut();
  for (const text of ["one", "two"]) await alice.say(text);
  await other.locator("#composer-text").fill("three");
  await other.locator("#composer-text").press("Enter");
  await other.locator(".message--pending").nth(2).waitFor();
  await line.mend();
  await bob.until(() => bob.messages.length >= 3);
  for (const page of [alice.page, other]) {
    await page.locator(".message--pending").first().waitFor({ state: "detached" });
    const bodies = await page.locator(".message__body").allTextContents();
    assertEquals(bodies, ["one", "two", "three"]);
  }
  await other.locator("#composer-text").fill("four");
  await other.locator("#composer-text").press("Enter");
  await bob.until(() => bob.messages.length >= 4);

  assertEquals(bob.messages, ["one", "two", "three", "four"]);
  assertEquals(sent.filter((frame) => frame.includes('"two"')).length <= 1, true);
});

pageTest(
  "what one account did not send is neither sent nor shown under another",
  async (browser) => {
    await using server = await startTestServer();
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    const alice = await Person.open(browser, server.url);
    const line = await lineOf(alice);
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
