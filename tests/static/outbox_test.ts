import { assertEquals } from "@std/assert";
import { type Address, LOBBY_ADDRESS } from "../../static/model/address.ts";
import type { OutboxChange } from "../../static/net/outbox_rows.ts";
import { JsonStorage } from "../../static/net/storage.ts";
import { Outbox, SILENT_TURN_MS } from "../../static/net/outbox.ts";
import { JsonOutboxStore } from "../../static/net/json_outbox_store.ts";
import { strings } from "../../static/text/strings.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { Random } from "../support/random.ts";
import { FakeTabs, FakeTurn, MapStorage, settle, welcome } from "./fakes.ts";

function setUp(
  store = new JsonOutboxStore(new JsonStorage(new MapStorage())),
  tabs = new FakeTabs(),
) {
  const clock = new ManualClock();
  const turn = new FakeTurn();
  const sent: string[] = [];
  const shown: string[] = [];
  const orders: string[] = [];
  const objections = new Map<string, string>();
  const addresses = new Map<string, Address>();
  const outbox = new Outbox({
    store,
    turn,
    channel: tabs.open(),
    clock,
    nameKey: (username) => username.toLowerCase(),
    words: strings.unsent,
    onChange(change) {
      if (change.type === "order") orders.push(change.ids.join(" "));
      else shown.push(describe(change));
    },
    addressOf: ({ id, to }) => addresses.get(id) ?? to,
    objection: (row) => objections.get(row.id) ?? null,
  });
  const attach = (changes = {}) => {
    outbox.attach(welcome(changes), (frame) => {
      sent.push((frame as { id: string }).id);
      return true;
    });
    return settle();
  };
  const push = (id: string, to: Address = LOBBY_ADDRESS) => {
    outbox.push({ id, to, text: `text of ${id}`, at: 1 });
    return settle();
  };
  const ack = (id: string) => {
    outbox.acknowledge({ type: "ack", id, seq: 1, at: 1 });
    return settle();
  };
  return {
    clock,
    sent,
    shown,
    orders,
    objections,
    addresses,
    outbox,
    turn,
    attach,
    push,
    ack,
    store,
  };
}

function describe(change: Exclude<OutboxChange, { type: "order" }>): string {
  switch (change.type) {
    case "row":
      return `${change.row.id} ${change.row.state}`;
    case "gone":
      return `${change.id} gone`;
    case "ack":
      return `${change.ack.id} acknowledged`;
    case "wiped":
      return "wiped";
  }
}

const BOB: Address = { kind: "direct", username: "bob", account: "a_bob" };

function refusal(id: string, code: string, params = {}) {
  return { type: "error" as const, id, code, message: `${code}.`, params };
}

Deno.test("Outbox sends the next message of a conversation only after the previous ack", async () => {
  const { attach, sent, push, ack } = setUp();
  await attach();

  await push("m1");
  await push("m2");
  await push("m3");
  assertEquals(sent, ["m1"]);
  await ack("m1");
  assertEquals(sent, ["m1", "m2"]);
  await ack("m2");

  assertEquals(sent, ["m1", "m2", "m3"]);
});

Deno.test("Outbox doesn't let one conversation wait for another", async () => {
  const { attach, sent, push } = setUp();
  await attach();

  await push("public");
  await push("private", BOB);

  assertEquals(sent, ["public", "private"]);
});

Deno.test("Outbox writes a message down before it goes out", async () => {
  const { attach, sent, outbox, store } = setUp();
  await attach();

  outbox.push({ id: "m1", to: LOBBY_ADDRESS, text: "hi", at: 1 });
  assertEquals([sent, (await store.all("a_alice")).map(({ id }) => id)], [[], ["m1"]]);
  await settle();

  assertEquals(sent, ["m1"]);
});

Deno.test("Outbox sends a message that can't be stored", async () => {
  const { attach, sent, push, outbox } = setUp(new JsonOutboxStore(new JsonStorage(null)));
  await attach();

  await push("m1");

  assertEquals([sent, outbox.rows.length], [["m1"], 1]);
});

