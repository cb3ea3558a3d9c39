import { assert, assertEquals } from "@std/assert";
import type { Locator } from "playwright-core";
import { pageTest, Person, untilHolds } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { packetText } from "../support/packet_text.ts";
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

// ─── Completing ──────────────────────────────────────────────────────────────────────────────────

/** The suggestion that Tab and Enter accept. */
function chosenIn(alice: Person): Locator {
  return alice.page.getByRole("option", { selected: true });
}

pageTest("an emoji completes by its name, those used lately first", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.findsSilence();
  const { keyboard } = alice.page;
  const asked: string[] = [];
  alice.page.on("request", (request) => {
    if (request.resourceType() === "script") asked.push(request.url());
  });

  await alice.box.focus();
  await keyboard.type("at 12:30: see https://example.org ");
  assertEquals(asked, []);
  await keyboard.type(":tada");
  await chosenIn(alice).getByText("🎉 :tada:").waitFor();
  await keyboard.press("Tab");
  assertEquals(await alice.box.inputValue(), "at 12:30: see https://example.org 🎉 ");
  assert(asked.length > 0);
  await keyboard.type(":hea");
  const first = await chosenIn(alice).innerText();
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  const third = await chosenIn(alice).innerText();
  await keyboard.press("Enter");
  await alice.page.reload();
  await alice.box.waitFor();
  await alice.box.fill("");
  await keyboard.type(":hea");

  assertEquals(await chosenIn(alice).innerText(), third);
  assert(first !== third);
});

pageTest(
  "an emoji’s name typed to its closing colon becomes the emoji, and undo says it",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    const { keyboard } = alice.page;

    await alice.box.focus();
    await keyboard.type("at 12:30 ");
    await keyboard.type("nice :tada:");
    await untilHolds(alice.page, "document.querySelector('#composer-text').value.includes('🎉')");

    assertEquals(await alice.box.inputValue(), "at 12:30 nice 🎉");
    await keyboard.press("Control+z");
    assertEquals(await alice.box.inputValue(), "at 12:30 nice :tada:");
  },
);

pageTest("a suggestion that is clicked is put in, and the cursor stays", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await ChatClient.connect(server.wsUrl, "bob");
  await alice.page.locator("#people").getByRole("button", { name: "bob" }).waitFor();

  await alice.box.focus();
  await alice.page.keyboard.type("/m");
  await alice.page.getByRole("option").filter({ hasText: "/msg" }).click();
  await alice.page.keyboard.type("b");
  await alice.page.getByRole("option").filter({ hasText: "bob" }).click();
  await alice.page.keyboard.type("psst");

  assertEquals(await alice.box.inputValue(), "/msg bob psst");
});

pageTest("suggestions go with the word that the cursor leaves", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.box.focus();
  await alice.page.keyboard.type("/m");
  await alice.page.getByRole("option").first().waitFor();

  await alice.page.keyboard.press("Home");
  await alice.page.getByRole("option").first().waitFor({ state: "detached" });
  await alice.page.keyboard.press("Tab");

  assertEquals(await alice.box.inputValue(), "/m");
});

pageTest("an input method's Enter takes no suggestion", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.box.focus();
  await alice.page.keyboard.type("/m");
  await alice.page.getByRole("option").first().waitFor();

  await alice.box.dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
  await alice.box.dispatchEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true });
  assertEquals(await alice.box.inputValue(), "/m");
  await alice.box.dispatchEvent("keydown", { key: "Enter", keyCode: 13, bubbles: true });

  assertEquals(await alice.box.inputValue(), "/msg ");
});

pageTest("Enter breaks the line on a touch keyboard", async (browser) => {
  await using server = await startTestServer();
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  const alice = await Person.join(browser, server.url, "alice", phone);
  const bob = await ChatClient.connect(server.wsUrl, "bob");

  await alice.box.tap();
  await alice.page.keyboard.type("one");
  await alice.page.keyboard.press("Enter");
  await alice.page.keyboard.type("two");
  await alice.page.getByRole("button", { name: "Send" }).tap();

  assertEquals((await bob.next("message")).message, "one\ntwo");
});

// ─── Readers ─────────────────────────────────────────────────────────────────────────────────────

