import { assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

const CREDENTIAL = "b".repeat(43);

// Bob was away when he was written to, so nothing but his conversation told which bob was meant.
pageTest("a private message never goes to who took its addressee's name", async (browser) => {
  await using server = await startTestServer({ leaveGraceMs: 0 });
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob", { credential: CREDENTIAL });
  await alice.sees("bob joined the chat");
  await bob.close();
  await alice.sees("bob left the chat");
  await alice.say("/msg bob the first secret");
  await alice.turnTo("bob");
  await alice.sees("Will be delivered when bob is back");

  await fetch(`${server.url}/api/account/delete`, {
    method: "POST",
    headers: { authorization: `Bearer ${CREDENTIAL}`, "content-type": "application/json" },
    body: JSON.stringify({ as: "bob", confirm: "bob" }),
  });
  const stranger = await ChatClient.connect(server.wsUrl, "bob", { credential: "s".repeat(43) });
  await alice.page.getByText("Someone else has this name now").waitFor();
  await alice.say("the second secret");
  await alice.sees("so this message was not sent");

  await alice.page.getByRole("button", { name: "Everyone" }).first().click();
  await alice.say("to everyone");
  await stranger.until(() => stranger.messages.length > 0);
  assertEquals(stranger.messages, ["to everyone"]);
  await stranger.close();
});
