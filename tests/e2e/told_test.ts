import { assert, assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { pageTest, Person, untilHolds } from "../support/browser.ts";
import { startTestServer } from "../support/test_server.ts";

type Permission = "default" | "denied" | "granted";

/**
 * What a browser shows beside the page, in place of its own, which has no windows here: it notes
 * what is shown, asked and played. A tab is in front until it is told otherwise.
 */
const FAKE_DESKTOP = (permission: Permission, answer: Permission) => `
  globalThis.told = { asked: 0, sounds: 0, shown: [] };
  globalThis.Notification = class {
    static permission = "${permission}";
    static requestPermission() {
      told.asked++;
      Notification.permission = "${answer}";
      return Promise.resolve("${answer}");
    }
    constructor(title, options) {
      Object.assign(this, options, { title });
      told.shown = [...told.shown.filter(({ tag }) => tag !== this.tag), this];
    }
    close() {
      told.shown = told.shown.filter((other) => other !== this);
    }
  };
  globalThis.AudioContext = class {
    resume() {
      told.sounds++;
      return new Promise(() => {});
    }
  };
  navigator.setAppBadge = (count) => {
    told.badge = count;
    return Promise.resolve();
  };
  document.hasFocus = () => globalThis.isFront !== false;`;

interface Desk {
  readonly permission?: Permission;
  readonly answer?: Permission;
}

/** Joins at a browser whose desktop is fake. */
async function joinAt(
  browser: Browser,
  url: string,
  name: string,
  { permission = "granted", answer = permission }: Desk = {},
): Promise<Person> {
  const alice = await Person.open(browser, url);
  await alice.page.addInitScript(FAKE_DESKTOP(permission, answer));
  await alice.page.goto(url);
  await alice.enter(name);
  return alice;
}

/** Looks at another window, or comes back. */
async function look(page: Page, isFront: boolean): Promise<void> {
  await page.evaluate(`globalThis.isFront = ${isFront};
    dispatchEvent(new Event("${isFront ? "focus" : "blur"}"));`);
}

async function openSettings({ page }: Person): Promise<void> {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
}

async function turnOn(alice: Person, ...labels: string[]): Promise<void> {
  await openSettings(alice);
  for (const label of labels) await alice.page.getByRole("switch", { name: label }).check();
  await alice.page.keyboard.press("Escape");
  await alice.page.evaluate("for (const one of told.shown) one.close()");
}

function shown(page: Page): Promise<string[][]> {
  return page.evaluate("told.shown.map(({ title, body }) => [title, body])");
}

function noted(page: Page, what: "asked" | "sounds" | "badge"): Promise<number> {
  return page.evaluate(`told.${what}`);
}

/** Which picture the tab has, by its file; the server has it. */
async function icon(page: Page): Promise<string> {
  const address = await page.evaluate<string>(`document.querySelector("link[rel=icon]").href`);
  assert((await page.request.get(address)).ok());
  return address.replace(/.*\//, "");
}

async function waitForTitle(page: Page, title: string): Promise<void> {
  await untilHolds(page, `document.title === ${JSON.stringify(title)}`);
}

pageTest("permission is asked for by a press of the switch, never by itself", async (browser) => {
  await using server = await startTestServer();
  const alice = await joinAt(browser, server.url, "alice", {
    permission: "default",
    answer: "granted",
  });
  const { page } = alice;
  await page.reload();
  await alice.box.waitFor();
  await openSettings(alice);

  assertEquals(await noted(page, "asked"), 0);
  await page.getByRole("switch", { name: "Show notifications" }).check();
  await untilHolds(page, "told.shown.length === 1");

  assertEquals(await noted(page, "asked"), 1);
  assertEquals(await shown(page), [["Parley", "Notifications are on in this browser."]]);
});

pageTest("a closed question changes nothing, and a refusal says what to do", async (browser) => {
  await using server = await startTestServer();
  const closed = await joinAt(browser, server.url, "alice", { permission: "default" });
  const refused = await joinAt(browser, server.url, "bob", {
    permission: "default",
    answer: "denied",
  });
  for (const person of [closed, refused]) {
    await openSettings(person);
    await person.page.getByRole("switch", { name: "Show notifications" }).click();
  }

  await refused.page.getByText("Your browser blocks notifications").waitFor();
  await untilHolds(closed.page, "told.asked === 1");
  const isOn = () => closed.page.getByRole("switch", { name: "Show notifications" }).isChecked();
  assertEquals([await isOn(), await shown(closed.page)], [false, []]);
});

pageTest("settings say what a browser can’t do", async (browser) => {
  await using server = await startTestServer();
  const hintWith = async (name: string, script: string) => {
    const person = await Person.open(browser, server.url);
    await person.page.addInitScript(`delete globalThis.Notification; ${script}`);
    await person.page.goto(server.url);
    await person.enter(name);
    await openSettings(person);
    assertEquals(await person.page.getByRole("switch", { name: "Show notifications" }).count(), 0);
    return await person.page.locator("#settings section p").first().innerText();
  };

  const insecure = `Object.defineProperty(globalThis, "isSecureContext", { value: false });`;
  assertEquals(await hintWith("alice", ""), "This browser can’t show notifications.");
  assertEquals(
    await hintWith("bob", insecure),
    "Browsers show notifications only for pages loaded over HTTPS.",
  );
});

pageTest(
  "a message is told while one looks away, and a click leads to it",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await joinAt(browser, server.url, "alice");
    const bob = await Person.join(browser, server.url, "bob");
    const { page } = alice;
    await turnOn(alice, "Show notifications", "Play a sound");

    await bob.say("/msg alice while she looks");
    await waitForTitle(page, "(1) Parley");
    assertEquals([await shown(page), await noted(page, "sounds")], [[], 0]);
    await look(page, false);
    await bob.say("/msg alice one");
    await waitForTitle(page, "(2) Parley");
    assertEquals([await shown(page), await noted(page, "sounds")], [
      [["bob, privately", "one"]],
      1,
    ]);
    await bob.say("/msg alice two");
    await waitForTitle(page, "(3) Parley");
    assertEquals(await shown(page), [["bob, privately", "2 new messages. two"]]);
    assertEquals([await icon(page), await noted(page, "badge")], ["favicon_unread.svg", 3]);

    await look(page, true);
    await page.evaluate("told.shown[0].onclick()");
    await alice.sees("two");
    await waitForTitle(page, "Parley");
    assertEquals(await shown(page), []);
    assertEquals([await icon(page), await noted(page, "badge")], ["favicon.svg", 0]);
    assertEquals(await page.locator("#composer-to").innerText(), "private, to bob");
  },
);

pageTest("two tabs tell once, and reading in one takes it away in the other", async (browser) => {
  await using server = await startTestServer();
  const alice = await joinAt(browser, server.url, "alice");
  const bob = await Person.join(browser, server.url, "bob");
  await turnOn(alice, "Show notifications", "Play a sound");
  const other = await alice.page.context().newPage();
  await other.addInitScript(FAKE_DESKTOP("granted", "granted"));
  await other.goto(server.url);
  await other.locator("#composer-text").waitFor();
  const tabs = [alice.page, other];
  const everywhere = async () => (await Promise.all(tabs.map(shown))).flat();
  const sounds = async () =>
    (await Promise.all(tabs.map((page) => noted(page, "sounds")))).reduce((a, b) => a + b);

  await look(alice.page, false);
  await bob.say("/msg alice she is in the other tab");
  for (const page of tabs) await waitForTitle(page, "(1) Parley");
  assertEquals([await everywhere(), await sounds()], [[], 0]);
  await look(other, false);
  await bob.say("/msg alice nobody is here");
  for (const page of tabs) await waitForTitle(page, "(2) Parley");
  assertEquals(await everywhere(), [["bob, privately", "nobody is here"]]);
  assertEquals(await sounds(), 1);

  await look(other, true);
  await other.getByRole("button", { name: "Private: bob" }).click();
  for (const page of tabs) await waitForTitle(page, "Parley");
  assertEquals(await everywhere(), []);
});

pageTest("texts stay hidden, and nothing disturbs those who don’t want to be", async (browser) => {
  await using server = await startTestServer();
  const alice = await joinAt(browser, server.url, "alice");
  const bob = await Person.join(browser, server.url, "bob");
  const { page } = alice;
  await turnOn(alice, "Show notifications", "Hide message text");
  await look(page, false);

  await bob.say("/msg alice a secret");
  await waitForTitle(page, "(1) Parley");
  assertEquals(await shown(page), [["bob, privately", "1 new message"]]);
  const moon = page.getByRole("button", { name: "Do not disturb" });
  await moon.click();
  await page.evaluate("for (const one of told.shown) one.close()");
  await bob.say("/msg alice another");
  await waitForTitle(page, "(2) Parley");

  assertEquals(await shown(page), []);
  assertEquals(await moon.getAttribute("aria-pressed"), "true");
  await openSettings(alice);
  assert(await page.getByRole("switch", { name: "Do not disturb" }).isChecked());
});

pageTest("a conversation’s level is chosen by keyboard, and marks it muted", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await Person.join(browser, server.url, "bob");
  const { page } = alice;
  const bell = page.getByRole("button", { name: "Notifications for this conversation" });
  const everyone = page.locator("#conversations").getByRole("button", { name: "Everyone" });

  await bell.focus();
  await page.keyboard.press("Enter");
  const levels = page.getByRole("radiogroup", { name: "In “Everyone”, notify me about" });
  assert(await levels.getByRole("radio", { name: "Mentions" }).isChecked());
  await levels.getByRole("radio", { name: "Mentions" }).focus();
  await page.keyboard.press("ArrowRight");
  assert(await levels.getByRole("radio", { name: "Nothing" }).isChecked());
  await page.keyboard.press("Escape");

  assertEquals(await page.evaluate("document.activeElement.id"), "level-button");
  await everyone.getByText("notifications off").waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Notifications for this conversation: off" }).waitFor();
  await bob.say("hello @alice");
  await bob.say("/msg alice psst");
  await waitForTitle(page, "(1) Parley");
  await page.reload();
  await everyone.getByText("notifications off").waitFor({ state: "attached" });

  // All of a private conversation is for its reader: there is no level between.
  await page.getByRole("button", { name: "Private: bob" }).click();
  await alice.sees("psst");
  await bell.click();
  assertEquals(await page.getByRole("radio").count(), 2);
  assert(await page.getByRole("radio", { name: "All messages" }).isChecked());
});

