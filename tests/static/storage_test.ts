import { assertEquals } from "@std/assert";
import { JsonStorage } from "../../static/lib/storage.js";
import { Drafts } from "../../static/model/drafts.js";
import { SessionOutboxStore } from "../../static/net/outbox_store.js";
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
  const drafts = new Drafts(new JsonStorage(new MapStorage()), "alice");

  drafts.set(null, "for all");
  drafts.set(BOB, "for bob");

  assertEquals(drafts.get(null), "for all");
  assertEquals(drafts.get({ username: "Bob", account: null }), "for bob");
  assertEquals(drafts.get({ username: "bob", account: "a_other" }), "");
  drafts.set(BOB, "");
  assertEquals(drafts.all(), [{ peer: null, text: "for all" }]);
});

Deno.test("Drafts of one name are not those of another", () => {
  const storage = new JsonStorage(new MapStorage());

  new Drafts(storage, "alice").set(null, "mine");

  assertEquals(new Drafts(storage, "Alice").get(null), "mine");
  assertEquals(new Drafts(storage, "eve").get(null), "");
});

Deno.test("SessionOutboxStore skips rows it can't read", async () => {
  const row = {
    id: "m1",
    peer: null,
    text: "hi",
    at: 1,
    state: "pending",
    reason: "",
    writer: null,
  };
  const map = new MapStorage([["parley.outbox", JSON.stringify([{ id: 1 }, row, null])]]);

  assertEquals((await new SessionOutboxStore(new JsonStorage(map)).all()).map(({ id }) => id), [
    "m1",
  ]);
});
