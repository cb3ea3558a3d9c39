import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { startTestServer } from "../support/test_server.ts";

/** Opens the page with its scripts held back until the returned function is called. */
async function openWithoutScripts(page: Page, url: string): Promise<() => void> {
  const release = Promise.withResolvers<void>();
  await page.route("**/*", async (route) => {
    if (route.request().resourceType() === "script") await release.promise;
    await route.continue();
  });
  await page.goto(url, { waitUntil: "commit" });
  await page.getByLabel("Your name").waitFor();
  return release.resolve;
}

// The browser submitted the form itself, the policy blocked that, and the scripts never ran.
for (const how of ["Enter", "a click"]) {
  pageTest(
    `the page joins by itself after ${how} that came before its scripts`,
    async (browser) => {
      await using server = await startTestServer();
      const page = await (await browser.newContext()).newPage();
      const release = await openWithoutScripts(page, server.url);

      await page.getByLabel("Your name").fill("alice");
      if (how === "Enter") await page.keyboard.press("Enter");
      else await page.getByRole("button", { name: "Join" }).click();
      release();

      await page.locator("#composer-text").waitFor();
    },
  );
}

pageTest("the page keeps a name typed before its scripts, and waits for Enter", async (browser) => {
  await using server = await startTestServer();
  const page = await (await browser.newContext()).newPage();
  const release = await openWithoutScripts(page, server.url);

  await page.getByLabel("Your name").fill("alice");
  await page.getByRole("button", { name: "Join" }).focus();
  release();
  await page.waitForLoadState("networkidle");

  assertEquals(await page.getByLabel("Your name").inputValue(), "alice");
  assertEquals(server.manager.connections, 0);
  await page.getByLabel("Your name").press("Enter");
  await page.locator("#composer-text").waitFor();
});

pageTest("the page has one main part, and times that machines can read", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.say("hello");
  await alice.sees("hello");

  const html = await (await fetch(server.url)).text();
  const times = await alice.page.locator("time:visible").evaluateAll((all) =>
    all.map((time) => time.getAttribute("datetime"))
  );

  assertEquals(html.match(/<main\b/g)?.length, 1);
  assertEquals(html.match(/<time\b(?![^>]*datetime=)/g), null);
  assertEquals(times.length, 1);
  assertEquals(times.map((time) => Number.isNaN(Date.parse(time ?? ""))), [false]);
  assertEquals(await alice.page.getByRole("main").count(), 1);
});
