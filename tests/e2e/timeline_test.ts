import { assert, assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

/** Opens a chat with so many messages that they don't fit on screen. */
async function joinFullRoom(
  browser: Parameters<Parameters<typeof pageTest>[1]>[0],
  url: string,
  wsUrl: string,
) {
  const alice = await Person.open(browser, url);
  const bob = await ChatClient.connect(wsUrl, "bob");
  for (let i = 1; i <= 60; i++) bob.send({ message: `line ${i}.` });
  await bob.until(() => bob.messages.length === 60);
  return { alice, bob };
}

/** Pixels between what is on screen and the end of the messages. */
function pixelsBelow(alice: Person): Promise<number> {
  return alice.timeline.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
}

async function drawTwice(alice: Person): Promise<void> {
  for (let i = 0; i < 2; i++) await alice.page.evaluate("new Promise(requestAnimationFrame)");
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
  await alice.enter("alice");
  await alice.sees("line 60.");
  const height = () => alice.page.locator("#timeline-list").evaluate((list) => list.offsetHeight);

  isHolding = true;
  await alice.say("hello");
  await alice.sees("hello");
  const pending = await height();
  while (held.length === 0) await drawTwice(alice);
  isHolding = false;
  held.forEach((release) => release());
  await alice.page.locator(".message--pending").waitFor({ state: "detached" });

  assertEquals(await height(), pending);
});
