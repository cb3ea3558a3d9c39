import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { StoreUnavailableError } from "../../core/store.ts";
import { usernameKey } from "../../core/usernames.ts";
import { sessionIdOf } from "../../routes/credentials.ts";
import { createTestApi, credentialOf, outcomeOf, textsOf } from "../support/test_api.ts";

const PASSPHRASE = "correct horse battery";

type Api = Awaited<ReturnType<typeof createTestApi>>;

/** Names of the accounts that a browser may act for. */
async function namesOf(api: Api, by: string): Promise<string[]> {
  const { accounts } = await (await api.get("/api/session", { by })).json();
  return accounts.map(({ username }: { username: string }) => username);
}

/** Status and code, or body, of what came of a POST. */
async function postBy(api: Api, by: string | undefined, path: string, body: unknown) {
  return await outcomeOf(await api.post(path, body, { by }));
}

/** Alice has a passphrase, and talks privately with bob. */
async function withAlice(args: readonly string[] = []) {
  const api = await createTestApi({ args });
  const [alice, bob] = [await api.join("alice"), await api.join("bob")];
  await api.say(alice, "psst", bob);
  await postBy(api, "alice", "/api/passphrase", { passphrase: PASSPHRASE });
  return { ...api, alice, bob, id: [alice.account, bob.account].sort().join(".") };
}

function signIn(api: Api, by: string | undefined, username: string, passphrase: string) {
  return postBy(api, by, "/api/sign-in", { username, passphrase });
}

Deno.test("GET /api/session lists the session's names, and whether each has a passphrase", async () => {
  await using api = await createTestApi();
  const [alice, ally] = [await api.join("alice"), await api.join("ally", "alice")];
  await postBy(api, "alice", "/api/passphrase", { as: "ally", passphrase: PASSPHRASE });

  const response = await api.get("/api/session", { by: "alice" });

  assertEquals(await outcomeOf(response), [200, {
    accounts: [{ ...alice, hasPassphrase: false }, { ...ally, hasPassphrase: true }],
  }]);
});

Deno.test("GET /api/session lists nothing to a guest, nor to a credential nobody knows", async () => {
  await using api = await createTestApi();
  await api.join("alice");

  for (const by of [undefined, "stranger"]) {
    assertEquals(await outcomeOf(await api.get("/api/session", { by })), [200, { accounts: [] }]);
  }
});

Deno.test("POST /api/sign-in lets the owner in from another browser, private history included", async () => {
  await using api = await withAlice();

  const [status, body] = await signIn(api, "phone", "Alice", PASSPHRASE);

  assertEquals([status, body], [200, { account: api.alice.account, username: "alice" }]);
  assertEquals(await namesOf(api, "phone"), ["alice"]);
  assertEquals(await namesOf(api, "alice"), ["alice"]);
  const history = await api.get(`/api/conversations/${api.id}/messages`, { by: "phone" });
  assertEquals(await textsOf(history), ["psst"]);
});

