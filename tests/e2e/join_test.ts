import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";

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

pageTest("a new tab goes straight in under the name one has", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.page.close();

  const page = await alice.page.context().newPage();
  await page.goto(server.url);

  await page.locator("#composer-text").waitFor();
  assertEquals(await page.locator("#self-name").textContent(), "alice");
  assertEquals(await page.getByLabel("Your name").isVisible(), false);
});

pageTest("whoever left is asked for a name in that tab, also after a reload", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");

  await alice.page.getByRole("button", { name: "Leave" }).click();
  await alice.page.reload({ waitUntil: "networkidle" });

  assertEquals(await alice.page.getByLabel("Your name").inputValue(), "alice");
  assertEquals(await alice.box.isVisible(), false);
  await alice.enter("alicia");
  assertEquals(await alice.page.locator("#self-name").textContent(), "alicia");
});

pageTest("a tab asks for a name when the one it had is not this browser’s", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const context = alice.page.context();
  await alice.page.close();
  await context.clearCookies();

  const page = await context.newPage();
  await page.goto(server.url, { waitUntil: "networkidle" });

  assertEquals(await page.getByLabel("Your name").inputValue(), "alice");
  assertEquals(await page.locator("#composer-text").isVisible(), false);
});

pageTest(
  "a name typed while the page asks whether it is known is not overtaken",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    const page = await alice.page.context().newPage();
    const answer = Promise.withResolvers<void>();
    await page.route("**/api/session", async (route) => {
      await answer.promise;
      await route.continue();
    });
    await page.goto(server.url);

    await page.getByLabel("Your name").fill("alicia");
    const answered = page.waitForResponse("**/api/session");
    answer.resolve();
    await (await answered).finished();
    await page.evaluate("new Promise(requestAnimationFrame)");
    await page.getByLabel("Your name").press("Enter");

    await page.locator("#composer-text").waitFor();
    assertEquals(await page.locator("#self-name").textContent(), "alicia");
  },
);

/** The same server under this machine's address. */
function addressOf(server: TestServer): string {
  return server.url.replace("localhost", "127.0.0.1");
}

pageTest("a document at this machine’s address is led to its name", async (browser) => {
  await using server = await startTestServer();
  const page = await (await browser.newContext()).newPage();

  await page.goto(`${addressOf(server)}/?from=there`, { waitUntil: "commit" });
  await page.waitForURL(`${server.url}/?from=there`);

  await page.getByLabel("Your name").fill("alice");
  await page.keyboard.press("Enter");
  await page.locator("#composer-text").waitFor();
});

pageTest(
  "a document stays where a message waits to be sent, or a name is held",
  async (browser) => {
    await using server = await startTestServer();
    const page = await (await browser.newContext()).newPage();
    // As with a browser that has been here before it was led away.
    await page.route("**/favicon.svg", (route) => route.fulfill({ body: "" }));
    await page.goto(`${addressOf(server)}/favicon.svg`);
    await page.evaluate(`localStorage.setItem("parley.name", '"alice"')`);
    await page.evaluate(
      `localStorage.setItem("parley.drafts.a_1", '[{"peer":null,"text":"half"}]')`,
    );

    await page.goto(addressOf(server), { waitUntil: "networkidle" });
    assertEquals(new URL(page.url()).hostname, "127.0.0.1");
    await page.getByLabel("Your name").press("Enter");
    await page.locator("#composer-text").waitFor();
    await page.evaluate("localStorage.removeItem('parley.drafts.a_1')");
    await page.evaluate("sessionStorage.clear()");
    await page.goto(addressOf(server));

    await page.locator("#composer-text").waitFor();
    assertEquals(new URL(page.url()).hostname, "127.0.0.1");
  },
);

/** Somebody whose sockets are let through only once the test says so. */
async function joinSlowly(browser: Browser, url: string) {
  const alice = await Person.open(browser, url);
  const line = Promise.withResolvers<void>();
  await alice.page.routeWebSocket("**/ws/**", async (socket) => {
    await line.promise;
    socket.connectToServer();
  });
  await alice.page.reload();
  await alice.page.getByLabel("Your name").fill("alice");
  return { alice, line };
}

// The button becomes "Cancel" with the first press: the second one cancelled, and took the name.
pageTest("who presses Join or Enter twice on a slow line comes in", async (browser) => {
  await using server = await startTestServer();
  const clicking = await joinSlowly(browser, server.url);
  await clicking.alice.page.getByRole("button", { name: "Join" }).dblclick();
  clicking.line.resolve();
  await clicking.alice.box.waitFor();
  await clicking.alice.page.close();

  const typing = await joinSlowly(browser, server.url);
  await typing.alice.page.getByLabel("Your name").fill("carol");
  for (let press = 0; press < 4; press++) await typing.alice.page.keyboard.press("Enter");
  typing.line.resolve();
  await typing.alice.box.waitFor();
});

pageTest("who cancels joining keeps the name that was typed", async (browser) => {
  await using server = await startTestServer();
  const { alice } = await joinSlowly(browser, server.url);
  const { page } = alice;
  await page.keyboard.press("Enter");
  const cancel = page.getByRole("button", { name: "Cancel" });
  await cancel.waitFor();
  // A press so soon after the other counts as the same, so it may take a second one.
  while (await cancel.isVisible()) await cancel.click();

  await page.getByRole("button", { name: "Join" }).waitFor();
  assertEquals(await page.getByLabel("Your name").inputValue(), "alice");
});
