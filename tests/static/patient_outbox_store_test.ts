import { assertEquals, assertRejects } from "@std/assert";
import { JsonStorage } from "../../static/net/storage.ts";
import { JsonOutboxStore } from "../../static/net/json_outbox_store.ts";
import type { OutboxRow, OutboxStore } from "../../static/net/outbox_store.ts";
import { PATIENCE_MS, PatientOutboxStore } from "../../static/net/patient_outbox_store.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { MapStorage, settle } from "./fakes.ts";

const NEVER = new Promise<never>(() => {});
const SILENT: OutboxStore = {
  all: () => NEVER,
  put: () => NEVER,
  remove: () => NEVER,
  wipe: () => NEVER,
  isEmpty: () => NEVER,
};

function row(id: string): OutboxRow {
  const writer = { username: "alice", account: "a_alice", epoch: "e_1" };
  return { id, to: { kind: "lobby" }, text: id, at: 1, state: "pending", reason: "", writer };
}

function memory(map = new MapStorage()): OutboxStore {
  return new JsonOutboxStore(new JsonStorage(map));
}

function setUp(database: Promise<OutboxStore>, near = memory()) {
  const clock = new ManualClock();
  let givenUp = 0;
  const onGivenUp = () => void givenUp++;
  const store = new PatientOutboxStore({ database, near, clock, onGivenUp });
  const ids = async () => (await store.all("a_alice")).map(({ id }) => id);
  return { store, clock, near, ids, givenUp: () => givenUp };
}

// The browser's console told of it as of a fault.
Deno.test("PatientOutboxStore takes a forbidden database as it is, before anybody asks it", async () => {
  const { store } = setUp(Promise.reject(new Error("Forbidden")));

  await new Promise((resolve) => setTimeout(resolve, 0));

  assertEquals([await store.all("a_alice"), store.hasGivenUp], [[], false]);
});

Deno.test("PatientOutboxStore.put() keeps a row at once, nearby until the database has it", async () => {
  const database = memory();
  const opening = Promise.withResolvers<OutboxStore>();
  const { store, near, clock } = setUp(opening.promise);

  const putting = store.put(row("m1"));
  assertEquals((await near.all("a_alice")).length, 1);
  opening.resolve(database);
  await putting;

  assertEquals((await near.all("a_alice")).length, 0);
  assertEquals((await database.all("a_alice")).length, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("PatientOutboxStore.all() takes rows from localStorage that a closed tab left there", async () => {
  const near = memory();
  await near.put(row("m2"));
  const database = memory();
  await database.put(row("m1"));

  const { ids } = setUp(Promise.resolve(database), near);

  assertEquals(await ids(), ["m1", "m2"]);
  assertEquals(await near.all("a_alice"), []);
});

for (const [what, database] of [["opens", NEVER], ["answers", Promise.resolve(SILENT)]] as const) {
  Deno.test(`PatientOutboxStore goes on without a database that never ${what}`, async () => {
    const { store, clock, ids, givenUp } = setUp(database);
    const done: string[] = [];

    const first = store.put(row("m1")).then(() => done.push("m1"));
    await settle();
    clock.advance(PATIENCE_MS - 1);
    const second = store.put(row("m2")).then(() => done.push("m2"));
    await settle();
    assertEquals([done, givenUp()], [[], 0]);
    clock.advance(1);
    await Promise.all([first, second]);

    assertEquals([done, givenUp(), clock.pending], [["m1", "m2"], 1, 0]);
    assertEquals(await ids(), ["m1", "m2"]);
    await store.remove("m1");
    assertEquals(await ids(), ["m2"]);
    await store.wipe("a_alice");
    assertEquals(await ids(), []);
  });
}

Deno.test("PatientOutboxStore.all() tells of rows the database is too full to take", async () => {
  const database = memory();
  await database.put(row("m1"));
  const near = memory();
  await near.put(row("m2"));
  const full = Object.assign(database, {
    put: () => Promise.reject(new DOMException("Full", "QuotaExceededError")),
  });
  const { store, ids } = setUp(Promise.resolve(full), near);

  await store.put(row("m3"));

  assertEquals(await ids(), ["m1", "m2", "m3"]);
  await store.remove("m2");
  assertEquals(await ids(), ["m1", "m3"]);
});

Deno.test("PatientOutboxStore does without a forbidden database, and says nothing", async () => {
  const { store, clock, ids, givenUp } = setUp(Promise.reject(new DOMException("Forbidden")));

  await store.put(row("m1"));

  assertEquals([await ids(), givenUp(), clock.pending], [["m1"], 0, 0]);
});

Deno.test("PatientOutboxStore.put() rejects only where neither can keep the row", async () => {
  const nowhere = new JsonOutboxStore(new JsonStorage(null));
  const forbidden = Promise.reject(new DOMException("Forbidden"));

  await setUp(Promise.resolve(memory()), nowhere).store.put(row("m1"));
  await assertRejects(() => setUp(forbidden, nowhere).store.put(row("m1")));
});