Deno.test("POST /api/sign-in hands a browser without a credential its own by cookie", async () => {
  await using api = await withAlice();

  const response = await api.post("/api/sign-in", { username: "alice", passphrase: PASSPHRASE });

  const cookie = response.headers.get("set-cookie")!;
  assertMatch(cookie, /^parley-8000=[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/);
  assertEquals(response.headers.get("cache-control"), "no-store");
  await response.body?.cancel();
  const session = await api.get("/api/session", { headers: { cookie: cookie.split(";")[0]! } });
  assertEquals((await session.json()).accounts.length, 1);
});

Deno.test("POST /api/sign-in gives a browser a new credential, which somebody else can't have planted", async () => {
  await using api = await withAlice();
  const planted = { cookie: `parley-8000=${"P".repeat(43)}` };
  const body = { username: "alice", passphrase: PASSPHRASE };

  const response = await api.post("/api/sign-in", body, { headers: planted });
  await response.body?.cancel();

  const cookie = response.headers.get("set-cookie")!.split(";")[0]!;
  const accountsBy = async (headers: Record<string, string>) =>
    (await (await api.get("/api/session", { headers })).json()).accounts.length;
  assertEquals([await accountsBy(planted), await accountsBy({ cookie })], [0, 1]);
});

Deno.test("POST /api/sign-in gives no new credential to who has one, nor after a failure", async () => {
  await using api = await withAlice();
  const body = { username: "alice", passphrase: PASSPHRASE };

  const known = await api.post("/api/sign-in", body, { by: "phone" });
  const failed = await api.post("/api/sign-in", { ...body, passphrase: "wrong wrong" });

  assertEquals([known.headers.get("set-cookie"), failed.headers.get("set-cookie")], [null, null]);
  await known.body?.cancel();
  await failed.body?.cancel();
});

Deno.test("POST /api/sign-in answers the same to a wrong passphrase, a name without, and no name", async () => {
  await using api = await withAlice();
  const answers: string[] = [];

  for (const username of ["alice", "bob", "nobody", "admin", "not a name!"]) {
    const body = { username, passphrase: "wrong wrong" };
    const response = await api.post("/api/sign-in", body, { by: "mallory" });
    answers.push(`${response.status} ${await response.text()}`);
  }

  assertEquals(new Set(answers).size, 1);
  assertMatch(answers[0]!, /^403 .*"code":"sign_in_failed"/);
  assertEquals(await namesOf(api, "mallory"), []);
});

/** Tries a passphrase from an address that a trusted proxy names. */
function tryFrom(api: Api, address: string, username: string, passphrase: string) {
  const headers = { "x-forwarded-for": address };
  return api.post("/api/sign-in", { username, passphrase }, { by: address, headers });
}

const BEHIND_PROXY = ["--trusted-proxies", "127.0.0.1"];

Deno.test("POST /api/sign-in is slowed down by name and address, whether the name exists or not", async () => {
  for (const username of ["alice", "nobody"]) {
    await using api = await withAlice(BEHIND_PROXY);
    for (let number = 0; number < 5; number++) {
      const attempt = await tryFrom(api, "10.0.0.1", username, "wrong wrong");
      assertEquals((await outcomeOf(attempt))[1], "sign_in_failed");
    }

    const refused = await tryFrom(api, "10.0.0.1", username, PASSPHRASE);

    assertEquals(refused.headers.get("retry-after"), "60");
    assertEquals(await outcomeOf(refused), [429, "too_many_attempts"]);
    api.clock.advance(60_000);
    const later = await outcomeOf(await tryFrom(api, "10.0.0.1", username, PASSPHRASE));
    assertEquals(later[0], username === "alice" ? 200 : 403);
  }
});

// Five wrong ones by anybody locked the owner out of the name, wherever she was, signed in or not.
Deno.test("POST /api/sign-in and /api/passphrase are open to the owner while a stranger guesses", async () => {
  await using api = await withAlice(BEHIND_PROXY);
  for (let day = 0; day < 5; day++) {
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      const guess = await outcomeOf(await tryFrom(api, "10.0.0.1", "alice", "wrong wrong"));
      assert(["sign_in_failed", "too_many_attempts"].includes(String(guess[1])));
      api.clock.advance(10 * 60_000);
    }

    const signedIn = await outcomeOf(await tryFrom(api, "10.0.0.2", "alice", PASSPHRASE));

    assertEquals(signedIn[0], 200, `day ${day}`);
  }
  const change = { passphrase: "battery staple", current: PASSPHRASE };
  assertEquals(await postBy(api, "alice", "/api/passphrase", change), [204, undefined]);
});

Deno.test("POST /api/sign-in is slowed down by name when very many addresses guess", async () => {
  await using api = await withAlice(BEHIND_PROXY);
  for (let number = 1; number <= 100; number++) {
    const attempt = await tryFrom(api, `10.0.0.${number}`, "alice", "wrong wrong");
    assertEquals((await outcomeOf(attempt))[1], "sign_in_failed");
  }

  const next = await outcomeOf(await tryFrom(api, "10.0.1.1", "alice", "wrong wrong"));

  assertEquals(next[1], "too_many_attempts");
  const change = { passphrase: "battery staple", current: PASSPHRASE };
  assertEquals(await postBy(api, "alice", "/api/passphrase", change), [204, undefined]);
});

