import { assertEquals } from "@std/assert";
import { JsonStorage } from "../../static/net/storage.ts";
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

// The page could not be drawn any more, for ever.
Deno.test("JsonOutboxStore passes over rows that can't be shown or sent", async () => {
  const writer = { username: "alice", account: "a_alice", epoch: "e_1" };
  const row = { id: "m1", text: "hi", at: 1, state: "failed", reason: "Away.", writer, peer: null };
  const damaged = [
    { to: { kind: "direct" } },
    { to: { kind: "direct", username: 5, account: null } },
    { to: { kind: "direct", username: "bob" } },
    { to: { kind: "club" } },
    { peer: { username: "bob" } },
    { at: "now" },
    { reason: null },
    { writer: { account: "a_alice" } },
  ].map((part) => ({ ...row, ...part }));
  const map = new MapStorage([["parley.outbox", JSON.stringify([...damaged, row])]]);

  const rows = await new JsonOutboxStore(new JsonStorage(map)).all("a_alice");

  assertEquals(rows.map(({ to }) => to), [{ kind: "lobby" }]);
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
