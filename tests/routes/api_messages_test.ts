import { gunzipSync } from "node:zlib";
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { MessageFrame } from "../../core/protocol.ts";
import { StoreUnavailableError } from "../../core/store.ts";
import { usernameKey } from "../../core/usernames.ts";
import { createTestApi, outcomeOf, textsOf } from "../support/test_api.ts";

/** Alice says "1" to "9" in the lobby, at 1 to 9. */
async function withNine() {
  const api = await createTestApi();
  const alice = await api.join("alice");
  for (let number = 1; number <= 9; number++) await api.say(alice, String(number));
  return { ...api, alice };
}

/** Alice and bob talk privately, at 1 and 2; carol and dora too, at 3. */
async function withPrivate() {
  const api = await createTestApi();
  const [alice, bob] = [await api.join("alice"), await api.join("bob")];
  const [carol, dora] = [await api.join("carol"), await api.join("dora")];
  await api.say(alice, "psst", bob);
  await api.say(bob, "what?", alice);
  await api.say(carol, "nobody else", dora);
  const ids = [alice.account, bob.account].sort();
  return { ...api, alice, bob, carol, dora, id: ids.join(".") };
}

Deno.test("GET /api/messages gives the newest page, newest last, with the log's epoch", async () => {
  await using api = await withNine();
  const { get } = api;

  const body = await (await get("/api/messages?limit=2")).json();

  assertEquals(body, {
    messages: [
      { type: "message", seq: 8, at: 1763800000000, from: "alice", account: "a_1", message: "8" },
      { type: "message", seq: 9, at: 1763800000000, from: "alice", account: "a_1", message: "9" },
    ],
    hasOlder: true,
    hasNewer: false,
    epoch: "e_1",
  });
  for (const frame of body.messages) assertEquals(MessageFrame.parse(frame), frame);
});

const PAGES: [query: string, texts: string, hasOlder: boolean, hasNewer: boolean][] = [
  ["", "123456789", false, false],
  ["?limit=9", "123456789", false, false],
  ["?limit=3", "789", true, false],
  ["?before=7&limit=3", "456", true, true],
  ["?before=4&limit=3", "123", false, true],
  ["?before=1", "", false, true],
  ["?before=999&limit=1", "9", true, false],
  ["?after=3&limit=3", "456", true, true],
  ["?after=6&limit=3", "789", true, false],
  ["?after=0&limit=2", "12", false, true],
  ["?after=9", "", true, false],
  ["?after=999", "", true, false],
  ["?around=5&limit=3", "456", true, true],
  ["?around=5&limit=4", "3456", true, true],
  ["?around=1&limit=3", "123", false, true],
  ["?around=9&limit=4", "6789", true, false],
  ["?around=5&limit=1", "5", true, true],
  ["?around=5", "123456789", false, false],
  ["?around=999&limit=2", "89", true, false],
];

for (const [query, texts, hasOlder, hasNewer] of PAGES) {
  Deno.test(`GET /api/messages${query} gives “${texts}”`, async () => {
    await using api = await withNine();
    const { get } = api;

    const { messages, ...rest } = await (await get(`/api/messages${query}`)).json();

    assertEquals(messages.map(({ message }: MessageFrame) => message).join(""), texts);
    assertEquals(rest, { hasOlder, hasNewer, epoch: "e_1" });
  });
}

Deno.test("GET /api/messages gives an empty page of an empty log", async () => {
  await using api = await createTestApi();
  const { get } = api;

  assertEquals(await outcomeOf(await get("/api/messages")), [200, {
    messages: [],
    hasOlder: false,
    hasNewer: false,
    epoch: "e_1",
  }]);
});

const BAD_QUERIES: [query: string, title: string][] = [
  ["limit=0", "“limit” must be a whole number from 1 to 200."],
  ["limit=201", "“limit” must be a whole number from 1 to 200."],
  ["limit=ten", "“limit” must be a whole number from 1 to 200."],
  ["limit=", "“limit” must be a whole number from 1 to 200."],
  ["before=-1", "“before” must be a position in the log."],
  ["after=1e3", "“after” must be a position in the log."],
  ["around=9999999999999999", "“around” must be a position in the log."],
  ["before=9&after=1", "“after” can’t be combined with “before”."],
  ["before=9&around=1", "“around” can’t be combined with “before”."],
  ["befor=9", "“befor” is not a known parameter."],
  ["limit=1&limit=2", "“limit” was given more than once."],
  ["as=", "“as” must not be empty."],
];