Deno.test("POST /api/sign-in is slowed down by address, over all names and browsers", async () => {
  await using api = await withAlice();
  for (let number = 0; number < 30; number++) {
    await signIn(api, `browser${number}`, `name${number}`, "wrong wrong");
  }

  assertEquals((await signIn(api, "phone", "alice", PASSPHRASE))[1], "too_many_attempts");
});

Deno.test("POST /api/sign-in counts no attempt that succeeds, or that the log could not answer", async () => {
  let isBroken = true;
  await using api = await withAlice();
  for (let number = 0; number < 10; number++) {
    assertEquals((await signIn(api, "phone", "alice", PASSPHRASE))[0], 200);
  }
  await using broken = await createTestApi({
    broken: {
      ownerOf: () => {
        if (isBroken) return Promise.reject(new StoreUnavailableError("read-only"));
        return Promise.resolve(undefined);
      },
    },
  });

  for (let number = 0; number < 6; number++) {
    assertEquals((await signIn(broken, "phone", "alice", PASSPHRASE))[0], 503);
  }
  isBroken = false;
  assertEquals((await signIn(broken, "phone", "alice", PASSPHRASE))[1], "sign_in_failed");
});

Deno.test("POST /api/sign-in limits how often one who has it right makes the server hash", async () => {
  await using api = await withAlice();
  for (let number = 0; number < 10; number++) await signIn(api, "phone", "alice", PASSPHRASE);

  assertEquals(await signIn(api, "phone", "alice", PASSPHRASE), [429, "rate_limited"]);
  api.clock.advance(5_000);
  assertEquals((await signIn(api, "phone", "alice", PASSPHRASE))[0], 200);
});

Deno.test("a name without a passphrase can't be taken by another browser", async () => {
  await using api = await createTestApi();
  await api.join("alice");

  assertEquals(await api.claim("alice", "mallory"), "taken");
  assertEquals((await signIn(api, "mallory", "alice", PASSPHRASE))[1], "sign_in_failed");
  assertEquals((await signIn(api, "mallory", "alice", ""))[1], "sign_in_failed");
  const set = { as: "alice", passphrase: PASSPHRASE };
  assertEquals(await postBy(api, "mallory", "/api/passphrase", set), [403, "not_your_name"]);
  assertEquals(await postBy(api, undefined, "/api/passphrase", set), [403, "not_your_name"]);
  assertEquals(await namesOf(api, "mallory"), []);
});

Deno.test("POST /api/passphrase sets the first one without another, and then asks for it", async () => {
  await using api = await withAlice();
  const change = (body: unknown) => postBy(api, "alice", "/api/passphrase", body);
  const passphrase = "battery staple";

  assertEquals(await change({ passphrase }), [403, "wrong_passphrase"]);
  assertEquals(await change({ passphrase, current: "wrong wrong" }), [403, "wrong_passphrase"]);
  assertEquals(await change({ passphrase: null }), [403, "wrong_passphrase"]);
  assertEquals((await signIn(api, "phone", "alice", passphrase))[1], "sign_in_failed");
  assertEquals(await change({ passphrase, current: PASSPHRASE }), [204, undefined]);
  assertEquals((await signIn(api, "phone", "alice", PASSPHRASE))[1], "sign_in_failed");
  assertEquals((await signIn(api, "phone", "alice", passphrase))[0], 200);
});

Deno.test("POST /api/passphrase with null removes it: nobody gets in by it any more", async () => {
  await using api = await withAlice();

  const removal = { passphrase: null, current: PASSPHRASE };

  assertEquals(await postBy(api, "alice", "/api/passphrase", removal), [204, undefined]);
  assertEquals((await signIn(api, "phone", "alice", PASSPHRASE))[1], "sign_in_failed");
});

