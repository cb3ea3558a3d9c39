import { assert, assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

/** Opens a chat with so many messages that they don't fit on screen. */
async function joinFullRoom(
  browser: Parameters<Parameters<typeof pageTest>[1]>[0],
  url: string,
  wsUrl: string,
  speaker?: ChatClient,
) {
  const alice = await Person.open(browser, url);
  const bob = speaker ?? await ChatClient.connect(wsUrl, "bob");
  for (let i = 1; i <= 60; i++) bob.send({ message: `line ${i}.` });
  await bob.until(() => bob.messages.at(-1) === "line 60.");
  return { alice, bob };
}

/** Pixels between what is on screen and the end of the messages. */
function pixelsBelow(alice: Person): Promise<number> {
  return alice.timeline.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
}

async function drawTwice(alice: Person): Promise<void> {
  for (let i = 0; i < 2; i++) await alice.page.evaluate("new Promise(requestAnimationFrame)");
}

/** Loads the page again with a line on which what the server sends can be held back. */
async function holdPackets(alice: Person) {
  const held: (() => void)[] = [];
  let isHolding = false;
  await alice.page.routeWebSocket("**/ws/**", (socket) => {
    const upstream = socket.connectToServer();
    upstream.onMessage((packet) => {
      if (isHolding) held.push(() => socket.send(packet));
      else socket.send(packet);
    });
  });
  await alice.page.reload();
  return {
    begin: () => void (isHolding = true),
    count: () => held.length,
    release() {
      isHolding = false;
      held.forEach((send) => send());
    },
  };
}

// Three lines with Shift+Enter, and new messages came below the screen.
pageTest(
  "the timeline follows the newest message while several lines are written",
  async (browser) => {
    await using server = await startTestServer();
    const { alice, bob } = await joinFullRoom(browser, server.url, server.wsUrl);
    await alice.enter("alice");
    await alice.sees("line 60.");

    await alice.box.focus();
    for (let line = 0; line < 6; line++) {
      await alice.page.keyboard.type(`line ${line}`);
      await alice.page.keyboard.press("Shift+Enter");
      await drawTwice(alice);
      assert(await pixelsBelow(alice) < 2, `after line ${line}`);
    }
    for (let i = 0; i < 30; i++) await alice.page.keyboard.press("Backspace");
    await drawTwice(alice);
    bob.send({ message: "the newest" });
    await alice.sees("the newest");

    assert(await pixelsBelow(alice) < 2);
    assertEquals(await alice.page.getByRole("button", { name: /newest|new message/i }).count(), 0);
  },
);

// The words "Not sent yet", unseen at first, took their place until the ack: 20 px up and down.
pageTest("a message that is acknowledged soon moves nothing", async (browser) => {
  await using server = await startTestServer();
  const { alice } = await joinFullRoom(browser, server.url, server.wsUrl);
  const held = await holdPackets(alice);
  await alice.enter("alice");
  await alice.sees("line 60.");
  const height = () => alice.page.locator("#timeline-list").evaluate((list) => list.offsetHeight);

  held.begin();
  await alice.say("hello");
  await alice.sees("hello");
  const pending = await height();
  while (held.count() === 0) await drawTwice(alice);
  held.release();
  await alice.page.locator(".message--pending").waitFor({ state: "detached" });

  assertEquals(await height(), pending);
});

/** Where the first message that ends on screen begins, and which one that is. */
function firstOnScreen(alice: Person): Promise<{ key: string; top: number }> {
  return alice.page.evaluate(`(() => {
    const { top } = document.querySelector("#timeline").getBoundingClientRect();
    const row = [...document.querySelectorAll(".message")]
      .find((row) => row.getBoundingClientRect().bottom > top);
    return { key: row.dataset.key, top: row.getBoundingClientRect().top };
  })()`);
}

pageTest("what is being read stays while a message above it unfolds", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  bob.send({ message: Array.from({ length: 40 }, (_, i) => `verse ${i}`).join("\n") });
  const { alice } = await joinFullRoom(browser, server.url, server.wsUrl, bob);
  await alice.enter("alice");
  await alice.sees("line 60.");
  await alice.timeline.evaluate((log) => void (log.scrollTop -= 300));
  await alice.page.getByRole("button", { name: "Newest messages" }).waitFor();
  const before = await firstOnScreen(alice);

  const unfold = alice.timeline.getByRole("button", { name: "Show all 40 lines" });
  await unfold.evaluate((button) => button.click());
  await alice.sees("verse 39");
  await drawTwice(alice);

  const after = await firstOnScreen(alice);
  assertEquals(after.key, before.key);
  assert(Math.abs(after.top - before.top) < 1.5, `moved by ${after.top - before.top} px`);
});

pageTest("a message keeps its row, and the focus in it, when it is stored", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.open(browser, server.url);
  const held = await holdPackets(alice);
  await alice.enter("alice");
  await alice.findsSilence();

  held.begin();
  await alice.say("hello");
  const row = alice.page.locator(".message--pending");
  await row.focus();
  while (held.count() === 0) await drawTwice(alice);
  held.release();
  await row.waitFor({ state: "detached" });

  assert(await alice.page.evaluate("document.activeElement.matches('.message--mine')"));
});

pageTest("the author and the day stay in view inside a long run", async (browser) => {
  await using server = await startTestServer();
  const { alice } = await joinFullRoom(browser, server.url, server.wsUrl);
  await alice.enter("alice");
  await alice.sees("line 60.");

  const { y, height } = (await alice.timeline.boundingBox())!;
  for (const name of [".run__author", ".timeline__line--day"]) {
    const box = (await alice.timeline.locator(name).last().boundingBox())!;
    assert(box.y >= y && box.y < y + height / 4, `${name} at ${box.y} px`);
  }
});
