import { assertEquals } from "@std/assert";
import { ChatError } from "../../core/errors.ts";
import type { SearchPage } from "../../core/store.ts";
import { createTestApi, outcomeOf } from "../support/test_api.ts";

type Api = Awaited<ReturnType<typeof createTestApi>>;

/** Alice writes to everybody and to bob; carol and dora have a secret. */
async function withWords() {
  const api = await createTestApi();
  const [alice, bob] = [await api.join("alice"), await api.join("bob")];
  const [carol, dora] = [await api.join("carol"), await api.join("dora")];
  await api.say(alice, "pancakes for everybody");
  await api.say(alice, "pancakes for bob", bob);
  await api.say(carol, "pancakes for dora", dora);
  await api.say(bob, "more pancakes");
  return api;
}

/** Texts found, newest first. */
async function find({ get }: Api, query: string, by?: string): Promise<string[]> {
  const response = await get(`/api/search?${query}`, { by });
  const { results } = await response.json();
  return results.map(({ message }: { message: { message: string } }) => message.message);
}

Deno.test("GET /api/search finds what the asker may see, newest first, and nothing else", async () => {
  await using api = await withWords();
  const [everybody, bobs] = ["pancakes for everybody", "pancakes for bob"];

  assertEquals(await find(api, "q=pancakes", "alice"), ["more pancakes", bobs, everybody]);
  assertEquals(await find(api, "q=pancakes", "bob"), ["more pancakes", bobs, everybody]);
  assertEquals(await find(api, "q=pancakes", "stranger"), ["more pancakes", everybody]);
  assertEquals(await find(api, "q=pancakes"), ["more pancakes", everybody]);
});

Deno.test("GET /api/search ends a page of long messages early, and goes on at next", async () => {
  await using api = await createTestApi();
  const alice = await api.join("alice");
  for (let i = 1; i <= 20; i++) await api.say(alice, `long ${"x".repeat(3_980)} ${i}`);

  const [, first] = await outcomeOf(await api.get("/api/search?q=long"));
  const page = first as { results: unknown[]; hasOlder: boolean; next: number };
  const [, second] = await outcomeOf(await api.get(`/api/search?q=long&before=${page.next}`));
  const rest = second as { results: unknown[]; hasOlder: boolean };

  assertEquals([page.results.length, page.hasOlder, page.next], [16, true, 5]);
  assertEquals([rest.results.length, rest.hasOlder], [4, false]);
});

Deno.test("GET /api/search gives the message, and a snippet with what matched", async () => {
  await using api = await withWords();
  const { get } = api;

  const [status, body] = await outcomeOf(await get("/api/search?q=everybody"));

  const { results, ...rest } = body as { results: Record<string, unknown>[] };
  assertEquals([status, rest], [200, { hasOlder: false, epoch: "e_1" }]);
  assertEquals(results[0]!.message, {
    type: "message",
    seq: 1,
    at: 1763800000000,
    from: "alice",
    account: "a_1",
    message: "pancakes for everybody",
  });
  const snippet = results[0]!.snippet as { text: string; match?: true }[];
  assertEquals(snippet.map(({ text }) => text).join(""), "pancakes for everybody");
  assertEquals(
    snippet.some(({ text, match }) => match === true && text.includes("everybody")),
    true,
  );
});

Deno.test("GET /api/search goes on before the last result", async () => {
  await using api = await withWords();

  const first = await (await api.get("/api/search?q=pancakes&limit=2", { by: "alice" })).json();

  assertEquals([first.results.length, first.hasOlder, first.next], [2, true, 2]);
  const query = `q=pancakes&before=${first.next}`;
  assertEquals(await find(api, query, "alice"), ["pancakes for everybody"]);
});

Deno.test("GET /api/search says where it stopped when its time was up", async () => {
  const broken = { search: () => Promise.resolve({ hits: [], stoppedAt: 7 }) };
  await using api = await createTestApi({ broken });

  const [status, body] = await outcomeOf(await api.get("/api/search?q=pancakes"));

  assertEquals([status, body], [200, { results: [], hasOlder: true, next: 7, epoch: "e_1" }]);
});

Deno.test("GET /api/search says when to come back while too many searches are under way", async () => {
  const refusal = new ChatError("search_busy", { retryAfterMs: 1000 });
  await using api = await createTestApi({ broken: { search: () => Promise.reject(refusal) } });

  const response = await api.get("/api/search?q=pancakes");

  assertEquals(await outcomeOf(response), [503, "search_busy"]);
  assertEquals(response.headers.get("retry-after"), "1");
});