Deno.test("POST /api/passphrase slows down guessing the current one", async () => {
  await using api = await withAlice();
  const guess = { passphrase: "battery staple", current: "wrong wrong" };
  for (let number = 0; number < 5; number++) await postBy(api, "alice", "/api/passphrase", guess);

  const right = { ...guess, current: PASSPHRASE };

  assertEquals(await postBy(api, "alice", "/api/passphrase", right), [429, "too_many_attempts"]);
});

Deno.test("POST /api/passphrase refuses a short one, and repeats it nowhere", async () => {
  await using api = await createTestApi();
  await api.join("alice");

  const response = await api.post("/api/passphrase", { passphrase: "hunter2" }, { by: "alice" });

  const text = await response.text();
  assertEquals([response.status, JSON.parse(text).code], [400, "invalid_passphrase"]);
  assert(!text.includes("hunter2"));
});

Deno.test("POST /api/passphrase keeps a hash, never the passphrase", async () => {
  await using api = await withAlice();
  const { store } = api;

  const owner = await store.ownerOf(usernameKey("alice"));

  assertMatch(owner!.passphrase!, /^\$scrypt\$/);
  assert(!owner!.passphrase!.includes(PASSPHRASE));
});

Deno.test("POST /api/sign-out ends this session alone, closes its sockets and gives a new cookie", async () => {
  await using api = await withAlice();
  await api.join("ally", "alice");
  await signIn(api, "phone", "alice", PASSPHRASE);

  const response = await api.post("/api/sign-out", {}, { by: "alice" });

  assertEquals([response.status, await response.text()], [204, ""]);
  const cookie = response.headers.get("set-cookie")!;
  assertMatch(cookie, /^parley-8000=[\w-]{43}; /);
  assertNotEquals(cookie.slice(12, 55), credentialOf("alice"));
  assertEquals(api.live.sessions, [await sessionIdOf(credentialOf("alice"))]);
  assertEquals(api.live.accounts, []);
  assertEquals([await namesOf(api, "alice"), await namesOf(api, "phone")], [[], ["alice"]]);
});

Deno.test("after POST /api/sign-out the old credential is a stranger's", async () => {
  await using api = await withAlice();
  await postBy(api, "alice", "/api/sign-out", {});

  const conversations = await api.get("/api/conversations", { by: "alice" });
  const named = await api.get("/api/conversations?as=alice", { by: "alice" });

  assertEquals(await outcomeOf(conversations), [401, "account_required"]);
  assertEquals(await outcomeOf(named), [403, "not_your_name"]);
  assertEquals(await api.claim("alice"), "taken");
  assertEquals((await signIn(api, "alice", "alice", PASSPHRASE))[0], 200);
});

Deno.test("POST /api/sign-out everywhere ends every session of the account, and its sockets", async () => {
  await using api = await withAlice();
  await signIn(api, "phone", "alice", PASSPHRASE);
  await signIn(api, "tablet", "alice", PASSPHRASE);

  const body = { everywhere: true };

  assertEquals(await postBy(api, "phone", "/api/sign-out", body), [204, undefined]);
  for (const by of ["alice", "phone", "tablet"]) assertEquals(await namesOf(api, by), []);
  assertEquals(api.live.accounts, [api.alice.account]);
  assertEquals(await namesOf(api, "bob"), ["bob"]);
});

Deno.test("POST /api/sign-out everywhere as one name leaves other names signed in elsewhere", async () => {
  await using api = await createTestApi();
  const alice = await api.join("alice");
  await api.join("ally", "alice");
  for (const as of ["alice", "ally"]) {
    await postBy(api, "alice", "/api/passphrase", { as, passphrase: PASSPHRASE });
    await signIn(api, "phone", as, PASSPHRASE);
  }

  await postBy(api, "alice", "/api/sign-out", { everywhere: true, as: "alice" });

  assertEquals([await namesOf(api, "alice"), await namesOf(api, "phone")], [[], ["ally"]]);
  assertEquals(api.live.accounts, [alice.account]);
});

