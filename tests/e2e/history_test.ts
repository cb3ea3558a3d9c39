import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";

/** Has somebody say numbered lines, and waits until they are in the log. */
async function sayLines(server: TestServer, count: number, speaker = "bob"): Promise<ChatClient> {
  const client = await ChatClient.connect(server.wsUrl, speaker);
  for (let i = 1; i <= count; i++) client.send({ message: `line ${i}.` });
  await client.until(() => client.messages.length >= count);
  return client;
}

/**
 * Scrolls up step by step until a text is there; says how far what is on screen moved by itself, in
 * pixels, and how many rows there were at most. The list's first message is left out: it loses its
 * header when one of the same author comes before it.
 */
function scrollUpTo(page: Page, text: string): Promise<{ moved: number; rows: number }> {
  return page.evaluate(`(async () => {
    const log = document.querySelector("#timeline");
    const visible = () => {
      const { top, bottom } = log.getBoundingClientRect();
      const boxes = [...log.querySelectorAll(".message")].slice(1)
        .map((row) => [row.dataset.key, row.getBoundingClientRect()]);
      return new Map(boxes.filter(([, box]) => box.bottom > top && box.top < bottom));
    };
    const has = (text) =>
      [...log.querySelectorAll(".message__body")].some((body) => body.textContent === text);
    let moved = 0;
    let rows = 0;
    for (let step = 0; step < 400 && !has(${JSON.stringify(text)}); step++) {
      log.scrollTop -= 500;
      const before = visible();
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
      for (const [key, { top }] of visible()) {
        if (before.has(key)) moved = Math.max(moved, Math.abs(top - before.get(key).top));
      }
      rows = Math.max(rows, document.querySelectorAll("#timeline-list .message").length);
    }
    return { moved, rows };
  })()`);
}

pageTest(
  "a new visitor sees the newest messages, and earlier ones by scrolling up without a jump",
  async (browser) => {
    await using server = await startTestServer();
    await sayLines(server, 500);
    const alice = await Person.join(browser, server.url, "alice");
    await alice.sees("line 500.");
    assertEquals(await alice.page.title(), "Parley");

    const { moved, rows } = await scrollUpTo(alice.page, "line 1.");
    assert(moved < 1.5, `moved by ${moved} px`);
    assert(rows <= 300, `${rows} rows`);
    assertEquals(await alice.timeline.getByText("line 1.", { exact: true }).count(), 1);
    await alice.page.getByRole("button", { name: "Newest messages" }).click();
    await alice.sees("line 500.");
    assertEquals(alice.complaints, []);
  },
);

pageTest(
  "a returning reader comes back to the first unread message, and Esc marks all read",
  async (browser) => {
    await using server = await startTestServer();
    const bob = await sayLines(server, 60);
    const alice = await Person.join(browser, server.url, "alice");
    await alice.sees("line 60.");
    await alice.say("I have read this");
    // The position read is told within a second.
    await alice.page.waitForFunction(async () => {
      const answer = await (await fetch("api/conversations")).json();
      return answer.lobby.read > 0 && answer.lobby.unread === 0;
    });
    await alice.page.goto("about:blank");
    for (let i = 61; i <= 160; i++) bob.send({ message: `line ${i}.` });
    bob.send({ to: "alice", message: "psst" });
    await bob.until(() => bob.messages.length >= 162);

    await alice.page.goto(server.url);
    await alice.box.waitFor();
    await alice.page.getByText("New messages", { exact: true }).waitFor();
    await alice.page.getByRole("button", { name: "Private: bob 1 unread" }).waitFor();
    await alice.page.getByRole("button", { name: "100 new messages" }).waitFor();
    const below = alice.page.locator(".timeline__line--divider + * .message__body").first();
    assertEquals(await below.textContent(), "line 61.");
    assert(await below.isVisible());
    await alice.page.keyboard.press("Escape");
    await alice.sees("line 160.");

    await alice.page.getByRole("button", { name: "new messages" }).waitFor({ state: "hidden" });
  },
);
