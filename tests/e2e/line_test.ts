import { assert, assertEquals } from "@std/assert";
import type { WebSocketRoute } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

const RECONNECTING = "Reconnecting… Your messages will be sent once you’re back online.";

/**
 * Begins to watch in the page itself.
 *
 * @returns Tells the milliseconds from the browser's `offline` event until the page says so.
 */
async function watchOffline(alice: Person): Promise<() => Promise<number>> {
  await alice.page.evaluate(`void (globalThis.told = new Promise((resolve, reject) => {
    let start;
    setTimeout(() => reject(new Error("It is not told")), 20_000);
    addEventListener("offline", () => start = performance.now());
    const look = () => {
      const isTold = document.querySelector("#chat").innerText.includes("Reconnecting");
      if (isTold) resolve(performance.now() - start);
      else requestAnimationFrame(look);
    };
    look();
  }))`);
  return () => alice.page.evaluate("told");
}

/** Most that a busy machine may take for what a second of the page's own time goes by before. */
const TELL_LIMIT_MS = 10_000;

// It took 26 seconds of silence.
pageTest("the page tells that the browser is offline before a silence does", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.findsSilence();

  const told = await watchOffline(alice);
  await alice.page.context().setOffline(true);
  const tookMs = await told();
  await alice.say("written offline");
  await alice.page.context().setOffline(false);
  await alice.page.getByText(RECONNECTING).waitFor({ state: "hidden" });
  await alice.page.locator(".message--pending").waitFor({ state: "detached" });

  assert(tookMs < TELL_LIMIT_MS, `${tookMs} ms`);
  assertEquals(await alice.count("written offline"), 1);
});

pageTest("the page tells it, too, when nothing answers its question", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.findsSilence();
  await alice.page.route("**/*", (route) => {
    if (route.request().method() !== "HEAD") return route.continue();
  });

  const told = await watchOffline(alice);
  await alice.page.evaluate(`dispatchEvent(new Event("offline"))`);

  assert(await told() < TELL_LIMIT_MS);
});

pageTest("the page goes on when the browser is offline and the server is near", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  await alice.sees("bob joined");

  const answered = alice.page.waitForResponse((response) => response.request().method() === "HEAD");
  await alice.page.evaluate(`dispatchEvent(new Event("offline"))`);
  await answered;
  bob.send({ message: "still here" });
  await alice.sees("still here");

  assertEquals(await alice.page.getByText(RECONNECTING).count(), 0);
  assertEquals(server.manager.connections, 2);
});

/** Opens the page so that a test can end its line with any code. */
async function joinByRoute(
  browser: Parameters<Parameters<typeof pageTest>[1]>[0],
  url: string,
): Promise<{ alice: Person; lines: WebSocketRoute[] }> {
  const alice = await Person.open(browser, url);
  const lines: WebSocketRoute[] = [];
  await alice.page.routeWebSocket("**/ws/**", (socket) => {
    lines.push(socket);
    socket.connectToServer();
  });
  await alice.page.reload();
  await alice.enter("alice");
  return { alice, lines };
}

for (
  const [code, sentence, label] of [
    [4502, "Someone else uses this name now.", "Choose another name"],
    [4503, "Too many connections are open.", "Reconnect"],
    [4500, "The server couldn’t understand this page.", "Reconnect"],
    [1009, "The last message was too large for the server.", "Reconnect"],
  ] as const
) {
  pageTest(`the page says why a line ended with ${code}, and what can be done`, async (browser) => {
    await using server = await startTestServer();
    const { alice, lines } = await joinByRoute(browser, server.url);

    await lines[0]!.close({ code });
    await alice.page.getByRole("status").filter({ hasText: sentence }).waitFor();
    assertEquals(lines.length, 1);
    await alice.page.getByRole("button", { name: label }).click();

    if (label === "Reconnect") {
      await alice.page.getByText(sentence).waitFor({ state: "hidden" });
      assertEquals(lines.length, 2);
    } else await alice.page.getByLabel("Your name").waitFor();
  });
}
