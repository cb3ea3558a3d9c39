import { assert, assertEquals } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { findLayoutFaults, openDialogs } from "../support/layout.ts";
import { startTestServer } from "../support/test_server.ts";

/** The drawer is where it belongs at once. */
const STILL = { reducedMotion: "reduce" } as const;
const SIZES = [[360, 740], [820, 1180], [1440, 900]] as const;

/** Joins on a page whose document is in the pseudo-language, from right to left. */
async function joinMirrored(browser: Browser, url: string, options: BrowserContextOptions) {
  // A document that a test serves may not open sockets to this machine without asking.
  const permissions = ["local-network-access"];
  const alice = await Person.open(browser, "about:blank", { ...options, ...STILL, permissions });
  await alice.page.route(`${url}/`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace('lang="en"', 'lang="qps" dir="rtl"');
    await route.fulfill({ response, body });
  });
  await alice.page.goto(`${url}/`);
  await alice.page.locator("#join-name").fill("alice");
  assertEquals(await findLayoutFaults(alice.page), []);
  await alice.page.keyboard.press("Enter");
  await alice.box.waitFor();
  return alice;
}

/** How far the middle of each of some elements is from the left edge of the window, of its width. */
function placesOf(page: Page, selectors: readonly string[]): Promise<number[]> {
  return page.evaluate(`${JSON.stringify(selectors)}.map((selector) => {
    const { left, right } = document.querySelector(selector).getBoundingClientRect();
    return (left + right) / 2 / innerWidth;
  })`);
}

for (const [width, height] of SIZES) {
  pageTest(
    `a language from right to left, with long words, fits at ${width} pixels`,
    async (browser) => {
      await using server = await startTestServer();
      const bob = await ChatClient.connect(server.wsUrl, "bob");
      const alice = await joinMirrored(browser, server.url, { viewport: { width, height } });
      bob.send({ message: "hello @alice" });
      bob.send({ to: "alice", message: "psst" });
      await alice.sees("hello");
      await alice.page.locator("#conversations .badge").first().waitFor({ state: "attached" });

      const [author, text, search] = await placesOf(alice.page, [
        ".run__author",
        ".message__body",
        "#search-button",
      ]);
      assert(search! < 0.1 && author! > 0.5 && text! > 0.5, `${[author, text, search]}`);
      assertEquals(await findLayoutFaults(alice.page), []);
      await alice.box.fill("x".repeat(3_990));
      assertEquals(await findLayoutFaults(alice.page), []);
      await alice.box.fill("/");
      await alice.page.getByRole("option").first().waitFor();
      assertEquals(await findLayoutFaults(alice.page), []);
      await alice.box.fill("");
      await alice.page.keyboard.press("Alt+ArrowDown");
      await alice.sees("psst");
      assertEquals(await findLayoutFaults(alice.page), []);
      for await (const name of openDialogs(alice.page)) {
        assertEquals(await findLayoutFaults(alice.page), [], name);
      }
    },
  );

  pageTest(`names of 32 wide characters fit everywhere at ${width} pixels`, async (browser) => {
    await using server = await startTestServer();
    const [latin, chinese] = ["W".repeat(32), "漢".repeat(32)];
    const names =
      ".sidebar__self, .sidebar__name, .run__author bdi, .run__audience, .suggestions__label, " +
      ".conversation__title, .conversation__subtitle, .found__author, .found__author bdi";
    const alice = await Person.join(browser, server.url, "M".repeat(32), {
      viewport: { width, height },
      ...STILL,
    });
    for (const name of [latin, chinese]) {
      const client = await ChatClient.connect(server.wsUrl, name);
      client.send({ message: `hello @${"M".repeat(32)} from me` });
      client.send({ to: "M".repeat(32), message: "psst" });
      await alice.page.locator("#conversations").getByText(name).waitFor({ state: "attached" });
    }

    assertEquals(await findLayoutFaults(alice.page, names), []);
    await alice.box.fill("@W");
    await alice.page.getByRole("option").waitFor();
    assertEquals(await findLayoutFaults(alice.page, names), []);
    await alice.say(`/msg ${chinese} psst`);
    await alice.page.getByText("Sent privately to").waitFor();
    assertEquals(await findLayoutFaults(alice.page, names), []);
    await alice.page.keyboard.press("Alt+ArrowDown");
    await alice.sees("psst");
    assertEquals(await findLayoutFaults(alice.page, names), []);
    // The author of one's own messages was squeezed to a letter by the name of the reader.
    await alice.say("my answer");
    const you = alice.timeline.locator(".run--mine .run__author").first();
    assertEquals(await you.innerText(), "You");
    assert(
      await you.evaluate((author) =>
        author.firstElementChild.scrollWidth <= author.firstElementChild.clientWidth
      ),
    );
    for await (const name of openDialogs(alice.page)) {
      if (name === "search") {
        await alice.page.keyboard.type("hello");
        await alice.page.locator("#search-results li").first().waitFor();
      }
      assertEquals(await findLayoutFaults(alice.page, names), [], name);
    }
  });
}

/** Names of the controls in what is open that can't be brought on screen, or are covered there. */
function findUnreachable(page: Page): Promise<string[]> {
  return page.evaluate(`(async () => {
    const root = document.querySelector("dialog[open]") ?? document.body;
    const lost = [];
    for (const control of root.querySelectorAll("button, input, textarea, summary, a")) {
      if (!control.checkVisibility() || control.closest("[inert]")) continue;
      control.scrollIntoView({ block: "center" });
      const { left, right, top, bottom } = (control.closest("label") ?? control).getBoundingClientRect();
      const hit = document.elementFromPoint((left + right) / 2, (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2);
      const place = control.closest("label") ?? control;
      if (hit === null || !(place.contains(hit) || hit.contains(place))) lost.push(control.id || control.textContent);
    }
    return lost;
  })()`);
}

pageTest(
  "at 400 % zoom everything can be reached, and nothing scrolls sideways",
  async (browser) => {
    await using server = await startTestServer();
    const window = { width: 320, height: 256 };
    const alice = await Person.open(browser, server.url, { viewport: window, ...STILL });
    assertEquals(await findUnreachable(alice.page), []);
    await alice.enter("alice");
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    bob.send({
      message: "```\n" + "const a = 1; ".repeat(20) + "\n```\nhttps://example.com/" +
        "x".repeat(200),
    });
    await alice.sees("const a = 1;");

    assertEquals([await findLayoutFaults(alice.page), await findUnreachable(alice.page)], [[], []]);
    await alice.page.locator("#drawer-open").click();
    await alice.page.locator("#sidebar").evaluate((drawer) =>
      Promise.all(drawer.getAnimations().map((one: { finished: unknown }) => one.finished))
    );
    assertEquals([await findLayoutFaults(alice.page), await findUnreachable(alice.page)], [[], []]);
    await alice.page.keyboard.press("Escape");
    for await (const name of openDialogs(alice.page)) {
      if (name === "search") {
        await alice.page.keyboard.type("const");
        await alice.page.locator("#search-results li").first().waitFor();
      }
      assertEquals(await findLayoutFaults(alice.page), [], name);
      assertEquals(await findUnreachable(alice.page), [], name);
    }
  },
);