Deno.test("POST /api/sign-out as somebody else ends nothing", async () => {
  await using api = await withAlice();

  const body = { everywhere: true, as: "alice" };

  assertEquals(await postBy(api, "bob", "/api/sign-out", body), [403, "not_your_name"]);
  assertEquals([await namesOf(api, "alice"), await namesOf(api, "bob")], [["alice"], ["bob"]]);
  assertEquals([api.live.sessions, api.live.accounts], [[], []]);
});

Deno.test("POST /api/sign-out without a credential ends nothing and gives one", async () => {
  await using api = await withAlice();

  const response = await api.post("/api/sign-out", { everywhere: true });

  assertEquals(response.status, 204);
  assert(response.headers.has("set-cookie"));
  assertEquals([api.live.sessions, api.live.accounts], [[], []]);
});

Deno.test("POST /api/account/delete frees the name, and its next owner sees nothing of it", async () => {
  await using api = await withAlice();
  await api.say(api.bob, "what?", api.alice);
  await signIn(api, "phone", "alice", PASSPHRASE);

  const confirm = "Alice";
  const wrong = { confirm, current: "not the passphrase" };
  for (const body of [{ confirm }, wrong]) {
    assertEquals(await postBy(api, "alice", "/api/account/delete", body), [
      403,
      "wrong_passphrase",
    ]);
  }
  const body = { confirm, current: PASSPHRASE };
  assertEquals(await postBy(api, "alice", "/api/account/delete", body), [204, undefined]);
  assertEquals(api.live.accounts, [api.alice.account]);
  assertEquals([await namesOf(api, "alice"), await namesOf(api, "phone")], [[], []]);
  assertEquals((await signIn(api, "phone", "alice", PASSPHRASE))[1], "sign_in_failed");
  const next = await api.join("alice", "mallory");
  assertNotEquals(next.account, api.alice.account);
  const conversations = await api.get("/api/conversations", { by: "mallory" });
  assertEquals((await conversations.json()).conversations, []);
  const history = await api.get(`/api/conversations/${api.id}/messages`, { by: "mallory" });
  assertEquals(await outcomeOf(history), [404, "unknown_conversation"]);
});

Deno.test("POST /api/account/delete does nothing unless its own name confirms it", async () => {
  await using api = await withAlice();
  const remove = (by: string | undefined, body: unknown) =>
    postBy(api, by, "/api/account/delete", body);

  assertEquals(await remove("alice", { confirm: "bob" }), [400, "invalid_body"]);
  assertEquals(await remove("alice", {}), [400, "invalid_body"]);
  assertEquals(await remove("bob", { as: "alice", confirm: "alice" }), [403, "not_your_name"]);
  assertEquals(await remove("stranger", { confirm: "alice" }), [401, "account_required"]);
  assertEquals(await remove(undefined, { confirm: "alice" }), [401, "account_required"]);
  assertEquals(await namesOf(api, "alice"), ["alice"]);
  assertEquals(api.live.accounts, []);
});

Deno.test("a lapsed name is a new account to its next owner: nothing private, no passphrase", async () => {
  await using api = await withAlice();
  await api.lapse(api.alice);

  const next = await api.join("alice", "mallory");

  assertNotEquals(next.account, api.alice.account);
  assertEquals((await signIn(api, "phone", "alice", PASSPHRASE))[1], "sign_in_failed");
  const conversations = await api.get("/api/conversations?as=alice", { by: "mallory" });
  assertEquals((await conversations.json()).conversations, []);
  const search = await api.get("/api/search?q=psst&as=alice", { by: "mallory" });
  assertEquals((await search.json()).results, []);
  for (const query of ["", "?around=1", "?before=9", "?after=0"]) {
    const path = `/api/conversations/${api.id}/messages${query}`;
    const history = await api.get(path, { by: "mallory" });
    assertEquals(await outcomeOf(history), [404, "unknown_conversation"]);
  }
});

