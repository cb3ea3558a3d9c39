import { assert, assertEquals } from "@std/assert";
import { pageTest, Person, untilHolds } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { packetText } from "../support/packet_text.ts";
import { startTestServer } from "../support/test_server.ts";

pageTest(
  "the page keeps what is being read in place and counts what came since",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    // Else the first messages may be unread ones of before, at which the timeline opens.
    await alice.findsSilence();
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    for (let i = 1; i <= 400; i++) bob.send({ message: `line ${i}` });
    await alice.sees("line 400");

    await alice.timeline.evaluate((log) => void (log.scrollTop -= 900));
    const button = alice.page.getByRole("button", { name: "Newest messages" });
    await button.waitFor();
    const before = await alice.timeline.evaluate((log) => log.scrollTop);
    bob.send({ message: "news, one" });
    bob.send({ message: "news, two" });
    await alice.page.getByRole("button", { name: "2 new messages" }).waitFor();
    const after = await alice.timeline.evaluate((log) => log.scrollTop);
    await alice.page.getByRole("button", { name: "2 new messages" }).click();
    await button.waitFor({ state: "hidden" });
    await alice.sees("news, two");

    assertEquals(after, before);
    assert(await alice.page.locator("#timeline-list .message").count() <= 300);
  },
);

pageTest(
  "the page shows old messages again by scrolling up, with a bounded DOM",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    await alice.findsSilence();
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    for (let i = 1; i <= 900; i++) bob.send({ message: `line ${i}.` });
    await alice.sees("line 900.");

    const first = alice.timeline.getByText("line 1.", { exact: true });
    while (await first.count() === 0) {
      await alice.timeline.evaluate((log) => void (log.scrollTop -= 700));
      await alice.page.evaluate("new Promise(requestAnimationFrame)");
      assert(await alice.page.locator("#timeline-list .message").count() <= 300);
    }
  },
);

pageTest("the page keeps drafts for each conversation across a reload", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await ChatClient.connect(server.wsUrl, "bob");

  await alice.box.fill("for all");
  await alice.choose("bob");
  assertEquals(await alice.box.inputValue(), "");
  await alice.box.fill("for bob");
  await alice.page.reload();
  await alice.box.waitFor();

  assertEquals(await alice.box.inputValue(), "for all");
  await alice.page.getByRole("button", { name: "Private: bob" }).click();
  assertEquals(await alice.box.inputValue(), "for bob");
});

pageTest(
  "the page sends a burst in order through the rate limit, each message once",
  async (browser) => {
    await using server = await startTestServer({ rate: 1, burst: 1 });
    const alice = await Person.join(browser, server.url, "alice");
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    // Nobody writes more slowly than one line a second here, however busy the machine is.
    const lines = Array.from({ length: 6 }, (_, i) => `line ${i}`);

    for (const line of lines) await alice.say(line);
    await bob.until(() => bob.messages.length >= lines.length);

    assertEquals(bob.messages, lines);
    assert(alice.received.join("\n").includes("rate_limited"));
  },
);

pageTest("the page counts unread messages by conversation and in its title", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");

  bob.send({ to: "alice", message: "one" });
  bob.send({ to: "alice", message: "two" });
  const item = alice.page.getByRole("button", { name: "Private: bob 2 unread" });
  await item.waitFor();
  assertEquals(await alice.page.title(), "(2) Parley");
  await item.click();
  await alice.sees("two");

  await untilHolds(alice.page, "document.title === 'Parley'");
  assertEquals(await alice.timeline.getByText("New messages").count(), 1);
});

pageTest("the page is written in by keyboard alone", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const { keyboard } = alice.page;

  await alice.timeline.focus();
  await keyboard.type("typed anywhere");
  await keyboard.press("Shift+Enter");
  await keyboard.type("second line");
  await keyboard.press("Enter");
  assertEquals((await bob.next("message")).message, "typed anywhere\nsecond line");
  await alice.page.locator("#people").getByRole("button", { name: "bob" }).focus();
  await keyboard.press("Enter");
  await keyboard.type("psst");
  await keyboard.press("Enter");

  const psst = await bob.next("message", ({ message }) => message === "psst");
  assertEquals(psst.to, "bob");
});

