import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pageTest, Person } from "./support/browser.ts";
import { ChatClient } from "./support/chat_client.ts";
import { PROJECT, startCommand, startProgram } from "./support/program.ts";
import { requestRaw } from "./support/raw_websocket.ts";
import { startTestServer } from "./support/test_server.ts";

const ALICE = "A".repeat(43);
const BOB = "B".repeat(43);

Deno.test("S1 GET / serves the chat page", async () => {
  await using server = await startTestServer();

  const response = await fetch(`${server.url}/`);
  const html = await response.text();

  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertStringIncludes(response.headers.get("content-security-policy") ?? "", "script-src 'self'");
  assertMatch(response.headers.get("set-cookie") ?? "", /^parley-\d+=.*HttpOnly; SameSite=Lax/);
  assertMatch(html, /^<!doctype html>/i);
  assertStringIncludes(html, "<title>");
});

Deno.test("S2 the page's CSS and JavaScript come with type, ETag, coding and caching", async () => {
  await using server = await startTestServer();
  const html = await (await fetch(`${server.url}/`)).text();
  const paths = referencesIn(html);

  assert(paths.some((path) => path.endsWith(".js")) && paths.some((path) => path.endsWith(".css")));
  for (const path of paths) {
    const response = await fetch(`${server.url}/${path}`);
    await response.body?.cancel();

    assertEquals(response.status, 200, path);
    assertMatch(path, /^(\.\/)?static\/[0-9a-f]{16}\//);
    assertEquals(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assertEquals(response.headers.get("content-type"), mediaTypeOf(path), path);
    assertMatch(response.headers.get("etag") ?? "", /^"[0-9a-f]{16}(-br|-gzip)?"$/);
  }
});

Deno.test("S2 what a module imports is under the same hash, with nothing left out", async () => {
  await using server = await startTestServer();
  const html = await (await fetch(`${server.url}/`)).text();
  const pending = referencesIn(html).filter((path) => path.endsWith(".js"))
    .map((path) => new URL(path, `${server.url}/`).href);
  const seen = new Set<string>();

  for (let url = pending.pop(); url !== undefined; url = pending.pop()) {
    if (seen.has(url)) continue;
    seen.add(url);
    const response = await fetch(url);
    const code = await response.text();

    assertEquals(response.status, 200, url);
    assertMatch(new URL(url).pathname, /^\/static\/[0-9a-f]{16}\//);
    pending.push(...importsIn(code).map((path) => new URL(path, url!).href));
  }
  assert(seen.size > 0);
});

for (const coding of ["gzip", "br"] as const) {
  Deno.test(`S2 a static file is sent as ${coding} when that is accepted, and 304 after`, async () => {
    await using server = await startTestServer();
    const url = `${server.url}/static/main.js`;
    const plain = await (await fetch(url, { headers: { "accept-encoding": "identity" } })).text();
    const first = await fetch(url, { headers: { "accept-encoding": coding } });
    const etag = first.headers.get("etag")!;

    const second = await fetch(url, {
      headers: { "accept-encoding": coding, "if-none-match": etag },
    });

    assertEquals(await first.text(), plain);
    assert(etag.endsWith(`-${coding}"`));
    assertEquals(second.status, 304);
    assertEquals(await second.text(), "");
  });
}

// Sent as they are: a client's URL parser would take the dots out.
for (
  const path of [
    "/static/../main.ts",
    "/static/../../../../../../etc/passwd",
    "/static/./../deno.json",
    "/static/%2e%2e/main.ts",
    "/static/%2e%2e%2fmain.ts",
    "/static/..%2fmain.ts",
    "/static/%252e%252e%252fmain.ts",
    "/static/..\\main.ts",
    "/static/..%5cmain.ts",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/file:///etc/passwd",
    "/static/main.js%00",
    "/static/%00",
    "/static/%ff",
    "/static/main.js/..",
    "/static/0000000000000000/../../main.ts",
  ]
) {
  Deno.test(`S2 there is no way out of the folder by ${path}`, async () => {
    await using server = await startTestServer();
    const { host, port } = new URL(server.url);

    const answer = await requestRaw(
      Number(port),
      `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    );

    assertMatch(answer, /^HTTP\/1\.1 40[04] /);
    assert(!answer.includes("root:") && !answer.includes("import "));
  });
}

Deno.test("S3 /ws/:username upgrades; a plain GET there gets 426 and says how", async () => {
  await using server = await startTestServer();

  const plain = await fetch(`${server.url}/ws/alice`);
  const problem = await plain.json();
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob", { protocols: ["foo", "parley.v1"] });

  assertEquals(plain.status, 426);
  assertEquals(plain.headers.get("upgrade"), "websocket");
  assertEquals(problem.code, "upgrade_required");
  assert(JSON.stringify(problem).includes("ws://localhost"));
  assertEquals(alice.protocol, "");
  assertEquals(bob.protocol, "parley.v1");
  assertEquals(alice.frames[0]!.type, "welcome");
});

Deno.test("S4 connect registers a user under a unique username and tells the others", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice");

  const bob = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  const impostor = await ChatClient.connect(server.wsUrl, "Bob", { credential: ALICE });

  assertEquals((await alice.next("joined")).message, "bob joined the chat");
  assertEquals(bob.framesOf("welcome")[0]!.online, 2);
  assertEquals(impostor.framesOf("error").map(({ code }) => code), ["username_taken"]);
  assertEquals(impostor.frames.length, 1);
  assertEquals((await impostor.closed).code, 4502);
});

Deno.test("S5 a public message reaches every connected client, the sender too", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const carol = await ChatClient.connect(server.wsUrl, "carol", { protocols: ["parley.v1"] });

  alice.send({ message: "hello" });

  const copies = await Promise.all([alice, bob, carol].map((client) => client.next("message")));
  assertEquals(copies[0]!.message, "hello");
  assertEquals(copies[0], copies[1]);
  assertEquals(copies[0], copies[2]);
});

Deno.test("S6 a private message reaches its two people on all their connections, nobody else", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice", { credential: ALICE });
  const aliceTab = await ChatClient.connect(server.wsUrl, "alice", { credential: ALICE });
  const bob = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  const bobPhone = await ChatClient.connect(server.wsUrl, "bob", {
    credential: BOB,
    protocols: ["parley.v1"],
  });
  const carol = await ChatClient.connect(server.wsUrl, "carol");

  alice.send({ id: "k1", to: "bob", message: "psst" });
  for (const client of [alice, aliceTab, bob, bobPhone]) {
    const copy = await client.next("message");
    assertEquals([copy.from, copy.to, copy.message], ["alice", "bob", "psst"]);
  }
  await Promise.all([alice, aliceTab, bob, bobPhone, carol].map((client) => client.settled()));

  for (const client of [alice, aliceTab, bob, bobPhone]) {
    assertEquals(client.messages, ["psst"]);
  }
  assertEquals(JSON.stringify(carol.frames).includes("psst"), false);
  assertEquals(server.lines.join().includes("psst"), false);
});

Deno.test("S7 when a user's last connection goes, the others hear it exactly once", async () => {
  await using server = await startTestServer({ leaveGraceMs: 0 });
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  const guest = await ChatClient.connect(server.wsUrl, "gus");
  const tab = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  const phone = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  const rude = await ChatClient.connect(server.wsUrl, "rude");

  await guest.close();
  await alice.next("left", ({ username }) => username === "gus");
  rude.sendBytes(new Uint8Array([1, 2, 3]));
  await rude.closed;
  await alice.next("left", ({ username }) => username === "rude");
  await tab.close();
  await alice.settled();
  assertEquals(alice.framesOf("left").length, 2);
  await phone.close();
  await alice.next("left", ({ username }) => username === "bob");
  await alice.settled();

  assertEquals(alice.framesOf("left").map(({ message, online }) => [message, online]), [
    ["gus left the chat", 3],
    ["rude left the chat", 2],
    ["bob left the chat", 1],
  ]);
  assertEquals(server.manager.online, 1);
});

Deno.test("S8 one connection sends thousands of frames, in order, none lost", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  const [bob, carol] = await Promise.all([
    ChatClient.connect(server.wsUrl, "bob", { protocols: ["parley.v1"] }),
    ChatClient.connect(server.wsUrl, "carol", { protocols: ["parley.v1.deflate"] }),
  ]);
  const texts = Array.from({ length: 5_000 }, (_, i) => `message ${i}`);

  texts.forEach((message, i) => alice.send({ id: `k${i}`, message }));
  for (const client of [alice, bob, carol]) {
    await client.until(() => client.messages.length >= texts.length, 30_000);
  }

  for (const client of [alice, bob, carol]) {
    assertEquals(client.messages, texts);
    const seqs = client.framesOf("message").map(({ seq }) => seq);
    assertEquals(seqs, seqs.toSorted((a, b) => a - b));
  }
  assertEquals(alice.framesOf("ack").map(({ id }) => id), texts.map((_, i) => `k${i}`));
});

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
    await alice.page.getByText("Reconnecting… Your messages will be sent once you’re back online.")
      .waitFor();
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

function referencesIn(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src)="([^"#]+)"/g)].map(([, path]) => path!)
    .filter((path) => path.includes("static/"));
}

function importsIn(code: string): string[] {
  return [...code.matchAll(/^(?:import|export)\b[^"';]*["'](\.[^"']+)["']/gm)]
    .map(([, path]) => path!);
}

function mediaTypeOf(path: string): string | undefined {
  const types: Record<string, string> = {
    css: "text/css; charset=utf-8",
    js: "text/javascript; charset=utf-8",
    svg: "image/svg+xml",
    webmanifest: "application/manifest+json",
    png: "image/png",
  };
  return types[path.split(".").at(-1)!];
}