for (const code of ["rate_limited", "unavailable"]) {
  Deno.test(`Outbox sends the same id again in its time after ${code}, nothing overtakes`, async () => {
    const { clock, attach, outbox, sent, push, ack } = setUp();
    await attach();
    await push("m1");
    await push("m2");

    outbox.refuse(refusal("m1", code, { retryAfterMs: 700 }));
    await push("p1", BOB);
    clock.advance(699);
    assertEquals(sent, ["m1"]);
    clock.advance(1);
    assertEquals(sent, ["m1", "m1", "p1"]);
    await ack("m1");

    assertEquals(sent, ["m1", "m1", "p1", "m2"]);
  });
}

Deno.test("Outbox resends unacknowledged messages after a reconnect, under the same id", async () => {
  const { attach, outbox, sent, push, ack } = setUp();
  await attach();
  await push("m1");
  await push("m2");

  outbox.detach();
  await push("m3");
  assertEquals(sent, ["m1"]);
  await attach();
  for (const id of ["m1", "m2", "m3"]) await ack(id);

  assertEquals(sent, ["m1", "m1", "m2", "m3"]);
  assertEquals(outbox.rows, []);
});

Deno.test("Outbox fails a refused message and goes on with the next", async () => {
  const { attach, outbox, sent, shown, push } = setUp();
  await attach();
  await push("m1", BOB);
  await push("m2", BOB);

  outbox.refuse(refusal("m1", "user_away"));

  assertEquals(sent, ["m1", "m2"]);
  assertEquals(shown, ["m1 pending", "m2 pending", "m1 failed"]);
  assertEquals(outbox.rows[0]?.reason, "user_away.");
});

Deno.test("Outbox.retry() sends the same id again, Outbox.discard() forgets it", async () => {
  const { attach, outbox, sent, push, store } = setUp();
  await attach();
  await push("m1", BOB);
  outbox.refuse(refusal("m1", "user_away"));

  outbox.retry("m1");
  await settle();
  assertEquals(sent, ["m1", "m1"]);
  outbox.refuse(refusal("m1", "user_away"));
  outbox.discard("m1");
  await settle();

  assertEquals([outbox.rows, await store.all("a_alice")], [[], []]);
});

Deno.test("Outbox never sends a private message when its name is someone else's", async () => {
  const { attach, outbox, objections, sent, push } = setUp();
  objections.set("m1", "Someone else has that name.");
  await attach();

  await push("m1", BOB);

  assertEquals(sent, []);
  assertEquals(outbox.rows[0]?.state, "failed");
});

Deno.test("Outbox.attach() sends the messages left by a reload, in order and once", async () => {
  const before = setUp();
  await before.attach();
  before.outbox.detach();
  await before.push("m1");
  await before.push("m2");

  const after = setUp(before.store);
  await after.attach();
  await after.ack("m1");
  await after.ack("m2");

  assertEquals(after.sent, ["m1", "m2"]);
  assertEquals(await before.store.all("a_alice"), []);
});

Deno.test("Outbox sends public messages to a log that started anew, and holds private ones", async () => {
  const { attach, outbox, sent, push } = setUp();
  await attach();
  outbox.detach();
  await push("public");
  await push("private", BOB);

  await attach({ epoch: "e_2", account: "a_alice2" });

  assertEquals(sent, ["public"]);
  assertEquals(outbox.rows[1]?.state, "failed");
  assertEquals(outbox.rows[1]?.to, { kind: "direct", username: "bob", account: null });
});

Deno.test("Outbox holds what may be in a log already that was restored since", async () => {
  const { attach, outbox, sent, push, store } = setUp();
  await attach();
  await push("on the wire");
  outbox.detach();

  await attach({ epoch: "e_2" });
  const reloaded = setUp(store);
  await reloaded.attach({ epoch: "e_3" });

  assertEquals([outbox.rows[0]?.state, sent], ["failed", ["on the wire"]]);
  assertEquals([reloaded.outbox.rows[0]?.state, reloaded.sent], ["failed", []]);
});

Deno.test("Outbox neither sends nor shows messages of another account", async () => {
  const alice = setUp();
  await alice.attach();
  alice.outbox.detach();
  await alice.push("m1");

  const other = setUp(alice.store);
  await other.attach({ account: "a_other" });
  const again = setUp(alice.store);
  await again.attach();

  assertEquals([other.sent, other.shown, other.outbox.rows], [[], [], []]);
  assertEquals(again.sent, ["m1"]);
});