pageTest("the page does not send while an input method composes", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");

  await alice.box.fill("にほん");
  await alice.box.dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
  await alice.box.dispatchEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true });

  assertEquals(await alice.box.inputValue(), "にほん");
});

pageTest("the page closes what is on top with Esc and gives the focus back", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice", {
    viewport: { width: 360, height: 740 },
  });
  const focused = () => alice.page.evaluate("document.activeElement.id");

  await alice.page.getByRole("button", { name: "Conversations and people" }).click();
  await alice.page.getByRole("button", { name: "Shortcuts", exact: true }).click();
  await alice.page.keyboard.press("Escape");
  assertEquals(await focused(), "keys-button");
  await alice.page.keyboard.press("Escape");

  assertEquals(await focused(), "drawer-open");
});

pageTest(
  "the page says who may not join beside the field, and who may try again",
  async (browser) => {
    await using server = await startTestServer();
    await ChatClient.connect(server.wsUrl, "bob");
    const eve = await Person.open(browser, server.url);

    await eve.page.getByLabel("Your name").fill("bob");
    await eve.page.keyboard.press("Enter");
    await eve.page.getByRole("alert").getByText("is taken").waitFor();
    assertEquals(await eve.page.getByLabel("Your name").inputValue(), "bob");
    await eve.page.getByLabel("Your name").fill("Admin");
    await eve.page.keyboard.press("Enter");
    await eve.page.getByRole("alert").getByText("is reserved").waitFor();
    await eve.enter("eve");

    await eve.sees("No messages yet");
  },
);

pageTest("the page never makes a mistyped private message public", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");

  await alice.say("/smg bob secret");
  await alice.page.getByText("is not a command").waitFor();
  await alice.say("/msg nobody secret");
  await alice.turnTo("nobody");
  await alice.page.getByText("There is no user called").waitFor();
  await alice.page.getByRole("button", { name: "Discard" }).click();
  await alice.page.getByRole("button", { name: "Back to everyone" }).click();
  await alice.say("//public");

  assertEquals((await bob.next("message")).message, "/public");
  assertEquals(JSON.stringify(bob.frames).includes("secret"), false);
});

pageTest("the page catches up in place with what was said while it was away", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.open(browser, server.url);
  const sockets: { close(options: { code: number }): Promise<void> }[] = [];
  let isAway = false;
  await alice.page.routeWebSocket("**/ws/**", (socket) => {
    if (isAway) return void socket.close({ code: 4008 });
    sockets.push(socket);
    socket.connectToServer();
  });
  await alice.page.reload();
  await alice.enter("alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  bob.send({ message: "before" });
  await alice.sees("before");

  isAway = true;
  await sockets[0]!.close({ code: 4008 });
  await alice.page.getByText("Reconnecting…").waitFor();
  bob.send({ message: "meanwhile, to all" });
  bob.send({ to: "alice", message: "meanwhile, to you" });
  await bob.settled();
  isAway = false;
  await alice.sees("meanwhile, to all");
  await alice.page.getByRole("button", { name: "Private: bob 1 unread" }).waitFor();

  const texts = await alice.timeline.locator(".message__body").allTextContents();
  assertEquals(texts, ["before", "meanwhile, to all"]);
});

pageTest("the page turns Today into Yesterday at midnight", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.open(browser, server.url, { timezoneId: "UTC" });
  const midnight = new Date().setUTCHours(24, 0, 0, 0);
  await alice.page.clock.install({ time: midnight - 60_000 });
  await alice.page.reload();
  await alice.enter("alice");
  await alice.say("late");
  await alice.timeline.getByText("Today").waitFor();

  await alice.page.clock.fastForward(120_000);

  await alice.timeline.getByText("Yesterday").waitFor();
});

