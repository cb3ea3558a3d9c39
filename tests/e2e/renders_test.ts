import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

/**
 * Numbers of what Preact keeps for each row on screen, and for what is in it. Drawing one again makes new
 * numbers, even where the document stays the same. (Preact counts every element that is created, in
 * `__v`; `__k` are the children, and the root holds the first.)
 */
function drawnRows(alice: Person): Promise<Record<string, number[]>> {
  return alice.page.evaluate(`(() => {
    const rows = {};
    const walk = (node, row) => {
      if (node === null || typeof node !== "object") return;
      const isRow = node.type === "li" && String(node.props.class).startsWith("message");
      const own = isRow ? rows[node.props["data-key"]] = [] : row;
      if (own !== null && typeof node.type === "string") own.push(node.__v);
      for (const child of Array.isArray(node.__k) ? node.__k : []) walk(child, own);
    };
    walk(document.querySelector("#root").__k, null);
    return rows;
  })()`);
}

// Each key drew all rows again: typing was slow below a long conversation.
pageTest("typing, and people who come and go, draw no message again", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  for (let i = 1; i <= 30; i++) bob.send({ message: `line ${i} for @carol` });
  await alice.sees("line 30 for");
  await alice.page.getByText("2 people online").waitFor();
  const before = await drawnRows(alice);
  assertEquals(Object.keys(before).length, 30);
  assert(Object.values(before).flat().every((number) => typeof number === "number"));

  await alice.box.pressSequentially("hello @b");
  await alice.page.getByRole("option").first().waitFor();
  assertEquals(await drawnRows(alice), before);
  await alice.box.fill("");
  const carol = await ChatClient.connect(server.wsUrl, "carol");
  await alice.page.getByText("3 people online").waitFor();
  await carol.close();
  await alice.page.getByText("2 people online").waitFor();
  assertEquals(await drawnRows(alice), before);
  bob.send({ message: "one more" });
  await alice.sees("one more");
  const { [Object.keys(await drawnRows(alice)).at(-1)!]: _, ...others } = await drawnRows(alice);
  assertEquals(others, before);

  // What changes all of them is seen by these numbers.
  await alice.page.getByRole("button", { name: "Settings" }).click();
  await alice.page.getByRole("radio", { name: "24-hour" }).check();
  await alice.page.keyboard.press("Escape");
  const { [Object.keys(before)[0]!]: first } = await drawnRows(alice);
  assertNotEquals(first, before[Object.keys(before)[0]!]);
});
