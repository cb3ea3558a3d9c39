import { assert, assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

const EVERYDAY = [
  "Anybody for lunch?",
  "Me. The usual place?",
  "They have soup today.",
  "I’m late, go ahead without me.",
  "We’ll keep you a seat.",
  "Is the projector free at two?",
  "Yes, until three. The cable is in the drawer under the screen, next to the old one.",
  "Found it, thanks.",
];

/** How many messages are on screen from their first line to their last, below the day. */
async function countWhole(alice: Person): Promise<number> {
  const { top, bottom } = await alice.timeline.evaluate((log) => {
    const day = log.querySelector(".timeline__line--day").getBoundingClientRect();
    return { top: day.bottom, bottom: log.getBoundingClientRect().bottom };
  });
  return await alice.timeline.locator(".message").evaluateAll(
    (rows, { top, bottom }) =>
      rows.map((row) => row.getBoundingClientRect())
        .filter((box) => box.top >= top && box.bottom <= bottom).length,
    { top, bottom },
  );
}

// Each message had a border, a name and a time of its own: eight fitted.
pageTest(
  "fourteen everyday messages fit on a screen of 1280 × 800, sixteen of them compact",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice", {
      viewport: { width: 1280, height: 800 },
    });
    const others = [];
    for (const name of ["bob", "carol", "dave"]) {
      others.push(await ChatClient.connect(server.wsUrl, name));
    }
    for (let i = 0; i < 24; i++) {
      others[i % others.length]!.send({ message: `${EVERYDAY[i % EVERYDAY.length]!} (${i + 1})` });
      await alice.sees(`(${i + 1})`);
    }

    const whole = await countWhole(alice);
    assert(whole >= 14, `${whole} messages fit`);
    await alice.page.getByRole("button", { name: "Settings" }).click();
    await alice.page.getByRole("radio", { name: "Compact" }).check();
    await alice.page.keyboard.press("Escape");
    await alice.page.evaluate("new Promise(requestAnimationFrame)");
    const compact = await countWhole(alice);
    assert(compact >= 16 && compact > whole, `${compact} messages fit`);
  },
);

pageTest("on a touch screen every button is at least 44 pixels high and wide", async (browser) => {
  await using server = await startTestServer();
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  const alice = await Person.join(browser, server.url, "alice", phone);
  await ChatClient.connect(server.wsUrl, "bob");
  const small = () =>
    alice.page.locator("button:visible").evaluateAll((buttons) =>
      buttons.filter((button) => !button.closest("[inert]")).map((button) => {
        const { width, height } = button.getBoundingClientRect();
        return { name: button.id || button.textContent, width, height };
      }).filter(({ width, height }) => width < 44 || height < 44)
    );
  assertEquals(await small(), []);

  await alice.page.getByRole("button", { name: "Conversations and people" }).click();
  await alice.page.getByRole("button", { name: "bob" }).waitFor();
  assertEquals(await small(), []);

  await alice.page.getByRole("button", { name: "Settings" }).click();
  assertEquals(await small(), []);
});
