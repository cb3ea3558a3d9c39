import { assert, assertEquals } from "@std/assert";
import jsqr from "jsqr";
import { pageTest, Person } from "../support/browser.ts";
import { startTestServer } from "../support/test_server.ts";

async function openInvitation({ page }: Person) {
  await page.getByRole("button", { name: "Invite people" }).click();
  return page.getByRole("dialog", { name: "Invite people" });
}

pageTest(
  "an invitation shows the address, and a code that a camera reads as it",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    const dialog = await openInvitation(alice);
    const address = await dialog.getByRole("textbox", { name: "Address" }).inputValue();
    await dialog.locator("canvas[width]").waitFor();
    const { width, pixels } = await alice.page.evaluate<{ width: number; pixels: number[] }>(`
    (() => {
      const canvas = document.querySelector("#invite canvas");
      const { width, data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return { width, pixels: [...data] };
    })()`);

    assertEquals(address, `${server.url}/`);
    assertEquals(jsqr.default(new Uint8ClampedArray(pixels), width, width)?.data, address);
    await dialog.getByText("works only on this computer").waitFor();
    assertEquals(alice.complaints, []);
  },
);

pageTest("the address is copied, and the dialog says so", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const dialog = await openInvitation(alice);

  await dialog.getByRole("button", { name: "Copy" }).click();
  await dialog.getByRole("status").getByText("Address copied.").waitFor();

  assertEquals(await alice.page.evaluate("navigator.clipboard.readText()"), `${server.url}/`);
});

// Over plain http a page has no clipboard.
pageTest(
  "where nothing can be copied, the address is selected and one is told",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.open(browser, server.url);
    await alice.page.addInitScript(
      `Object.defineProperty(navigator, "clipboard", { value: undefined });`,
    );
    await alice.page.goto(server.url);
    await alice.enter("alice");
    const dialog = await openInvitation(alice);

    await dialog.getByRole("button", { name: "Copy" }).click();
    await dialog.getByRole("status").getByText("copy it yourself").waitFor();

    assertEquals(await alice.page.evaluate("getSelection().toString()"), `${server.url}/`);
  },
);

pageTest(
  "who is alone is led to inviting others, to the keys and to writing privately",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    const { page } = alice;

    await page.getByRole("button", { name: "Invite others" }).click();
    await page.getByRole("dialog", { name: "Invite people" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "keyboard shortcuts" }).click();
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");

    assert(await alice.timeline.getByText("/msg name text").isVisible());
    await alice.choose("alice");
    await page.getByText("Only you can read what you write here.").waitFor();
    assertEquals(await page.locator("#level-button").count(), 0);
    await alice.say("/msg bob");
    await page.getByText("Only you and bob can read this conversation.").waitFor();
  },
);

pageTest("a draft is marked where one isn’t, until it is sent", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const everyone = alice.page.locator("#conversations").getByRole("button", { name: "Everyone" });

  await alice.box.fill("half a sentence");
  await alice.choose("alice");
  await everyone.getByText("Draft").waitFor();
  await everyone.click();
  assertEquals(await everyone.getByText("Draft").count(), 0);
  await alice.box.press("Enter");
  await alice.choose("alice");

  await alice.page.getByText("Only you can read").waitFor();
  assertEquals(await everyone.getByText("Draft").count(), 0);
});