Deno.test("Outbox never sends by itself when this page's account became another", async () => {
  const { attach, outbox, sent, push } = setUp();
  await attach();
  outbox.detach();
  await push("m1");

  await attach({ account: "a_other" });
  assertEquals(outbox.rows[0]?.state, "failed");
  outbox.detach();
  await attach({ username: "eve", account: "a_eve" });

  assertEquals([sent, outbox.rows], [[], []]);
});

Deno.test("Outbox hands messages of a second tab to the tab that sends", async () => {
  const tabs = new FakeTabs();
  const first = setUp(undefined, tabs);
  const second = setUp(first.store, tabs);
  second.turn.isFree = false;
  await first.attach();
  await second.attach();

  await second.push("m1");
  await first.ack("m1");

  assertEquals([first.sent, second.sent], [["m1"], []]);
  assertEquals(second.shown, ["m1 pending", "m1 acknowledged"]);
  assertEquals([second.outbox.rows, second.clock.pending], [[], 0]);
});

Deno.test("Outbox takes the turn from a tab that stays silent", async () => {
  const { attach, turn, clock, push, sent } = setUp();
  turn.isFree = false;
  await attach();
  await push("m1");

  clock.advance(SILENT_TURN_MS - 1);
  assertEquals(sent, []);
  clock.advance(1);
  await settle();

  assertEquals([turn.insisted, sent], [1, ["m1"]]);
});

// The tab that sends went by whom it knew under the name, which may be somebody else.
Deno.test("Outbox.retry() keeps for all tabs whom the message is for", async () => {
  const { attach, outbox, addresses, push, store } = setUp();
  await attach();
  await push("m1", { kind: "direct", username: "bob", account: null });
  outbox.refuse(refusal("m1", "unknown_user"));
  addresses.set("m1", BOB);

  outbox.retry("m1");
  await settle();

  const [row] = await store.all("a_alice");
  assertEquals([row?.to, row?.state], [BOB, "pending"]);
});

Deno.test("Outbox shows a retry or discard in other tabs", async () => {
  const tabs = new FakeTabs();
  const first = setUp(undefined, tabs);
  const second = setUp(first.store, tabs);
  second.turn.isFree = false;
  await first.attach();
  await second.attach();
  await first.push("m1", BOB);
  first.outbox.refuse(refusal("m1", "unknown_user"));
  await settle();

  second.outbox.discard("m1");
  await settle();

  assertEquals(second.shown, ["m1 pending", "m1 failed"]);
  assertEquals(first.shown, ["m1 pending", "m1 failed", "m1 gone"]);
});

Deno.test("Outbox.wipe() forgets everything of the account, and nothing of others", async () => {
  const { attach, outbox, push, store } = setUp();
  await attach({ account: "a_other" });
  outbox.detach();
  await push("theirs");
  const alice = setUp(store);
  await alice.attach();
  alice.outbox.detach();
  await alice.push("mine");

  await alice.outbox.wipe();

  assertEquals([await store.all("a_alice"), alice.outbox.rows], [[], []]);
  assertEquals((await store.all("a_other")).length, 1);
});

Deno.test("Outbox.wipe() lets nothing be sent or stored afterwards", async () => {
  const { attach, outbox, push, sent, store } = setUp();
  await attach();
  await push("m1");

  await outbox.wipe();
  await push("m2");

  assertEquals([sent, outbox.rows, await store.all("a_alice")], [["m1"], [], []]);
});

Deno.test("Outbox.detach() leaves no timer behind and gives the turn away", async () => {
  const { clock, turn, attach, outbox, push } = setUp();
  await attach();
  await push("m1");
  outbox.refuse(refusal("m1", "rate_limited", { retryAfterMs: 700 }));

  outbox.detach();

  assertEquals([clock.pending, turn.isHeld], [0, false]);
});

