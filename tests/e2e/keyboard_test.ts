import { assert, assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

/** More stops than any screen has. */
const MAX_STOPS = 60;

/** What the element with the focus is called, and its id. */
function nameOfFocused({ page }: Person): Promise<string> {
  return page.evaluate(`(() => {
    const { activeElement: focused, body } = document;
    if (focused === body) return "what is around the page";
    const label = focused.labels?.[0]?.textContent ?? focused.getAttribute("aria-label") ??
      focused.textContent;
    return label.trim() + " #" + focused.id;
  })()`);
}

/** Whether one sees where the focus is: an outline around it, or around the frame that it is in. */
function isFocusSeen({ page }: Person): Promise<boolean> {
  return page.evaluate(`(() => {
    const focused = document.activeElement;
    const isOutlined = [focused, focused.parentElement].map((one) => getComputedStyle(one))
      .some(({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && outlineWidth !== "0px");
    const { top, bottom } = focused.getBoundingClientRect();
    return isOutlined && bottom > 0 && top < innerHeight;
  })()`);
}

/** Presses a key until the focus is on what is called so. */
async function goTo(alice: Person, name: string, key = "Tab"): Promise<void> {
  const passed: string[] = [];
  for (let stop = 0; stop < MAX_STOPS; stop++) {
    await alice.page.keyboard.press(key);
    const focused = await nameOfFocused(alice);
    if (focused === "what is around the page") continue;
    assert(await isFocusSeen(alice), `The focus isn't seen on ${focused}`);
    if (focused.includes(name)) return;
    passed.push(focused);
  }
  throw new Error(`${key} doesn't lead to ${name}, but to ${passed.join(", ")}`);
}

/** Opens a dialog by its button, does something in it, and comes back. */
async function visit(alice: Person, name: string, act: () => Promise<unknown> = async () => {}) {
  const { keyboard } = alice.page;
  await goTo(alice, name);
  const before = await nameOfFocused(alice);
  await keyboard.press("Enter");
  await alice.page.getByRole("dialog").waitFor();
  await act();
  await keyboard.press("Escape");
  await alice.page.getByRole("dialog").waitFor({ state: "detached" });
  assertEquals(await nameOfFocused(alice), before);
}

pageTest("everything can be done by keyboard alone: writing and going about", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const alice = await Person.open(browser, server.url);
  const { page } = alice;
  const { keyboard } = page;
  const audience = page.locator("#composer-to");

  // Joins, completes a name and sends.
  await page.locator("#join-name:focus").waitFor();
  await keyboard.type("alice");
  await keyboard.press("Enter");
  await page.locator("#composer-text:focus").waitFor();
  await page.locator("#people").getByRole("button", { name: "bob" }).waitFor();
  await keyboard.type("hello @b");
  await keyboard.press("Enter");
  await keyboard.press("Enter");
  assertEquals((await bob.next("message")).message, "hello @bob");

  // Sends privately, and goes there.
  await keyboard.type("/msg bob psst");
  await keyboard.press("Enter");
  await page.getByText("Sent privately to bob.").waitFor();
  await goTo(alice, "Go to bob");
  await keyboard.press("Enter");
  await audience.filter({ hasText: "private, to bob" }).waitFor();
  await page.locator("#composer-text:focus").waitFor();

  // Switches conversations, and goes to the first unread message.
  for (let i = 1; i <= 80; i++) bob.send({ message: `line ${i}.` });
  await page.locator("#conversations").getByText("80").waitFor();
  await keyboard.press("Alt+ArrowUp");
  await audience.filter({ hasText: "to everyone" }).waitFor();
  await alice.timeline.getByText("New messages").waitFor();
  await keyboard.press("Escape");
  await alice.sees("line 80.");
  await page.locator("#composer-text:focus").waitFor();

  // Searches, and opens a result.
  await keyboard.press("Control+k");
  await keyboard.type('"line 7"');
  await page.getByRole("dialog").getByText("1 message", { exact: true }).waitFor();
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await page.locator(".message--found:focus").waitFor();
  assert(await isFocusSeen(alice));
  await keyboard.press("Escape");
  await page.locator("#composer-text:focus").waitFor();

  // Dialogs give the focus back.
  await visit(alice, "Account");
  await visit(alice, "Invite people");
  await visit(alice, "Settings", async () => {
    await goTo(alice, "System");
    await keyboard.press("ArrowRight");
    await keyboard.press("ArrowRight");
    await page.locator("html[data-theme=dark]").waitFor();
  });
  await visit(alice, "Shortcuts");

  // A message that can't be sent is tried again, and discarded.
  await keyboard.type("/msg nobody psst");
  await keyboard.press("Enter");
  await page.getByText("Not sent").waitFor();
  await goTo(alice, "Go to nobody");
  await keyboard.press("Enter");
  await goTo(alice, "Retry", "Shift+Tab");
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Retry" }).waitFor();
  assert(await isFocusSeen(alice));
  await goTo(alice, "Discard");
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Discard" }).waitFor({ state: "detached" });
  assert(await isFocusSeen(alice));

  // Leaves.
  await goTo(alice, "Leave");
  await keyboard.press("Enter");
  await page.locator("#join-name:focus").waitFor();
  assertEquals(alice.complaints, []);
});

pageTest("everything can be done by keyboard alone: reading", async (browser) => {
  await using server = await startTestServer();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const alice = await Person.join(browser, server.url, "alice");
  const { page } = alice;
  const { keyboard } = page;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await alice.findsSilence();
  const long = Array.from({ length: 40 }, (_, i) => `row ${i}.`).join("\n");
  bob.send({ message: "first" });
  bob.send({ message: `\`\`\`\n${"wide ".repeat(100)}\n\`\`\`` });
  bob.send({ message: long });
  bob.send({ message: "thanks @bob" });
  bob.send({ message: "last" });
  await alice.sees("last");

  // From message to message.
  await goTo(alice, "#timeline", "Shift+Tab");
  const read: string[] = [];
  for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown"]) {
    await keyboard.press(key);
    assert(await isFocusSeen(alice));
    read.push(await page.locator(".message:focus .message__body").innerText());
  }
  assertEquals([read[0], read[1], read[4]], ["last", "thanks @bob", "first"]);

  // Code scrolls, and is copied.
  await goTo(alice, "Code");
  await keyboard.press("ArrowRight");
  const code = page.locator("pre:focus");
  while (await code.evaluate((pre) => pre.scrollLeft) === 0) {
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
  await goTo(alice, "Copy code");
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate("navigator.clipboard.readText()") as string;
  assertEquals(copied.trim(), "wide ".repeat(100).trim());

  // A long message unfolds, and keeps the focus.
  await goTo(alice, "Show all");
  await keyboard.press("Enter");
  await alice.sees("row 39.");
  assert((await nameOfFocused(alice)).includes("Show less"));

  // A mention leads to the person.
  await goTo(alice, "@bob");
  await keyboard.press("Enter");
  await page.getByText("private, to bob").waitFor();
  await page.locator("#composer-text:focus").waitFor();
  await keyboard.type("hi");

  assertEquals(await alice.box.inputValue(), "hi");
  assertEquals(alice.complaints, []);
});