pageTest("what one tab has read is read in the other", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const other = await alice.page.context().newPage();
  await other.goto(server.url);
  await other.locator("#composer-text").waitFor();
  bob.send({ to: "alice", message: "psst" });
  const badge = (page: typeof other) => page.getByRole("button", { name: "Private: bob 1 unread" });
  await badge(other).waitFor();

  await badge(alice.page).click();

  await badge(other).waitFor({ state: "hidden" });
});

pageTest("the page completes names and commands from the keyboard", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await ChatClient.connect(server.wsUrl, "carol");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  bob.send({ message: "I spoke last" });
  await alice.sees("I spoke last");
  const { keyboard } = alice.page;
  const chosen = alice.page.getByRole("option", { selected: true });

  await alice.box.focus();
  await keyboard.type("hello @");
  assertEquals((await chosen.innerText()).trim(), "bob");
  await keyboard.press("ArrowDown");
  assertEquals(
    await chosen.getAttribute("id"),
    await alice.box.getAttribute("aria-activedescendant"),
  );
  await keyboard.press("Enter");
  assertEquals(await alice.box.inputValue(), "hello @carol ");
  await keyboard.type("@");
  await keyboard.press("Escape");
  assertEquals(await alice.page.getByRole("option").count(), 0);
  await keyboard.press("Backspace");
  await keyboard.press("Enter");

  assertEquals((await bob.next("message", ({ from }) => from === "alice")).message, "hello @carol");
});

/** Makes IndexedDB ask for ever. */
const SILENT_DATABASE = `IDBFactory.prototype.open = () => ({});`;

// Enter did nothing then, or a message stayed on its way for ever with the line up.
pageTest("the page goes on without a database that never answers, and says so", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const alice = await Person.open(browser, server.url);
  await alice.page.addInitScript({ content: SILENT_DATABASE });
  await alice.page.reload();

  await alice.enter("alice");
  await alice.say("all the same");

  assertEquals((await bob.next("message")).message, "all the same");
  await alice.sees("database isn’t responding");
});

pageTest("leaving and joining again begins anew, ten times over", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const alice = await Person.join(browser, server.url, "alice");

  for (let visit = 1; visit <= 10; visit++) {
    await alice.say(`visit ${visit}`);
    await alice.sees(`visit ${visit}`);
    await alice.page.getByRole("button", { name: "Leave" }).click();
    await alice.page.getByLabel("Your name").press("Enter");
    await alice.box.waitFor();
  }
  bob.send({ message: "welcome back" });
  await alice.sees("welcome back");

  const visits = Array.from({ length: 10 }, (_, i) => `visit ${i + 1}`);
  assertEquals(bob.messages.filter((text) => text.startsWith("visit")), visits);
  const bodies = await alice.timeline.locator(".message__body").allTextContents();
  assertEquals(bodies, [...visits, "welcome back"]);
  assertEquals(alice.complaints, []);
});

// Formatting such a time throws, so nothing was drawn any more.
pageTest("the page shows a message whose time no calendar has, and the next", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.open(browser, server.url);
  await alice.page.routeWebSocket("**/ws/**", (socket) => {
    socket.connectToServer().onMessage((packet) => {
      const data = typeof packet === "string" ? packet : new Uint8Array(packet).buffer;
      socket.send(packetText(data).replace(/"at":\d+(?=.*"message":"out of time")/g, '"at":9e15'));
    });
  });
  await alice.page.reload();
  await alice.enter("alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");

  bob.send({ message: "out of time" });
  await alice.sees("out of time");
  bob.send({ message: "and on it goes" });
  await alice.sees("and on it goes");

  await alice.timeline.getByText("Unknown date").first().waitFor();
  assertEquals(alice.complaints, []);
});