for (const [query, reason] of BAD_QUERIES) {
  Deno.test(`GET /api/messages?${query} is refused: ${reason}`, async () => {
    await using api = await createTestApi();
    const { get } = api;

    const response = await get(`/api/messages?${query}`);

    const { title, code } = await response.json();
    assertEquals([response.status, code], [400, "invalid_query"]);
    assertEquals(title, `Invalid query: ${reason}`);
  });
}

Deno.test("GET /api/messages answers 304 to who has the page, until something is said", async () => {
  await using api = await withNine();
  const { get, say, alice } = api;
  const first = await get("/api/messages");
  const etag = first.headers.get("etag")!;
  await first.body?.cancel();

  const again = await get("/api/messages", { headers: { "if-none-match": `"x", ${etag}` } });
  await say(alice, "10");
  const later = await get("/api/messages", { headers: { "if-none-match": etag } });

  assertMatch(etag, /^W\/"[0-9a-f]{32}"$/);
  assertEquals([again.status, await again.text()], [304, ""]);
  assertEquals(again.headers.get("etag"), etag);
  assertEquals(later.status, 200);
  assertNotEquals(later.headers.get("etag"), etag);
  await later.body?.cancel();
});

Deno.test("GET /api/messages keeps an answer for the one who asked", async () => {
  await using api = await createTestApi();
  const { get } = api;

  const response = await get("/api/messages");

  assertEquals(response.headers.get("cache-control"), "private, no-cache");
  assertEquals(response.headers.get("vary"), "Cookie, Authorization");
  assertEquals(response.headers.get("content-type"), "application/json");
  await response.body?.cancel();
});

Deno.test("GET /api/messages shows the lobby to everybody, and only the lobby to anybody", async () => {
  await using api = await withPrivate();
  const { get, say, alice } = api;
  await say(alice, "hello");

  for (const by of [undefined, "alice", "carol"]) {
    assertEquals(await textsOf(await get("/api/messages", { by })), ["hello"]);
  }
});

Deno.test("GET /api/messages refuses a name that isn't the asker's", async () => {
  await using api = await withPrivate();
  const { get, store } = api;

  for (const by of [undefined, "carol", "stranger"]) {
    const response = await get("/api/messages?as=alice", { by });
    assertEquals(await outcomeOf(response), [403, "not_your_name"]);
  }
  assertEquals(store.lastSeq, 3);
});

Deno.test("GET /api/messages takes `as` in whatever spelling counts as the same", async () => {
  await using api = await withNine();
  const { get } = api;

  const response = await get("/api/messages?as=ALICE&limit=1", { by: "alice" });

  assertEquals(await textsOf(response), ["9"]);
});

Deno.test("GET /api/conversations lists one's own, newest first, with what is unread", async () => {
  await using api = await withPrivate();
  const { get, say, join, store, alice, bob, id } = api;
  const erin = await join("erin");
  await say(erin, "hi alice", alice);
  await say(erin, "still there?", alice);
  await say(bob, "hello");
  await store.markRead(alice.account, id, 2);

  const [status, body] = await outcomeOf(await get("/api/conversations", { by: "alice" }));

  assertEquals(status, 200);
  const { conversations, ...rest } = body as { conversations: Record<string, unknown>[] };
  assertEquals(rest, { hasOlder: false, lobby: { read: 0, unread: 1 }, epoch: "e_1" });
  assertEquals(conversations.map(({ peer, read, unread }) => ({ peer, read, unread })), [
    { peer: erin, read: 0, unread: 2 },
    { peer: bob, read: 2, unread: 0 },
  ]);
  assertEquals(conversations[1], {
    id,
    peer: { username: "bob", account: bob.account },
    newest: {
      type: "message",
      seq: 2,
      at: 1763800000000,
      from: "bob",
      account: bob.account,
      to: "alice",
      conversation: id,
      message: "what?",
    },
    read: 2,
    unread: 0,
  });
});

// 42,000 conversations made one answer of 13 MB.
Deno.test("GET /api/conversations answers a page, and the next before its last", async () => {
  await using api = await createTestApi();
  const alice = await api.join("alice");
  const others = [];
  for (let count = 0; count < 60; count++) others.push(await api.join(`user${count}`));
  for (const other of others) await api.say(other, "x".repeat(3_000), alice);
  const page = async (query: string) =>
    await (await api.get(`/api/conversations${query}`, { by: "alice" })).json();

  const first = await page("?limit=10");
  const peers = [];
  let [before, hasOlder] = [first.conversations.at(-1).newest.seq, true];
  while (hasOlder) {
    const next = await page(`?limit=50&before=${before}`);
    peers.push(...next.conversations.map((entry: Entry) => entry.peer.username));
    before = next.conversations.at(-1).newest.seq;
    hasOlder = next.hasOlder;
  }

  assertEquals(first.conversations.length, 10);
  assertEquals([...first.conversations.map((entry: Entry) => entry.peer.username), ...peers], [
    ...others.map(({ username }) => username).reverse(),
  ]);
});