pageTest("/msg sends aside and stays, with a way to go there", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const { keyboard } = alice.page;
  const lines = ["one", "two", "three", "four", "five"];

  await alice.box.focus();
  for (const line of ["/msg bob psst", ...lines]) {
    await keyboard.type(line);
    await keyboard.press("Enter");
  }
  await bob.until(() => bob.messages.length > lines.length);
  const aside = bob.frames.filter((frame) => frame.type === "message" && frame.to === "bob");
  await alice.say("/msg bob and this");
  await alice.page.getByText("Sent privately to bob.").waitFor();
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await alice.sees("and this");
  await keyboard.type("here");

  assertEquals(aside.length, 1);
  assertEquals(bob.messages.filter((text) => lines.includes(text)), lines);
  assertEquals(await alice.box.inputValue(), "here");
});

pageTest("a refused line stays in the box, with the reason beside it", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const note = alice.page.locator("#composer-note");

  for (const line of ["/oops", "/msg", "/me", "x".repeat(4001)]) {
    await alice.say(line);
    await note.filter({ hasText: /./ }).waitFor();
    assertEquals(await alice.box.inputValue(), line);
    await alice.box.fill("");
    await note.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
  }
});

/** A person whose connections from now on are another account's, as the server tells. */
async function joinUnstably(alice: Person) {
  const cuts: (() => Promise<void>)[] = [];
  let account = "";
  await alice.page.routeWebSocket("**/ws/**", (socket) => {
    cuts.push(() => socket.close({ code: 4008 }));
    const isOther = cuts.length > 1;
    socket.connectToServer().onMessage((packet) => {
      const text = packetText(typeof packet === "string" ? packet : new Uint8Array(packet).buffer);
      account ||= /"account":"([^"]+)"/.exec(text)?.[1] ?? "";
      socket.send(isOther ? text.replaceAll(account, "a_another") : text);
    });
  });
  await alice.page.reload();
  await alice.enter("alice");
  return { cut: () => cuts.at(-1)?.() };
}

// What was being written to bob went to everyone.
pageTest("the box takes no text when its readers changed, until one agrees", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.open(browser, server.url);
  const line = await joinUnstably(alice);
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const { keyboard } = alice.page;
  await alice.choose("bob");
  await keyboard.type("the key is ");

  await line.cut();
  await alice.page.getByText("the conversation changed").waitFor();
  await keyboard.type("under the mat");
  await keyboard.press("Enter");
  assertEquals(await alice.box.inputValue(), "");
  await alice.page.getByRole("button", { name: "Write here" }).press("Enter");
  await keyboard.type("hello all");
  await keyboard.press("Enter");

  assertEquals((await bob.next("message")).message, "hello all");
  assertEquals(JSON.stringify(bob.frames).includes("mat"), false);
});

// The name's field took what was being typed, and Enter made a public name of it.
pageTest("what is typed while another tab signs out is no name", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await ChatClient.connect(server.wsUrl, "bob");
  const other = await alice.page.context().newPage();
  await other.goto(server.url);
  await other.getByRole("button", { name: "Account" }).click();
  await alice.choose("bob");
  await alice.page.keyboard.type("the key is ");

  await other.getByRole("button", { name: "Sign out", exact: true }).click();
  await alice.page.getByText("You have been signed out.").waitFor();
  await alice.page.keyboard.type("psst");
  await alice.page.keyboard.press("Enter");
  const name = await alice.page.getByLabel("Your name").inputValue();
  await alice.page.keyboard.press("Tab");

  assertEquals(name, "alice");
  assertEquals(await alice.page.evaluate("document.activeElement.id"), "join-name");
});

// ─── What was begun ──────────────────────────────────────────────────────────────────────────────

pageTest("the sidebar marks the conversations in which a text was begun", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await ChatClient.connect(server.wsUrl, "bob");
  const marked = alice.page.locator("#conversations li").filter({ hasText: "Draft" });

  await alice.box.fill("for all");
  assertEquals(await marked.count(), 0);
  await alice.choose("bob");
  await marked.filter({ hasText: "Everyone" }).waitFor();
  await alice.box.fill("for bob");
  await alice.page.reload();
  await marked.filter({ hasText: "bob" }).waitFor();

  assertEquals(await marked.count(), 1);
  assertEquals(await alice.box.inputValue(), "for all");
});

