import { assertEquals } from "@std/assert";
import { Outbox } from "../../static/net/outbox.js";
import { SessionOutboxStore } from "../../static/net/outbox_store.js";
import { JsonStorage } from "../../static/lib/storage.js";
import { ManualClock } from "../support/manual_clock.ts";
import { MapStorage, welcome } from "./fakes.ts";

function setUp(store = new SessionOutboxStore(new JsonStorage(new MapStorage()))) {
  const clock = new ManualClock();
  const sent: string[] = [];
  const shown: string[] = [];
  const objections = new Map<string, string>();
  const outbox = new Outbox({
    store,
    clock,
    onChange: (row) => void shown.push(`${row.id} ${row.state}`),
    objection: (row) => objections.get(row.id) ?? null,
  });
  const send = (frame: object) => {
    sent.push((frame as { id: string }).id);
    return true;
  };
  const push = (id: string, peer: { username: string; account: string | null } | null = null) =>
    outbox.push({ id, peer, text: `text of ${id}`, at: 1 });
  const ack = (id: string) => outbox.acknowledge({ type: "ack", id, seq: 1, at: 1 });
  return { clock, sent, shown, objections, outbox, send, push, ack, store };
}

const BOB = { username: "bob", account: "a_bob" };

function refusal(id: string, code: string, params = {}) {
  return { type: "error" as const, id, code, message: `${code}.`, params };
}

Deno.test("Outbox sends the next of a conversation only after the ack of the one before", () => {
  const { outbox, send, sent, push, ack } = setUp();
  outbox.attach(welcome(), send);

  push("m1");
  push("m2");
  push("m3");
  assertEquals(sent, ["m1"]);
  ack("m1");
  assertEquals(sent, ["m1", "m2"]);
  ack("m2");

  assertEquals(sent, ["m1", "m2", "m3"]);
});

Deno.test("Outbox does not let one conversation wait for another", () => {
  const { outbox, send, sent, push } = setUp();
  outbox.attach(welcome(), send);

  push("public");
  push("private", BOB);

  assertEquals(sent, ["public", "private"]);
});

Deno.test("Outbox sends the same id again in its time after rate_limited, nothing overtakes", () => {
  const { clock, outbox, send, sent, push, ack } = setUp();
  outbox.attach(welcome(), send);
  push("m1");
  push("m2");

  outbox.refuse(refusal("m1", "rate_limited", { retryAfterMs: 700 }));
  push("p1", BOB);
  clock.advance(699);
  assertEquals(sent, ["m1"]);
  clock.advance(1);
  assertEquals(sent, ["m1", "m1", "p1"]);
  ack("m1");

  assertEquals(sent, ["m1", "m1", "p1", "m2"]);
});

Deno.test("Outbox sends what has no ack again after a reconnect, under the same id", () => {
  const { outbox, send, sent, push, ack } = setUp();
  outbox.attach(welcome(), send);
  push("m1");
  push("m2");

  outbox.detach();
  push("m3");
  assertEquals(sent, ["m1"]);
  outbox.attach(welcome(), send);
  ack("m1");
  ack("m2");
  ack("m3");

  assertEquals(sent, ["m1", "m1", "m2", "m3"]);
  assertEquals(outbox.rows, []);
});

Deno.test("Outbox fails a refused message and goes on with the next", () => {
  const { outbox, send, sent, shown, push } = setUp();
  outbox.attach(welcome(), send);
  push("m1", BOB);
  push("m2", BOB);

  outbox.refuse(refusal("m1", "user_away"));

  assertEquals(sent, ["m1", "m2"]);
  assertEquals(shown, ["m1 pending", "m2 pending", "m1 failed"]);
  assertEquals(outbox.rows[0]?.reason, "user_away.");
});

Deno.test("Outbox.retry() sends the same id again, Outbox.discard() forgets it", () => {
  const { outbox, send, sent, push } = setUp();
  outbox.attach(welcome(), send);
  push("m1", BOB);
  outbox.refuse(refusal("m1", "user_away"));

  outbox.retry("m1");
  assertEquals(sent, ["m1", "m1"]);
  outbox.refuse(refusal("m1", "user_away"));
  outbox.discard("m1");

  assertEquals(outbox.rows, []);
});

Deno.test("Outbox never sends a private message when its name is someone else's", () => {
  const { outbox, objections, send, sent, push } = setUp();
  objections.set("m1", "Someone else has that name.");
  outbox.attach(welcome(), send);

  push("m1", BOB);

  assertEquals(sent, []);
  assertEquals(outbox.rows[0]?.state, "failed");
});

Deno.test("Outbox.restore() takes up what a reload left, in order, once", async () => {
  const before = setUp();
  before.outbox.attach(welcome(), () => false);
  before.push("m1");
  before.push("m2");

  const after = setUp(before.store);
  await after.outbox.restore();
  after.outbox.attach(welcome(), after.send);
  after.ack("m1");
  after.ack("m2");

  assertEquals(after.sent, ["m1", "m2"]);
  assertEquals(await before.store.all(), []);
});

Deno.test("Outbox sends public messages to a log that started anew, and holds private ones", () => {
  const { outbox, send, sent, push } = setUp();
  outbox.attach(welcome(), send);
  outbox.detach();
  push("public");
  push("private", BOB);

  outbox.attach(welcome({ epoch: "e_2", account: "a_alice2" }), send);

  assertEquals(sent, ["public"]);
  assertEquals(outbox.rows[1]?.state, "failed");
  assertEquals(outbox.rows[1]?.peer, { username: "bob", account: null });
});

Deno.test("Outbox never sends under another account or another name", () => {
  const { outbox, send, sent, push } = setUp();
  outbox.attach(welcome(), send);
  outbox.detach();
  push("m1");

  outbox.attach(welcome({ account: "a_other" }), send);
  assertEquals(outbox.rows[0]?.state, "failed");
  outbox.detach();
  outbox.attach(welcome({ username: "eve", account: "a_eve" }), send);

  assertEquals([sent, outbox.rows], [[], []]);
});

Deno.test("Outbox.detach() leaves no timer behind", () => {
  const { clock, outbox, send, push } = setUp();
  outbox.attach(welcome(), send);
  push("m1");
  outbox.refuse(refusal("m1", "rate_limited", { retryAfterMs: 700 }));

  outbox.detach();

  assertEquals(clock.pending, 0);
});