interface Entry {
  readonly peer: { readonly username: string };
}

Deno.test("GET /api/conversations needs an account, and with several names says which", async () => {
  await using api = await withPrivate();
  const { get, join } = api;
  await join("alice2", "alice");

  const nobody = await get("/api/conversations");
  assertEquals(nobody.headers.get("www-authenticate"), "Bearer");
  assertEquals(await outcomeOf(nobody), [401, "account_required"]);
  const unknown = await get("/api/conversations", { by: "stranger" });
  assertEquals(await outcomeOf(unknown), [401, "account_required"]);
  const several = await get("/api/conversations", { by: "alice" });
  assertEquals(await outcomeOf(several), [401, "account_required"]);
  const one = await get("/api/conversations?as=alice", { by: "alice" });
  assertEquals((await one.json()).conversations.length, 1);
  const other = await get("/api/conversations?as=alice2", { by: "alice" });
  assertEquals((await other.json()).conversations, []);
  const others = await get("/api/conversations?as=bob", { by: "alice" });
  assertEquals(await outcomeOf(others), [403, "not_your_name"]);
});

Deno.test("GET /api/conversations/:id/messages gives a conversation to both its people", async () => {
  await using api = await withPrivate();
  const { get, id } = api;

  for (const by of ["alice", "bob"]) {
    const response = await get(`/api/conversations/${id}/messages`, { by });
    assertEquals(await textsOf(response), ["psst", "what?"]);
  }
  const page = await get(`/api/conversations/${id}/messages?before=1`, { by: "alice" });
  assertEquals(await outcomeOf(page), [200, {
    messages: [],
    hasOlder: false,
    hasNewer: true,
    epoch: "e_1",
  }]);
});

Deno.test("GET /api/conversations/:id/messages is to others as if there were none", async () => {
  await using api = await withPrivate();
  const { get, id } = api;
  const queries = ["", "?before=3", "?after=0", "?around=1", "?around=2&limit=200"];

  for (const query of queries) {
    const refused = await get(`/api/conversations/${id}/messages${query}`, { by: "carol" });
    const none = await get(`/api/conversations/a_8.a_9/messages${query}`, { by: "carol" });

    assertEquals(refused.status, 404);
    assertEquals(await refused.text(), await none.text());
  }
  const guest = await get(`/api/conversations/${id}/messages`);
  assertEquals(await outcomeOf(guest), [401, "account_required"]);
  const asAlice = await get(`/api/conversations/${id}/messages?as=alice`, { by: "carol" });
  assertEquals(await outcomeOf(asAlice), [403, "not_your_name"]);
});

for (const id of ["lobby", "a_1", "%00", "%25", "a_1.a_2.a_3"]) {
  Deno.test(`GET /api/conversations/${id}/messages finds nothing`, async () => {
    await using api = await withPrivate();
    const { get } = api;

    const response = await get(`/api/conversations/${id}/messages`, { by: "alice" });

    assertEquals(response.status, 404);
    await response.body?.cancel();
  });
}

Deno.test("GET /api/conversations/:id/messages tells its author, and nobody else, what waits", async () => {
  await using api = await withPrivate();
  const { get, store, alice, bob } = api;
  const to = { kind: "private", username: "bob", nameKey: usernameKey("bob") } as const;
  const event = {
    kind: "message",
    to,
    author: alice.account,
    from: "alice",
    text: "later",
  } as const;
  await store.append([event]);
  const id = [alice.account, bob.account].sort().join(".");

  const newestOf = async (by: string) => {
    const { messages } = await (await get(`/api/conversations/${id}/messages?limit=1`, { by }))
      .json();
    return messages[0].waiting;
  };

  assertEquals([await newestOf("alice"), await newestOf("bob")], [true, undefined]);
});

Deno.test("GET /api/messages is limited by session and by address, and says when to come back", async () => {
  await using api = await withNine();
  const { get, clock } = api;
  const askTimes = async (times: number, by: (number: number) => string) => {
    const statuses: number[] = [];
    for (let number = 0; number < times; number++) {
      const response = await get("/api/messages?limit=1", { by: by(number) });
      await response.body?.cancel();
      statuses.push(response.status);
    }
    return statuses.filter((status) => status === 429).length;
  };

  assertEquals(await askTimes(61, () => "alice"), 1);
  assertEquals(await askTimes(61, () => "bob"), 1);
  const refused = await get("/api/messages", { by: "alice" });
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "1"]);
  await refused.body?.cancel();
  assert(await askTimes(300, (number) => `browser${number}`) > 100);
  clock.advance(60_000);
  assertEquals(await askTimes(1, () => "alice"), 0);
});