pageTest("one dialog leads to another", async (browser) => {
  await using server = await startTestServer();
  const { page } = await Person.join(browser, server.url, "alice");

  await page.locator("#level-button").click();
  await page.getByRole("button", { name: "Notification settings" }).click();
  await page.getByRole("dialog", { name: "Settings" }).waitFor();
  await page.evaluate("new Promise((done) => setTimeout(done))");

  assertEquals(await page.getByRole("dialog").count(), 1);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

pageTest("settings change the page at once, in other tabs too, and last", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await Person.join(browser, server.url, "bob");
  await bob.say("what time is it?");
  await alice.sees("what time is it?");
  const { page } = alice;
  const other = await page.context().newPage();
  await other.goto(server.url);
  await other.locator("#composer-text").waitFor();
  const look = (tab: Page) =>
    tab.evaluate(`[document.documentElement.dataset.theme,
      document.documentElement.dataset.density,
      document.documentElement.style.fontSize,
      getComputedStyle(document.documentElement).colorScheme]`);
  const time = (tab: Page) => tab.locator("#timeline-list time").first().innerText();
  const chosen = ["dark", "compact", "115%", "dark"];

  await openSettings(alice);
  for (const label of ["Dark", "Compact", "Large", "24-hour"]) {
    await page.getByRole("radio", { name: label, exact: true }).check();
  }
  assertEquals(await look(page), chosen);
  assert(!/[AP]M/.test(await time(page)), await time(page));
  await page.getByRole("radio", { name: "12-hour" }).check();

  assert(/[AP]M/.test(await time(page)), await time(page));
  await untilHolds(
    other,
    `document.documentElement.dataset.theme === "dark" &&
    /[AP]M/.test(document.querySelector("#timeline-list time").textContent)`,
  );
  assertEquals(await look(other), chosen);
  await page.reload();
  await alice.box.waitFor();
  assertEquals(await look(page), chosen);
});
