import { assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

pageTest("a mention is told in words and by a sign, not by colour alone", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");

  bob.send({ message: "hello @alice" });
  bob.send({ message: "hello all" });
  await alice.sees("hello all");
  const message = (text: string) => alice.timeline.getByRole("listitem").filter({ hasText: text });
  assertEquals(await message("hello @alice").getByText("mentions you").isVisible(), true);
  assertEquals(await message("hello all").getByText("mentions you").isVisible(), false);
  await alice.choose("bob");
  bob.send({ message: "and again @alice" });

  const lobby = alice.page.getByRole("button", { name: "Everyone @1 unread, mentions you" });
  await lobby.waitFor();
});

pageTest("the page says one of a thing as one", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await ChatClient.connect(server.wsUrl, "bob");
  await alice.sees("bob joined");

  await alice.box.fill("@b");
  await alice.page.getByRole("status").getByText("1 suggestion", { exact: true }).waitFor({
    state: "attached",
  });
  await alice.say("x".repeat(4_001));

  await alice.page.getByText("This message is 1 character too long.").waitFor();
});
