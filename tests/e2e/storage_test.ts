import { assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { startTestServer } from "../support/test_server.ts";

/** As Chromium behaves towards a page whose cookies are blocked. */
const FORBID_STORAGE = `
  const refuse = () => { throw new DOMException("denied", "SecurityError"); };
  for (const kind of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(globalThis, kind, { get: refuse });
  }
  IDBFactory.prototype.open = refuse;
  LockManager.prototype.request = async () => refuse();
`;

// The page asked for a lock again and again, and froze; text was lost by a look elsewhere.
pageTest(
  "the page goes on, and keeps what is typed, where nothing may be stored",
  async (browser) => {
    await using server = await startTestServer();
    const bob = await Person.join(browser, server.url, "bob");
    const alice = await Person.open(browser, server.url);
    await alice.page.addInitScript(FORBID_STORAGE);
    await alice.page.reload();
    await alice.enter("alice");
    await alice.say("hello");
    await bob.sees("hello");

    await alice.box.fill("half a thought");
    await alice.choose("bob");
    await alice.page.getByPlaceholder("Message bob privately").waitFor();
    await alice.page.locator("#conversations").getByRole("button", { name: "Everyone" }).click();
    await alice.page.getByPlaceholder("Message everyone").waitFor();

    assertEquals(await alice.box.inputValue(), "half a thought");
  },
);

pageTest("what is typed in one tab is not lost by what another tab sends", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const other = await alice.page.context().newPage();
  await other.goto(server.url);
  const otherBox = other.locator("#composer-text");
  await otherBox.fill("typed in the other tab");
  await alice.say("sent from this one");
  await other.getByRole("log").getByText("sent from this one").first().waitFor();

  await other.locator("#people").getByRole("button", { name: "alice" }).click();
  await other.getByPlaceholder("Write a note to yourself").waitFor();
  await other.keyboard.press("Alt+ArrowUp");
  await other.getByPlaceholder("Message everyone").waitFor();
  assertEquals(await otherBox.inputValue(), "typed in the other tab");

  await other.reload();
  await otherBox.waitFor();
  assertEquals(await otherBox.inputValue(), "typed in the other tab");
});
