import { assert, assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { watchRequests } from "../support/page_requests.ts";
import { startTestServer } from "../support/test_server.ts";

/** Most requests and bytes until one can write, headers included. */
const BUDGET = { requests: 12, bytes: 110_000 };

pageTest("the page needs few requests and bytes until one can write", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.open(browser, "about:blank");
  const requests = await watchRequests(alice.page);

  await alice.page.goto(server.url);
  await alice.enter("alice");
  await alice.findsSilence();

  const paths = requests.paths();
  assert(paths.includes("/") && paths.includes("/ws/alice"), paths.join(" "));
  assertEquals(paths.filter((path) => /\.(css|js)$/.test(path)).length, 2);
  assert(paths.length <= BUDGET.requests, paths.join(" "));
  const bytes = await requests.bytes();
  assert(bytes > 10_000 && bytes <= BUDGET.bytes, `${bytes} bytes`);
});

pageTest("the page comes from the cache on a second visit", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.join(browser, server.url, "alice");
  await alice.findsSilence();
  const requests = await watchRequests(alice.page);

  await alice.page.reload();
  await alice.findsSilence();

  const bytes = await requests.bytes();
  assert(bytes > 0 && bytes <= BUDGET.bytes / 10, `${bytes} bytes`);
});

pageTest("what few people need is loaded when they need it", async (browser) => {
  await using server = await startTestServer();
  const alice = await Person.open(browser, "about:blank");
  const requests = await watchRequests(alice.page);
  await alice.page.goto(server.url);
  await alice.enter("alice");
  await alice.findsSilence();
  const loading = (name: string) => alice.page.waitForRequest(RegExp(`/${name}[^/]*\\.js$`));
  assertEquals(requests.paths().filter((path) => path.endsWith(".js")).length, 1);

  await Promise.all([loading("emoji_table"), alice.page.keyboard.type(":ta")]);
  await alice.box.fill("```\nconst a = 1;\n```");
  await Promise.all([loading("highlight"), alice.page.keyboard.press("Enter")]);
  const invite = alice.page.getByRole("button", { name: "Invite people" });
  await Promise.all([loading("nano"), invite.click()]);
});
