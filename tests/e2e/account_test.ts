import { assertEquals } from "@std/assert";
import type { Page, WebSocketRoute } from "playwright-core";
import { pageTest, Person } from "../support/browser.ts";
import { takeLine } from "../support/page_line.ts";
import { startTestServer } from "../support/test_server.ts";

const PASSPHRASE = "correct horse battery";

async function setPassphrase({ page }: Person): Promise<void> {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByLabel("New passphrase").fill("short");
  await page.getByRole("button", { name: "Set passphrase" }).click();
  await page.locator("#account-passphrase-error").getByText("at least 8 characters").waitFor();
  await page.getByLabel("New passphrase").fill(PASSPHRASE);
  await page.getByRole("button", { name: "Set passphrase" }).click();
  await page.getByText("Passphrase saved.").waitFor();
  await page.keyboard.press("Escape");
}

/** What the browser keeps of messages not sent, and of drafts that say “half”. */
function keptBy({ page }: Person): Promise<unknown> {
  return page.evaluate(`(async () => {
    const [{ name }] = await indexedDB.databases();
    const database = await new Promise((resolve) => {
      indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result);
    });
    const rows = await new Promise((resolve) => {
      database.transaction("rows").objectStore("rows").getAll().onsuccess =
        ({ target }) => resolve(target.result);
    });
    return [rows, Object.values(localStorage).filter((value) => value.includes("half"))];
  })()`);
}

async function signIn({ page }: Person, passphrase: string): Promise<void> {
  await page.getByLabel("Passphrase for this name").fill(passphrase);
  await page.keyboard.press("Enter");
}

pageTest(
  "a passphrase lets its owner in from another browser, until she signs out everywhere",
  async (browser) => {
    await using server = await startTestServer();
    const laptop = await Person.join(browser, server.url, "alice");
    await setPassphrase(laptop);
    await laptop.say("from the laptop");
    await laptop.sees("from the laptop");

    const phone = await Person.open(browser, server.url);
    await phone.page.getByLabel("Your name").fill("Alice");
    await phone.page.keyboard.press("Enter");
    await phone.page.getByRole("alert").getByText("is taken").waitFor();
    await phone.page.getByRole("button", { name: "Sign in as" }).click();
    await signIn(phone, "wrong horse battery");
    await phone.page.getByRole("alert").getByText("Wrong name or passphrase").waitFor();
    await signIn(phone, PASSPHRASE);
    await phone.box.waitFor();
    await phone.sees("from the laptop");
    assertEquals(await phone.timeline.locator(".message--mine").count(), 1);

    await phone.page.getByRole("button", { name: "Account" }).click();
    await phone.page.getByRole("button", { name: "Sign out everywhere" }).click();
    await phone.page.getByLabel("Your name").waitFor();
    await laptop.page.getByText("You have been signed out.").waitFor();
    await laptop.page.getByLabel("Your name").press("Enter");

    await laptop.page.getByRole("alert").getByText("is taken").waitFor();
  },
);

pageTest("signing out wipes drafts and what was not sent", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.say("/msg nobody secret");
  await alice.turnTo("nobody");
  await alice.page.getByRole("button", { name: "Discard" }).waitFor();
  await alice.box.fill("half a thought");

  await alice.page.getByRole("button", { name: "Account" }).click();
  await alice.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await alice.page.getByLabel("Your name").waitFor();

  assertEquals(await keptBy(alice), [[], []]);
});

// The page used to stay as it was, with everything on screen, and to store what was sent from it.
pageTest("being signed out from elsewhere leaves nothing on screen or stored", async (browser) => {
  await using server = await startTestServer();
  const bob = await Person.join(browser, server.url, "bob");
  const alice = await Person.join(browser, server.url, "alice");
  await alice.say("/msg nobody secret");
  await alice.turnTo("nobody");
  await alice.page.getByRole("button", { name: "Discard" }).waitFor();
  await bob.choose("alice");
  await bob.say("whisper");
  await alice.choose("bob");
  await alice.sees("whisper");
  await alice.box.fill("half a thought");

  await alice.page.evaluate(`fetch("api/sign-out", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ as: "alice", everywhere: true }),
  })`);
  await alice.page.getByText("You have been signed out.").waitFor();

  assertEquals(await alice.box.isVisible(), false);
  const left = await shownOn(alice.page);
  assertEquals(/secret|whisper|half a thought/.test(left), false);
  assertEquals(await alice.page.locator("#people button, #conversations button").count(), 0);
  await alice.page.reload();
  await alice.page.getByLabel("Your name").waitFor();
  assertEquals(await keptBy(alice), [[], []]);
});

pageTest("an account is deleted only by typing its name", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const { page } = alice;

  await page.getByRole("button", { name: "Account" }).click();
  await page.getByText("Delete this account").click();
  await page.getByLabel("Type the name to confirm").fill("alic");
  await page.keyboard.press("Enter");
  await page.locator("#account-confirm-error").getByText(/./).waitFor();
  await page.getByLabel("Type the name to confirm").fill("alice");
  await page.keyboard.press("Enter");
  await page.getByLabel("Your name").waitFor();

  const other = await Person.join(browser, server.url, "alice");
  await other.box.waitFor();
});