Deno.test("GET /api/messages is not limited where --rate is 0", async () => {
  await using api = await createTestApi({ args: ["--rate", "0"] });
  const { get } = api;

  for (let number = 0; number < 100; number++) {
    const response = await get("/api/messages");
    assertEquals(response.status, 200);
    await response.body?.cancel();
  }
});

Deno.test("GET /api/messages answers 503 while the log can't be read", async () => {
  const broken = { read: () => Promise.reject(new StoreUnavailableError("disk full at /secret")) };
  await using api = await createTestApi({ broken });
  const { get } = api;

  const response = await get("/api/messages");

  assertEquals(response.headers.get("retry-after"), "5");
  assertEquals(await outcomeOf(response), [503, "unavailable"]);
});

for (const path of ["/api/messages", "/api/conversations", "/api/search", "/api/session"]) {
  Deno.test(`POST ${path} is refused: it is for reading`, async () => {
    await using api = await createTestApi();
    const { post } = api;

    const response = await post(path, {});

    assertEquals(response.headers.get("allow"), "GET, HEAD");
    assertEquals(await outcomeOf(response), [405, "method_not_allowed"]);
  });
}

Deno.test("GET /api/… is refused to pages of other sites, and allowed to a typed address", async () => {
  await using api = await createTestApi();
  const { get } = api;
  const siteOf = async (site: string) => {
    const response = await get("/api/messages", { headers: { "sec-fetch-site": site } });
    return (await outcomeOf(response))[0];
  };

  assertEquals(await siteOf("same-origin"), 200);
  assertEquals(await siteOf("none"), 200);
  assertEquals(await siteOf("same-site"), 403);
  assertEquals(await siteOf("cross-site"), 403);
});

Deno.test("GET /api/messages is compressed when it is long and the client accepts that", async () => {
  await using api = await createTestApi();
  const alice = await api.join("alice");
  for (let i = 0; i < 20; i++) await api.say(alice, "the same words once more ".repeat(10));
  const ask = (query: string, headers: Record<string, string>) =>
    api.get(`/api/messages${query}`, { headers });

  const plain = await ask("", {});
  const coded = await ask("", { "accept-encoding": "gzip" });
  const short = await ask("?limit=1", { "accept-encoding": "gzip" });
  const bytes = new Uint8Array(await coded.arrayBuffer());
  const text = await plain.text();

  const codings = [plain, coded, short].map(({ headers }) => headers.get("content-encoding"));
  assertEquals(codings, [null, "gzip", null]);
  assertEquals(gunzipSync(bytes).toString(), text);
  assert(bytes.length < text.length / 5);
  assertMatch(coded.headers.get("vary")!, /accept-encoding/i);
  await short.body?.cancel();
});

// Compressing what a flood of refused requests was answered took twice the time of refusing them.
Deno.test("a refusal by the API is too short to be compressed, and says how long it is", async () => {
  await using api = await createTestApi();

  for (const path of ["/api/messages?limit=x", "/api/search?q=", "/api/nothing"]) {
    const response = await api.get(path, { headers: { "accept-encoding": "gzip, br" } });
    const { byteLength } = await response.arrayBuffer();

    assert(response.status >= 400);
    assertEquals(response.headers.get("content-encoding"), null);
    assertEquals(response.headers.get("content-length"), String(byteLength));
  }
});

for (
  const path of ["/api/conversations", "/api/conversations/ID/messages", "/api/search?q=words"]
) {
  Deno.test(`GET ${path} is not compressed for somebody who has private messages`, async () => {
    await using api = await createTestApi();
    const [alice, bob] = [await api.join("alice"), await api.join("bob")];
    for (let i = 0; i < 20; i++) await api.say(alice, "the same words once more ".repeat(20), bob);
    const id = [alice.account, bob.account].sort().join(".");

    const response = await api.get(path.replace("ID", id), {
      by: "bob",
      headers: { "accept-encoding": "gzip, br" },
    });
    const text = await response.text();

    assert(text.length > 1024 || path === "/api/conversations", String(text.length));
    assertEquals(response.headers.get("content-encoding"), null);
    assertMatch(response.headers.get("cache-control")!, /\bno-transform\b/);
  });
}

Deno.test("GET /api/search is compressed for somebody who can find only what was said to all", async () => {
  await using api = await createTestApi();
  const alice = await api.join("alice");
  for (let i = 0; i < 20; i++) await api.say(alice, "the same words once more ".repeat(10));

  const headers = { "accept-encoding": "gzip" };
  const response = await api.get("/api/search?q=words", { headers });

  assertEquals(response.headers.get("content-encoding"), "gzip");
  await response.body?.cancel();
});