// One address could have filled the whole queue, and everybody else would have been refused.
Deno.test("GET /api/search answers others while one address has its searches under way", async () => {
  const { promise, resolve } = Promise.withResolvers<SearchPage>();
  await using api = await createTestApi({
    args: ["--trusted-proxies", "127.0.0.1"],
    broken: { search: () => promise },
  });
  const search = (address: string) =>
    api.get("/api/search?q=pancakes", { headers: { "x-forwarded-for": address } });

  const started = Array.from({ length: 4 }, () => search("192.0.2.1"));
  const [status, code] = await outcomeOf(await search("192.0.2.1"));
  started.push(search("192.0.2.2"));
  resolve({ hits: [] });

  assertEquals([status, code], [429, "rate_limited"]);
  for (const response of started) assertEquals((await outcomeOf(await response))[0], 200);
});

Deno.test("GET /api/search never looks into others' conversations, whatever is asked", async () => {
  await using api = await withWords();

  for (
    const query of ["q=pancakes+in:dora", "q=pancakes+in:carol", "q=dora", "q=pancakes+from:carol"]
  ) {
    assertEquals(await find(api, query, "alice"), [], query);
    assertEquals(await find(api, query), [], query);
  }
  const asCarol = await api.get("/api/search?q=dora&as=carol", { by: "alice" });
  assertEquals(await outcomeOf(asCarol), [403, "not_your_name"]);
});

Deno.test("GET /api/search looks in the lobby alone for a session of several names that names none", async () => {
  await using api = await withWords();
  await api.join("ally", "alice");

  assertEquals(await find(api, "q=pancakes+for", "alice"), ["pancakes for everybody"]);
  assertEquals((await find(api, "q=pancakes+for&as=alice", "alice")).length, 2);
  assertEquals((await find(api, "q=pancakes+for&as=ally", "alice")).length, 1);
});

const HOSTILE = [
  '"',
  '""',
  "'",
  "*",
  "a*",
  "^a",
  "(",
  "a AND",
  "NOT",
  "a OR b",
  "NEAR(a b)",
  "-a",
  "a:b",
  "{a b}:c",
  "%",
  "_",
  "\\",
  ";--",
  "ß\u0000",
  "\ud800",
  "from:",
  "in:",
  "before:never",
];

for (const q of HOSTILE) {
  Deno.test(`GET /api/search answers ${JSON.stringify(q)} without a mistake`, async () => {
    await using api = await withWords();
    const { get } = api;

    const response = await get(`/api/search?q=${encodeURIComponent(q.toWellFormed())}`);

    const [status, body] = await outcomeOf(response);
    assertEquals(status === 200 || body === "invalid_query", true, `${status} ${body}`);
  });
}

const BAD_QUERIES: [query: string, title: string][] = [
  ["", "“q” is missing."],
  ["q=", "“q” must not be empty."],
  ["q=+", "“q” must not be empty."],
  [`q=${"x".repeat(257)}`, "“q” must be at most 256 characters long."],
  ["q=x&limit=51", "“limit” must be a whole number from 1 to 50."],
  ["q=x&before=x", "“before” must be a position in the log."],
  ["q=x&offsetMinutes=841", "“offsetMinutes” must be a whole number from -840 to 840."],
  ["q=x&sort=old", "“sort” is not a known parameter."],
];

for (const [query, reason] of BAD_QUERIES) {
  Deno.test(`GET /api/search?${query.slice(0, 20)} is refused: ${reason}`, async () => {
    await using api = await createTestApi();
    const { get } = api;

    const response = await get(`/api/search?${query}`);

    const { title, code } = await response.json();
    assertEquals([response.status, code], [400, "invalid_query"]);
    assertEquals(title, `Invalid query: ${reason}`);
  });
}

Deno.test("GET /api/search is limited to 20 at once and 2 a second", async () => {
  await using api = await withWords();
  const { get, clock } = api;
  const search = async () => {
    const response = await get("/api/search?q=pancakes", { by: "alice" });
    return (await outcomeOf(response))[0];
  };
  for (let number = 0; number < 20; number++) assertEquals(await search(), 200);

  assertEquals(await search(), 429);
  clock.advance(500);
  assertEquals([await search(), await search()], [200, 429]);
});

Deno.test("GET /api/search answers 304 to who has the results", async () => {
  await using api = await withWords();
  const { get } = api;
  const first = await get("/api/search?q=pancakes");
  await first.body?.cancel();

  const again = await get("/api/search?q=pancakes", {
    headers: { "if-none-match": first.headers.get("etag")! },
  });

  assertEquals([again.status, await again.text()], [304, ""]);
});
