import { assert, assertEquals } from "@std/assert";
import type { Locator } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { startTestServer } from "../support/test_server.ts";

const SIZES = [{ width: 360, height: 740 }, { width: 820, height: 1180 }, {
  width: 1440,
  height: 900,
}];

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error("It is not on screen");
  return box;
}

// The list used to lie over the line that says who reads what is written.
pageTest("suggestions leave the line above the box in sight", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await Person.join(browser, server.url, "bob");
  await alice.choose("bob");

  for (const viewport of SIZES) {
    await alice.page.setViewportSize(viewport);
    await alice.box.fill("@b");
    const list = await boxOf(alice.page.getByRole("listbox"));
    const line = await boxOf(alice.page.locator("#composer-to"));

    assert(list.y + list.height <= line.y);
    assert(list.x >= 0 && list.x + list.width <= viewport.width);
  }
});

pageTest("the map of keys says what Enter does on this device", async (browser) => {
  await using server = await startTestServer();
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

  const enters = [];
  for (const device of [{}, phone]) {
    const alice = await Person.join(browser, server.url, `alice${enters.length}`, device);
    await alice.page.evaluate(`document.querySelector("#keys-button").click()`);
    const row = alice.page.locator("#keys div:visible").filter({ hasText: /^\s*Enter/ });
    enters.push(await row.locator("dd").textContent());
  }

  assertEquals(enters, ["send", "new line; the Send button sends"]);
});