pageTest("what a deleted account wrote goes from the pages of others at once", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await Person.join(browser, server.url, "bob");
  await alice.say("soon forgotten");
  await bob.sees("soon forgotten");
  await bob.say("here to stay");
  await alice.sees("here to stay");

  await alice.page.getByRole("button", { name: "Account" }).click();
  await alice.page.getByText("Delete this account").click();
  await alice.page.getByLabel("Type the name to confirm").fill("alice");
  await alice.page.keyboard.press("Enter");

  await bob.timeline.getByText("soon forgotten").waitFor({ state: "detached" });
  await bob.sees("here to stay");
});

pageTest("an account with a passphrase is deleted only with it", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const { page } = alice;
  await setPassphrase(alice);

  await page.getByRole("button", { name: "Account" }).click();
  await page.getByText("Delete this account").click();
  await page.getByLabel("Type the name to confirm").fill("alice");
  await page.keyboard.press("Enter");
  const error = page.locator("#account-delete-current-error");
  await error.getByText("Enter your passphrase.").waitFor();
  await page.getByLabel("Your passphrase").fill("wrong horse battery");
  await page.keyboard.press("Enter");
  await error.getByText("not the current passphrase").waitFor();
  await page.getByLabel("Your passphrase").fill(PASSPHRASE);
  await page.keyboard.press("Enter");

  await page.getByLabel("Your name").waitFor();
});

pageTest("a guest is told that nothing is kept", async (browser) => {
  await using server = await startTestServer();
  const guest = await Person.open(browser, server.url);
  await guest.page.context().clearCookies();
  // As with cookies forbidden: the page's own requests present none, nor does its socket.
  await guest.page.route("**/api/session", (route) => route.fulfill({ json: { accounts: [] } }));
  await guest.enter("greta");

  await guest.page.getByRole("button", { name: "Account" }).click();

  await guest.page.getByText("You are a guest").waitFor();
  assertEquals(await guest.page.getByText("Set passphrase").isVisible(), false);
});

/** What the page shows of an account, in its texts, hidden ones too, and its box. */
function shownOn(page: Page): Promise<string> {
  return page.evaluate(`["#root", "#chat", "#announcer"]
    .map((id) => document.querySelector(id)?.textContent ?? "").join() +
    (document.querySelector("#composer-text")?.value ?? "")`);
}

// It went on showing the old account's screen and draft.
pageTest("signing out reaches a tab whose line is down", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const other = await alice.page.context().newPage();
  let isUp = true;
  const sockets: WebSocketRoute[] = [];
  await other.routeWebSocket("**/ws/**", (socket) => {
    if (!isUp) return void socket.close({ code: 4008 });
    sockets.push(socket);
    socket.connectToServer();
  });
  await other.goto(server.url);
  await other.locator("#composer-text").waitFor();
  await alice.say("a secret of hers");
  await other.getByText("a secret of hers").waitFor();
  isUp = false;
  for (const socket of sockets) await socket.close({ code: 4008 });
  await other.getByText("Reconnecting…").waitFor();
  await other.locator("#composer-text").fill("half a thought");

  await alice.page.getByRole("button", { name: "Account" }).click();
  await alice.page.getByRole("button", { name: "Sign out", exact: true }).click();

  await other.getByText("You have been signed out.").waitFor();
  assertEquals(await other.locator("#composer-text").isVisible(), false);
  assertEquals(/secret|half/.test(await shownOn(other)), false);
});

pageTest(
  "a tab that comes back to find its name somebody else’s keeps nothing",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.open(browser, server.url);
    const line = await takeLine(alice.page.context());
    await alice.page.reload();
    await alice.enter("alice");
    await alice.say("a secret of hers");
    await alice.sees("a secret of hers");
    await alice.box.fill("half a thought");
    await line.cut();
    await alice.page.getByText("Reconnecting…").waitFor();

    // As when the session was ended by a browser that could tell nobody.
    await alice.page.context().clearCookies();
    await line.mend();

    await alice.page.getByRole("alert").getByText("is taken").waitFor();
    assertEquals(/secret|half/.test(await shownOn(alice.page)), false);
    assertEquals(await keptBy(alice), [[], []]);
  },
);

// A session ends with all its names; who signed one out lost the other without a word.
pageTest("the account dialog says which other names are signed out too", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const others = alice.page.locator("#account-others");
  await alice.page.getByRole("button", { name: "Account" }).click();
  await alice.page.getByRole("button", { name: "Sign out", exact: true }).waitFor();
  assertEquals(await others.isVisible(), false);
  await alice.page.keyboard.press("Escape");
  await alice.page.getByRole("button", { name: "Leave" }).click();

  await alice.enter("carol");
  await alice.page.getByRole("button", { name: "Account" }).click();
  await others.waitFor();
  assertEquals(await others.innerText(), "It also signs out this browser’s other names: alice.");
});
