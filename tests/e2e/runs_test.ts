import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import type { Locator } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

/** How visible an element is, once its transitions are over. */
function opacityOf(element: Locator): Promise<string> {
  return element.evaluate((one) => one.ownerDocument.defaultView.getComputedStyle(one).opacity);
}

for (const width of [360, 1200]) {
  const touch = width === 360 ? { hasTouch: true, isMobile: true } : {};

  pageTest(
    `the time stands once in a run, and for each message on demand, at ${width} pixels`,
    async (browser) => {
      await using server = await startTestServer();
      const viewport = { width, height: 800 };
      const alice = await Person.join(browser, server.url, "alice", { viewport, ...touch });
      const bob = await ChatClient.connect(server.wsUrl, "bob");
      for (const message of ["first", "second", "third", "fourth"]) bob.send({ message });
      await alice.sees("fourth");
      const row = (text: string) => alice.timeline.locator(".message").filter({ hasText: text });
      const time = (text: string) => row(text).locator(".message__time");

      const shown = await alice.timeline.locator("time").evaluateAll((times) =>
        times.filter((one) => one.checkVisibility({ opacityProperty: true })).length
      );
      assertEquals(shown, 1);
      assertEquals(await opacityOf(time("second")), "0");
      if (width === 360) await row("second").tap();
      else await row("second").hover();
      assertEquals(await opacityOf(time("second")), "1");
      await row("third").focus();
      assertEquals(await opacityOf(time("third")), "1");
      assertMatch((await time("third").getAttribute("title"))!, /\d{4}.*\d:\d\d:\d\d/);
      const [text, clock] = [row("third").locator(".message__card"), time("third")];
      const [a, b] = [(await text.boundingBox())!, (await clock.boundingBox())!];
      assert(
        b.x + b.width <= a.x + 0.5 || b.x >= a.x + a.width - 0.5,
        "the time lies over the text",
      );
      assert(b.x >= 0 && b.x + b.width <= width, "the time reaches out of the window");
    },
  );

  pageTest(
    `author and day stay in view in a run of 60 messages, and cover no text, at ${width} pixels`,
    async (browser) => {
      await using server = await startTestServer();
      const alice = await Person.join(browser, server.url, "alice", {
        viewport: { width, height: 800 },
      });
      await alice.findsSilence();
      const bob = await ChatClient.connect(server.wsUrl, "bob");
      for (let i = 1; i <= 60; i++) bob.send({ message: `line ${i} of what I have to say` });
      await alice.sees("line 60 of");

      await alice.timeline.evaluate((log) => void (log.scrollTop = log.scrollHeight / 2));
      await alice.page.evaluate("new Promise(requestAnimationFrame)");

      const log = (await alice.timeline.boundingBox())!;
      const boxes = [];
      for (const name of [".run__author", ".timeline__line--day", ".run__avatar"]) {
        const box = (await alice.timeline.locator(name).last().boundingBox())!;
        assert(box.y >= log.y && box.y < log.y + 120, `${name} at ${box.y} px`);
        boxes.push(box);
      }
      // The line of the name is opaque where there is no gutter for it: the text is below it, not under it.
      const shining = await alice.timeline.evaluate((log) => {
        const document = log.ownerDocument;
        const header = log.querySelector(".run__header").getBoundingClientRect();
        const avatar = log.querySelector(".run__avatar").getBoundingClientRect();
        const author = log.querySelector(".run__author").getBoundingClientRect();
        const isOver = (a: DOMRect, b: DOMRect) =>
          a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
        const texts = [...log.querySelectorAll(".message__body")].map((body) =>
          body.getBoundingClientRect()
        );
        const { backgroundImage } = document.defaultView.getComputedStyle(
          log.querySelector(".run__header"),
        );
        const isOpaque = backgroundImage.includes("gradient") &&
          header.width >= log.clientWidth * 0.8;
        return texts.filter((text) => isOver(text, avatar) || (!isOpaque && isOver(text, author)))
          .length;
      });
      assertEquals(shining, 0);
    },
  );
}

pageTest(
  "times are told in the language of the page, by the clock one chooses",
  async (browser) => {
    await using server = await startTestServer();
    const german = { locale: "de-DE", timezoneId: "UTC" };
    const alice = await Person.join(browser, server.url, "alice", german);
    await alice.say("hello");
    await alice.sees("hello");
    const time = alice.timeline.locator(".message__time");
    assertMatch(await time.innerText(), /^\d{1,2}:\d\d\s[AP]M$/);
    assertMatch((await time.getAttribute("title"))!, /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, /);
    await alice.timeline.getByText("Today").waitFor();

    await alice.page.getByRole("button", { name: "Settings" }).click();
    await alice.page.getByRole("radio", { name: "24-hour" }).check();
    await alice.page.keyboard.press("Escape");

    assertMatch(await time.innerText(), /^\d\d:\d\d$/);
    assertNotMatch((await time.getAttribute("title"))!, /[AP]M/);
    await alice.page.reload();
    await alice.sees("hello");
    assertMatch(await time.innerText(), /^\d\d:\d\d$/);
  },
);