// A tab that was reloaded while it sent had its messages vanish from the other tab's screen.
Deno.test("Outbox keeps what another tab sent until it is told what became of it", async () => {
  const tabs = new FakeTabs();
  const first = setUp(undefined, tabs);
  const second = setUp(first.store, tabs);
  second.turn.isFree = false;
  await first.attach();
  await second.attach();
  await second.push("m1");
  assertEquals(first.sent, ["m1"]);

  // The first tab got the ack and forgot the row, and was closed before it could say so.
  first.outbox.close();
  await first.store.remove("m1");
  second.turn.give();
  await settle();
  assertEquals([second.shown, second.sent], [["m1 pending"], ["m1"]]);
  await second.ack("m1");

  assertEquals(second.outbox.rows, []);
});

/** A store whose answers take a while, each its own, and come in the order of asking. */
class SlowStore extends JsonOutboxStore {
  #last: Promise<unknown> = Promise.resolve();

  constructor(readonly turns: () => number) {
    super(new JsonStorage(new MapStorage()));
  }

  #after<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => pass(this.turns())).then(work);
    this.#last = done;
    return done.then(async (answer) => {
      await pass(this.turns());
      return answer;
    });
  }

  override all(account: string) {
    return this.#after(() => super.all(account));
  }

  override put(row: Parameters<JsonOutboxStore["put"]>[0]) {
    return this.#after(() => super.put(row));
  }

  override remove(id: string) {
    return this.#after(() => super.remove(id));
  }
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}

// Three rounds in twenty went out in another order than they were typed in.
Deno.test("Outbox sends the messages of two tabs in the order of writing", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Random(seed);
    const tabs = new FakeTabs();
    const store = new SlowStore(() => random.whole(0, 4));
    const [first, second] = [setUp(store, tabs), setUp(store, tabs)];
    second.turn.isFree = false;
    await first.attach();
    await second.attach();
    const typed: string[] = [];
    const acked: string[] = [];
    const ackNext = async () => {
      const id = first.sent[acked.length];
      if (id === undefined) return;
      acked.push(id);
      first.outbox.acknowledge({ type: "ack", id, seq: acked.length, at: 1 });
      await pass(random.whole(0, 4));
    };

    for (let i = 0; i < 8; i++) {
      const id = `m${i}`;
      typed.push(id);
      (random.happens(0.5) ? first : second).outbox.push({
        id,
        to: LOBBY_ADDRESS,
        text: id,
        at: i,
      });
      await pass(random.whole(0, 20));
      if (random.happens(0.7)) await ackNext();
    }
    for (let i = 0; i < 8; i++) {
      await settle();
      await ackNext();
    }

    assertEquals(first.sent, typed, `seed ${seed}`);
    assertEquals([first.outbox.rows, second.outbox.rows], [[], []], `seed ${seed}`);
  }
});

Deno.test("Outbox tells the order of all tabs where this one showed another", async () => {
  const tabs = new FakeTabs();
  const store = new SlowStore(() => 3);
  const [first, second] = [setUp(store, tabs), setUp(store, tabs)];
  await first.attach();
  await second.attach();
  first.outbox.detach();
  second.outbox.detach();

  second.outbox.push({ id: "one", to: LOBBY_ADDRESS, text: "one", at: 1 });
  first.outbox.push({ id: "two", to: LOBBY_ADDRESS, text: "two", at: 2 });
  await settle();

  assertEquals(first.shown, ["two pending", "one pending"]);
  assertEquals(first.orders.at(-1), "one two");
});

Deno.test("Outbox.wipe() tells the other tabs of the account, also one whose line is down", async () => {
  const tabs = new FakeTabs();
  const first = setUp(undefined, tabs);
  const second = setUp(first.store, tabs);
  const other = setUp(first.store, tabs);
  await first.attach();
  await second.attach();
  await other.attach({ username: "eve", account: "a_eve" });
  second.outbox.detach();

  await first.outbox.wipe();
  await second.outbox.wipe();

  assertEquals([first.shown, second.shown, other.shown], [[], ["wiped"], []]);
});

Deno.test("Outbox.close() leaves nothing that listens to other tabs", async () => {
  const tabs = new FakeTabs();

  for (let visit = 1; visit <= 10; visit++) {
    const { attach, outbox } = setUp(undefined, tabs);
    await attach();
    assertEquals(tabs.listeners, 1);
    outbox.close();
  }

  assertEquals(tabs.listeners, 0);
});