Deno.test("the former owner of a lapsed name can do nothing to its next owner", async () => {
  await using api = await withAlice();
  await api.lapse(api.alice);
  await api.join("alice", "mallory");
  await api.post("/api/passphrase", { passphrase: "mallory’s own" }, { by: "mallory" });

  for (const body of [{ as: "alice", confirm: "alice" }, { confirm: "alice" }]) {
    const response = await api.post("/api/account/delete", body, { by: "alice" });
    await response.body?.cancel();
  }
  await postBy(api, "alice", "/api/sign-out", { everywhere: true });

  assertEquals(await namesOf(api, "mallory"), ["alice"]);
  assertEquals(await api.claim("alice", "alice"), "taken");
  assertEquals((await signIn(api, "phone", "alice", "mallory’s own"))[0], 200);
});

const BAD_BODIES: [name: string, body: string, contentType: string, code: string][] = [
  ["text", "{}", "text/plain", "json_required"],
  ["a form", "confirm=alice", "application/x-www-form-urlencoded", "json_required"],
  ["no type", "{}", "", "json_required"],
  ["no JSON", "{", "application/json", "invalid_json"],
  ["nothing", "", "application/json", "invalid_json"],
  ["a list", "[]", "application/json", "invalid_body"],
  ["null", "null", "application/json", "invalid_body"],
  ["an unknown key", `{"confirm":"alice","force":true}`, "application/json", "invalid_body"],
  ["__proto__", `{"confirm":"alice","__proto__":{}}`, "application/json", "invalid_body"],
  ["a number", `{"confirm":42}`, "application/json", "invalid_body"],
  [
    "too much",
    JSON.stringify({ confirm: "a".repeat(5000) }),
    "application/json",
    "body_too_large",
  ],
];

for (const [name, body, contentType, code] of BAD_BODIES) {
  Deno.test(`POST /api/account/delete with ${name} is refused with ${code}`, async () => {
    await using api = await withAlice();
    const headers = { "content-type": contentType };

    const response = await api.post("/api/account/delete", body, { by: "alice", headers });

    assertEquals((await outcomeOf(response))[1], code);
    assertEquals(await namesOf(api, "alice"), ["alice"]);
  });
}

Deno.test("POST /api/passphrase says which key is wrong, not what it held", async () => {
  await using api = await withAlice();

  const response = await api.post("/api/passphrase", { passphrase: 12345678 }, { by: "alice" });

  assertEquals(
    (await response.json()).title,
    "Invalid request body: “passphrase” must be a string.",
  );
});

for (const path of ["passphrase", "sign-in", "sign-out", "account/delete"]) {
  Deno.test(`POST /api/${path} is refused to pages of other sites`, async () => {
    await using api = await withAlice();
    const from = async (headers: Record<string, string>) =>
      (await outcomeOf(await api.post(`/api/${path}`, "not even JSON", { by: "alice", headers })))[
        1
      ];

    assertEquals(await from({ origin: "https://evil.example" }), "forbidden_origin");
    assertEquals(await from({ origin: "null" }), "forbidden_origin");
    assertEquals(await from({ "sec-fetch-site": "cross-site" }), "forbidden_origin");
    assertEquals(await from({ "sec-fetch-site": "same-site" }), "forbidden_origin");
    assertEquals(await from({ "sec-fetch-site": "none" }), "forbidden_origin");
    assertEquals(await from({ host: "evil.example" }), "forbidden_host");
    const own = { origin: "http://localhost:8000", "sec-fetch-site": "same-origin" };
    assertEquals(await from(own), "invalid_json");
  });

  Deno.test(`GET /api/${path} is refused: links do nothing`, async () => {
    await using api = await createTestApi();
    const { get } = api;

    const response = await get(`/api/${path}`);

    assertEquals(response.headers.get("allow"), "POST");
    assertEquals(await outcomeOf(response), [405, "method_not_allowed"]);
  });
}