pageTest(
  "a count appears near the limit, and tells a screen reader now and then",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    const count = alice.page.locator("#composer-count");
    const told = alice.page.locator("#composer-count + [role=status]");
    const heard = new Set<string>();
    const shown: string[] = [];

    for (const length of [3800, 3801, 3850, 3900, 3901, 3950, 4000, 4001, 4050]) {
      await alice.box.fill("🎉".repeat(length));
      shown.push(await count.innerText());
      heard.add(await told.innerText());
    }
    await alice.box.press("Enter");
    await alice.page.getByText("50 characters too long").waitFor();

    assertEquals(shown.slice(0, 2), ["", "199 left"]);
    assertEquals(shown.slice(-3), ["0 left", "1 over the limit", "50 over the limit"]);
    assertEquals([...heard], [
      "",
      "Fewer than 200 characters left",
      "Fewer than 100 characters left",
      "Fewer than 20 characters left",
      "Over the limit",
    ]);
  },
);

// ─── Typing ──────────────────────────────────────────────────────────────────────────────────────

pageTest("keys mark up what is selected, and undo takes that back", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const { keyboard } = alice.page;
  await alice.box.fill("so calm");
  await alice.page.evaluate(`globalThis.leaked = [];
    addEventListener("keydown", (event) => {
      if (/^[bie]$/.test(event.key) && !event.defaultPrevented) leaked.push(event.key);
    });`);
  await keyboard.press("Control+Shift+ArrowLeft");

  const texts = [];
  for (const key of ["b", "b", "i", "i", "e"]) {
    await keyboard.press(`Control+${key}`);
    texts.push(await alice.box.inputValue());
  }
  assertEquals(await alice.page.evaluate("leaked"), []);
  await keyboard.press("Control+z");
  const undone = await alice.box.inputValue();
  await keyboard.press("Control+Shift+z");
  const again = await alice.box.inputValue();

  assertEquals(texts, ["so **calm**", "so calm", "so _calm_", "so calm", "so `calm`"]);
  assertEquals([undone, again], ["so calm", "so `calm`"]);
});

pageTest("the box grows to a third of the window, and the end stays in sight", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  for (let i = 1; i <= 60; i++) bob.send({ message: `line ${i}.` });
  await alice.sees("line 60.");
  // The browser tells of a new size with its next picture.
  const endInSight = () =>
    untilHolds(
      alice.page,
      "(log => log.scrollHeight - log.scrollTop - log.clientHeight < 2)(document.querySelector('#timeline'))",
    );
  const small = (await boxOf(alice.box)).height;

  await alice.box.fill("one\ntwo\nthree");
  const medium = (await boxOf(alice.box)).height;
  await endInSight();
  await alice.box.fill("line\n".repeat(100));
  const large = (await boxOf(alice.box)).height;
  await alice.box.fill("x".repeat(100_000));
  const full = (await boxOf(alice.box)).height;
  await endInSight();
  await alice.box.fill("");

  assert(small < medium && medium < large);
  assertEquals([large, full], [Math.round(800 / 3), Math.round(800 / 3)]);
  assertEquals((await boxOf(alice.box)).height, small);
});

pageTest("no key is lost while messages rush in, and undo still works", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.findsSilence();
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const text = Array.from({ length: 20 }, (_, i) => `:${i} @b${i}`).join(" ").slice(0, 100);
  let sent = 0;
  const flood = setInterval(() => bob.send({ message: `line ${++sent}.` }), 5);

  await alice.box.focus();
  await alice.sees("line 20.");
  try {
    await alice.page.keyboard.type(text);
  } finally {
    clearInterval(flood);
  }
  await alice.sees(`line ${sent}.`);
  const typed = await alice.box.inputValue();
  await alice.page.keyboard.press("Control+z");
  const undone = await alice.box.inputValue();
  await alice.page.keyboard.press("Control+Shift+z");

  assertEquals(typed, text);
  assert(undone.length < text.length && text.startsWith(undone));
  assertEquals(await alice.box.inputValue(), text);
});

pageTest("the list of keys shows by a key and by commands", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const keys = alice.page.getByRole("dialog", { name: "Keyboard shortcuts" });
  const focused = () => alice.page.evaluate("document.activeElement.id");

  for (const line of ["/keys", "/help"]) {
    await alice.say(line);
    await keys.waitFor();
    await alice.page.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });
    assertEquals([await focused(), await alice.box.inputValue()], ["composer-text", ""]);
  }
  await alice.box.pressSequentially("?");
  assertEquals(await alice.box.inputValue(), "?");
  await alice.timeline.focus();
  await alice.page.keyboard.press("?");
  await keys.waitFor();
  for (const key of ["B", "I", "E", "K"]) {
    await keys.locator("kbd").getByText(key, { exact: true }).waitFor();
  }
  await alice.page.keyboard.press("Escape");

  assertEquals(await focused(), "timeline");
});
