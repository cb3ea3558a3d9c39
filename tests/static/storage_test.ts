import { assert, assertEquals } from "@std/assert";
import { JsonStorage } from "../../static/net/storage.ts";
import { Drafts } from "../../static/drafts.js";
import { JsonOutboxStore } from "../../static/net/json_outbox_store.ts";
import { MapStorage } from "./fakes.ts";

const BOB = { username: "bob", account: "a_bob" };

Deno.test("JsonStorage gives back what it was given, under its own prefix", () => {
  const map = new MapStorage();
  const storage = new JsonStorage(map);

  storage.set("name", "alice");

  assertEquals([...map.keys()], ["parley.name"]);
  assertEquals(storage.get("name"), "alice");
  storage.set("name", undefined);
  assertEquals(map.size, 0);
});

Deno.test("JsonStorage works where nothing can be stored, or what is stored is damaged", () => {
  const full = new MapStorage([["parley.name", "{"]]);
  full.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };

  assertEquals(new JsonStorage(full).get("name"), undefined);
  assertEquals(new JsonStorage(full).set("name", "alice"), false);
  assertEquals(new JsonStorage(null).set("name", "alice"), false);
  assertEquals(new JsonStorage(null).get("name"), undefined);
});

Deno.test("Drafts keeps one text for each conversation, by account where it is known", () => {
  const drafts = new Drafts(new JsonStorage(new MapStorage()), "a_alice");

  drafts.set(null, "for all");
  drafts.set(BOB, "for bob");

  assertEquals(drafts.get(null), "for all");
  assertEquals(drafts.get({ username: "Bob", account: null }), "for bob");
  assertEquals(drafts.get({ username: "bob", account: "a_other" }), "");
  drafts.set(BOB, "");
  assertEquals(drafts.all(), [{ peer: null, text: "for all" }]);
});

Deno.test("Drafts writes no other text when one changes", () => {
  const map = new MapStorage();
  const drafts = new Drafts(new JsonStorage(map), "a_alice");
  const long = "x".repeat(4_000);
  drafts.set(null, long);
  drafts.set(BOB, "h");
  let written = 0;
  map.setItem = (key, value) => {
    written += value.length;
    map.set(key, value);
  };

  drafts.set(BOB, "hi");

  assert(written < 100, `${written} characters`);
  assertEquals(drafts.get(null), long);
  assertEquals(drafts.get(BOB), "hi");
});

Deno.test("Drafts of one account are not those of another, and go when it is wiped", () => {
  const map = new MapStorage();
  const storage = new JsonStorage(map);
  const drafts = new Drafts(storage, "a_alice");
  drafts.set(null, "mine");

  assertEquals(new Drafts(storage, "a_alice").get(null), "mine");
  assertEquals(new Drafts(storage, "a_eve").get(null), "");
  drafts.wipe();

  assertEquals(drafts.all(), []);
  assertEquals(map.size, 0);
});

Deno.test("JsonOutboxStore skips rows it can't read", async () => {
  const row = {
    id: "m1",
    to: { kind: "lobby" },
    text: "hi",
    at: 1,
    state: "pending",
    reason: "",
    writer: { username: "alice", account: "a_alice", epoch: "e_1" },
  };
  const map = new MapStorage([["parley.outbox", JSON.stringify([{ id: 1 }, row, null])]]);

  const rows = await new JsonOutboxStore(new JsonStorage(map)).all("a_alice");
  assertEquals(rows.map(({ id }) => id), ["m1"]);
});

// Earlier versions of the page stored whom a message is for as `peer`, null for everyone.
Deno.test("JsonOutboxStore reads rows that an earlier version of the page left", async () => {
  const writer = { username: "alice", account: "a_alice", epoch: "e_1" };
  const rest = { text: "hi", at: 1, state: "failed", reason: "Away.", writer };
  const damaged = { id: "m3", ...rest };
  const map = new MapStorage([[
    "parley.outbox",
    JSON.stringify([{ id: "m1", peer: null, ...rest }, { id: "m2", peer: BOB, ...rest }, damaged]),
  ]]);

  const rows = await new JsonOutboxStore(new JsonStorage(map)).all("a_alice");

  assertEquals<unknown>(rows, [
    { id: "m1", to: { kind: "lobby" }, ...rest },
    { id: "m2", to: { kind: "direct", ...BOB }, ...rest },
  ]);
});

Deno.test("Drafts of a tab are not lost to another tab that keeps or sends its own", () => {
  const storage = new JsonStorage(new MapStorage());
  const [one, two] = [new Drafts(storage, "a_alice"), new Drafts(storage, "a_alice")];
  two.set(null, "typed in two");
  one.set(null, "typed in one");
  one.set(null, "");
  assertEquals([one.get(null), two.get(null)], ["", "typed in two"]);

  two.keep();
  assertEquals(new Drafts(storage, "a_alice").get(null), "typed in two");
  one.set(null, "");
  assertEquals(new Drafts(storage, "a_alice").get(null), "typed in two");
  two.set(null, "");
  assertEquals(new Drafts(storage, "a_alice").get(null), "");
});

Deno.test("Drafts last as long as the page where the browser keeps nothing", () => {
  const drafts = new Drafts(new JsonStorage(null), "a_alice");
  drafts.set(null, "half a thought");

  drafts.moveTo("a_alice2");

  assertEquals(drafts.get(null), "half a thought");
  assertEquals(drafts.all(), [{ peer: null, text: "half a thought" }]);
});
