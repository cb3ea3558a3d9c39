import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import { pageTest, Person } from "./support/browser.ts";
import { PROJECT, startCommand, startProgram } from "./support/program.ts";
import { startTestServer } from "./support/test_server.ts";

pageTest(
  "S9 the page asks for a username, connects, and shows a card-based layout",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.open(browser, server.url);

    await alice.page.getByLabel("Your name").fill("not a name");
    await alice.page.keyboard.press("Enter");
    await alice.page.getByRole("alert").getByText("can’t be used").waitFor();
    await alice.enter("alice");
    for (let i = 1; i <= 40; i++) await alice.say(`line ${i}`);
    await alice.sees("line 40");

    const [hidden, scrolled] = await alice.timeline.evaluate((log) => [
      log.scrollHeight - log.clientHeight,
      log.scrollTop,
    ]);
    assert(hidden! > 0 && hidden! - scrolled! < 2);
    assert(await alice.page.locator(".message__card").count() > 10);
    assert(await alice.page.getByRole("button", { name: "Send" }).isVisible());
    assertEquals(await alice.page.getByLabel("to everyone", { exact: true }).count(), 1);
    assertEquals(alice.complaints, []);
  },
);

pageTest("S10 what another person sends appears without refresh", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  const bob = await Person.join(browser, server.url, "bob");

  await alice.sees("bob joined the chat");
  await bob.say("hello <b>alice</b> https://example.org/x");

  await alice.sees("hello <b>alice</b>");
  const link = alice.timeline.getByRole("link", { name: "https://example.org/x" });
  assertEquals(await link.getAttribute("rel"), "noopener noreferrer nofollow");
  assertEquals([...alice.complaints, ...bob.complaints], []);
});

pageTest(
  "S11 a private message is written and read, and a third browser never sees it",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");
    const bob = await Person.join(browser, server.url, "bob");
    const carol = await Person.join(browser, server.url, "carol");

    await alice.choose("bob");
    await alice.page.getByLabel("private, to bob").waitFor();
    await alice.say("the blue folder");
    await alice.sees("the blue folder");
    await bob.page.getByRole("button", { name: "Private: alice" }).click();
    await bob.sees("the blue folder");
    await bob.say("/msg alice under the stairs");
    await alice.sees("under the stairs");
    // What everyone reads afterwards shows that carol's browser had its chance.
    await alice.page.getByRole("button", { name: "Back to everyone" }).click();
    await alice.say("anyone for tea?");
    await carol.sees("anyone for tea?");

    const heard = carol.received.join("\n") + await carol.page.content();
    assert(heard.includes("anyone for tea?"));
    assertEquals(heard.includes("blue folder") || heard.includes("under the stairs"), false);
    assertEquals(await bob.page.getByText("private, to you").first().isVisible(), true);
  },
);

pageTest(
  "S12 closing a tab shows others that its user has left; reloading one does not",
  async (browser) => {
    await using server = await startTestServer({ leaveGraceMs: 3_000 });
    const bob = await Person.join(browser, server.url, "bob");
    const alice = await Person.join(browser, server.url, "alice");
    await bob.sees("alice joined the chat");

    await alice.page.reload();
    await alice.box.waitFor();
    await alice.say("still here");
    await bob.sees("still here");
    await alice.page.close();
    await bob.sees("alice left the chat");

    assertEquals(await bob.count("alice joined the chat"), 1);
    assertEquals(await bob.count("alice left the chat"), 1);
  },
);

pageTest(
  "S13 after a killed server the page reconnects by itself and sends what was typed",
  async (browser) => {
    const data = await Deno.makeTempDir({ prefix: "parley-page-" });
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => Deno.remove(data, { recursive: true }));
    const start = async (port: number) =>
      startProgram([...await startCommand(), "--port", String(port), "--data", data], PROJECT);
    const first = await start(0);
    const alice = await Person.join(browser, first.url, "alice");
    await alice.say("before");
    await alice.sees("before");

    await first[Symbol.asyncDispose]();
    await alice.page.getByText("Reconnecting… your messages will be sent").waitFor();
    await alice.say("typed while away, one");
    await alice.say("typed while away, two");
    await using second = await start(first.port);
    await alice.page.getByText("Reconnecting…").waitFor({ state: "hidden" });
    const bob = await Person.join(browser, second.url, "bob");
    await alice.page.locator(".message--pending").first().waitFor({ state: "detached" });
    await alice.say("and now");
    await bob.sees("and now");

    assertEquals(await alice.page.locator("#self-name").textContent(), "alice");
    const own = await alice.timeline.locator(".message__body").allTextContents();
    assertEquals(own, ["before", "typed while away, one", "typed while away, two", "and now"]);
    const arrived = alice.received.join("\n");
    assertEquals(arrived.split('"typed while away, one"').length, 2);
  },
);

for (const colorScheme of ["light", "dark"] as const) {
  pageTest(
    `the page has no accessibility faults that axe finds, ${colorScheme}`,
    async (browser) => {
      await using server = await startTestServer();
      const alice = await Person.open(browser, server.url, { colorScheme });
      const faults = [await findFaults(alice)];
      await alice.enter("alice");
      const bob = await Person.join(browser, server.url, "bob");
      await bob.say("hello @alice, see https://example.org");
      await bob.say("/msg alice psst");
      await alice.say("/msg nobody hello");
      await alice.page.getByRole("button", { name: "Retry" }).waitFor();
      faults.push(await findFaults(alice));
      await alice.page.getByRole("button", { name: "Back to everyone" }).click();
      await alice.say("/oops");
      faults.push(await findFaults(alice));
      await alice.box.fill("@");
      await alice.page.getByRole("option").first().waitFor();
      faults.push(await findFaults(alice));
      await alice.page.keyboard.press("Escape");
      await alice.page.getByRole("button", { name: "Keys" }).click();
      faults.push(await findFaults(alice));
      await alice.page.keyboard.press("Escape");
      await alice.page.keyboard.press("Control+K");
      await alice.page.keyboard.type("see");
      await alice.page.getByText("1 message", { exact: true }).waitFor();
      faults.push(await findFaults(alice));
      await alice.page.keyboard.press("Enter");
      await alice.page.getByRole("button", { name: "to everyone" }).click();
      await alice.timeline.locator(".message--found").waitFor();
      faults.push(await findFaults(alice));
      await alice.page.getByRole("button", { name: "Account" }).click();
      await alice.page.getByText("Delete this account").click();
      faults.push(await findFaults(alice));
      const carol = await Person.open(browser, server.url, { colorScheme });
      await carol.page.getByLabel("Your name").fill("bob");
      await carol.page.keyboard.press("Enter");
      await carol.page.getByRole("button", { name: "It’s mine" }).click();
      faults.push(await findFaults(carol));

      assertEquals(faults, faults.map(() => []));
    },
  );
}

async function findFaults({ page }: Person): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const runner = (globalThis as unknown as { axe: typeof axe }).axe;
    const { violations } = await runner.run();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
  });
}
