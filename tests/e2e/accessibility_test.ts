import { assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { findFaults } from "../support/axe.ts";
import { pageTest, Person } from "../support/browser.ts";
import { startTestServer } from "../support/test_server.ts";

const DESKTOP = { width: 1200, height: 800 };
const PHONE = { width: 360, height: 740 };

/** The way to each screen and dialog, from the chat as it is after a reload. */
const SCREENS: Readonly<Record<string, (alice: Person) => Promise<unknown>>> = {
  "the chat": (alice) => alice.sees("hello @alice"),
  "the chat on a phone": async (alice) => {
    await alice.page.setViewportSize(PHONE);
    await alice.sees("hello @alice");
  },
  "the sidebar on a phone": async ({ page }) => {
    await page.setViewportSize(PHONE);
    await page.getByRole("button", { name: "Conversations and people" }).click();
    await page.locator("#people").getByRole("button", { name: "bob" }).waitFor();
  },
  "a private conversation": async (alice) => {
    await alice.choose("bob");
    await alice.sees("psst");
  },
  "a private conversation on a phone": async (alice) => {
    await alice.choose("bob");
    await alice.page.setViewportSize(PHONE);
    await alice.sees("psst");
  },
  "a conversation without messages": async (alice) => {
    await alice.choose("carol");
    await alice.page.getByText("No messages yet").waitFor();
  },
  "a message that wasn't sent": async (alice) => {
    await alice.choose("bob");
    await alice.say("/msg nobody hello");
    await alice.turnTo("nobody");
    await alice.page.getByRole("button", { name: "Retry" }).waitFor();
  },
  "an unknown command": async (alice) => {
    await alice.say("/oops");
    await alice.page.getByRole("status").getByText("/oops").waitFor();
  },
  "suggested names": async (alice) => {
    await alice.box.fill("@");
    await alice.page.getByRole("option").first().waitFor();
  },
  "suggested commands": async (alice) => {
    await alice.box.fill("/");
    await alice.page.getByRole("option").first().waitFor();
  },
  "suggested emoji": async (alice) => {
    await alice.box.fill(":tada");
    await alice.page.getByRole("option").first().waitFor();
  },
  "a text near the limit": (alice) => alice.box.fill("x".repeat(3900)),
  "a text over the limit": async (alice) => {
    await alice.say("x".repeat(4001));
    await alice.page.getByText("1 character too long").waitFor();
  },
  "a message that was sent aside": async (alice) => {
    await alice.say("/msg bob psst");
    await alice.page.getByRole("button", { name: "Go to bob" }).waitFor();
  },
  "the keys": async ({ page }) => {
    await page.getByRole("button", { name: "Shortcuts", exact: true }).click();
    await page.getByRole("dialog").waitFor();
  },
  "the search": (alice) => search(alice, ""),
  "results of a search": async (alice) => {
    await search(alice, "see");
    await alice.page.getByText("1 message", { exact: true }).waitFor();
  },
  "a search without results": async (alice) => {
    await search(alice, "unheard-of");
    await alice.page.getByText("No messages found").waitFor();
  },
  "a message that was searched for": async (alice) => {
    await search(alice, "see");
    await alice.page.getByRole("dialog").getByRole("button", { name: "to everyone" }).click();
    await alice.page.getByRole("dialog").waitFor({ state: "hidden" });
  },
  "the account": async ({ page }) => {
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByText("Delete this account").click();
  },
  "the settings": async ({ page }) => {
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    await page.getByRole("dialog", { name: "Settings" }).waitFor();
  },
  "the settings on a phone": async ({ page }) => {
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    await page.setViewportSize(PHONE);
  },
  "a conversation’s notifications": async ({ page }) => {
    await page.getByRole("button", { name: "Notifications for this conversation" }).click();
    await page.getByRole("dialog", { name: "Notifications" }).waitFor();
  },
  "a muted conversation, undisturbed": async ({ page }) => {
    await page.getByRole("button", { name: "Notifications for this conversation" }).click();
    await page.getByRole("radio", { name: "Nothing" }).check();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Do not disturb" }).click();
  },
  "an invitation": async ({ page }) => {
    await page.getByRole("button", { name: "Invite people" }).click();
    await page.locator("#invite canvas[width]").waitFor();
  },
  "an invitation that was copied, on a phone": async ({ page }) => {
    await page.getByRole("button", { name: "Invite people" }).click();
    await page.setViewportSize(PHONE);
    await page.locator("#invite").getByRole("button", { name: "Copy" }).click();
    await page.getByRole("status").getByText(/Address copied|copy it yourself/).waitFor();
  },
};

/** The way to each screen of somebody who has not joined. */
const JOIN_SCREENS: Readonly<Record<string, (person: Person) => Promise<unknown>>> = {
  "joining": ({ page }) => page.getByLabel("Your name").waitFor(),
  "joining on a phone": ({ page }) => page.setViewportSize(PHONE),
  "a name that can't be used": async ({ page }) => {
    await page.getByLabel("Your name").fill("not a name");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("can’t be used").waitFor();
  },
  "a name that is taken": async ({ page }) => {
    await page.getByLabel("Your name").fill("bob");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Sign in as" }).click();
    await page.getByLabel("Passphrase for this name").waitFor();
  },
};

for (const colorScheme of ["light", "dark"] as const) {
  pageTest(`axe finds no faults in any screen of the chat, ${colorScheme}`, async (browser) => {
    await using server = await startTestServer();
    const alice = await joinConversation(browser, server.url, colorScheme);

    assertEquals(await faultsIn(alice, SCREENS), {});
  });

  pageTest(`axe finds no faults in any screen of joining, ${colorScheme}`, async (browser) => {
    await using server = await startTestServer();
    await Person.join(browser, server.url, "bob");
    const person = await Person.open(browser, server.url, options(colorScheme));

    assertEquals(await faultsIn(person, JOIN_SCREENS), {});
  });
}

/** The faults of each screen that has some. */
async function faultsIn(person: Person, screens: typeof SCREENS) {
  const faults: Record<string, string[]> = {};
  for (const [name, show] of Object.entries(screens)) {
    await person.page.setViewportSize(DESKTOP);
    await person.page.reload();
    await show(person);
    const found = await findFaults(person.page);
    if (found.length > 0) faults[name] = found;
  }
  return faults;
}

async function joinConversation(browser: Browser, url: string, colorScheme: "light" | "dark") {
  const alice = await Person.join(browser, url, "alice", options(colorScheme));
  const bob = await Person.join(browser, url, "bob");
  await Person.join(browser, url, "carol");
  await bob.say("hello @alice, see https://example.org");
  await bob.say("/msg alice psst");
  await alice.page.getByRole("button", { name: "Private: bob" }).waitFor();
  return alice;
}

/** Without motion: a dialog that fades in has too little contrast while it does. */
function options(colorScheme: "light" | "dark") {
  return { colorScheme, reducedMotion: "reduce" } as const;
}

async function search({ page, box }: Person, text: string): Promise<void> {
  await box.waitFor();
  await page.keyboard.press("Control+K");
  await page.getByRole("searchbox").fill(text);
}
