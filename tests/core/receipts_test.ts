import { assertEquals } from "@std/assert";
import { createLog } from "../../core/log.ts";
import { Members } from "../../core/members.ts";
import { Receipts } from "../../core/receipts.ts";
import type { Delivered, ReadPosition } from "../../core/store.ts";
import { openConnection } from "../support/connections.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A store that knows what waits for whom, and what authors have not been told. */
class FakeReceiptStore {
  readonly waiting = new Map<string, Delivered[]>();
  readonly markedWaiting: number[] = [];
  readonly asked: string[] = [];
  failure: Error | undefined;
  #untold: Delivered[] = [];

  markDelivered(account: string, upTo: number): Promise<Delivered[]> {
    if (this.failure) return Promise.reject(this.failure);
    const arrived = (this.waiting.get(account) ?? []).filter(({ seq }) => seq <= upTo);
    this.#untold.push(...arrived);
    return Promise.resolve(arrived);
  }

  markWaiting(seq: number): Promise<void> {
    this.markedWaiting.push(seq);
    return Promise.resolve();
  }

  takeDelivered(author: string): Promise<number[]> {
    this.asked.push(author);
    const told = this.#untold.filter((delivered) => delivered.author === author);
    this.#untold = this.#untold.filter((delivered) => delivered.author !== author);
    return Promise.resolve(told.map(({ seq }) => seq));
  }

  markRead(_account: string, conversation: string, seq: number): Promise<ReadPosition> {
    if (this.failure) return Promise.reject(this.failure);
    return Promise.resolve({ conversation, seq: Math.max(seq, 7), unread: 3 });
  }
}

/** Receipts for people who join under accounts a_1, a_2 … */
function createReceipts() {
  const clock = new ManualClock();
  const store = new FakeReceiptStore();
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLog({ level: "debug", format: "json", clock, write });
  let accounts = 0;
  const members = new Members({
    store: {
      claimName: ({ username }) => Promise.resolve({ account: `a_${++accounts}`, username }),
      accountsOf: () => Promise.resolve([]),
      touchAccounts: () => Promise.resolve(),
    },
    clock,
    log,
    rate: { perSecond: 0, burst: 0 },
    nameTtlMs: 0,
    onSuperseded: () => {},
  });
  const receipts = new Receipts({ store, members, log });

  async function join(username: string) {
    return openConnection({
      member: await members.claim(username, `session of ${username}`, (it) => it),
    });
  }

  return { store, lines, members, receipts, join };
}

/** Lets promises that wait for nothing settle. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("Receipts.noteDelivered() tells each author, on all connections, what has arrived", async () => {
  const { store, receipts, join } = createReceipts();
  const [alice, tab, bob] = [await join("alice"), await join("alice"), await join("bob")];
  store.waiting.set("a_9", [
    { seq: 3, author: "a_1" },
    { seq: 4, author: "a_2" },
    { seq: 5, author: "a_1" },
    { seq: 6, author: "a_1" },
  ]);

  await receipts.noteDelivered("a_9", 5);

  const forAlice = [{ type: "delivered", seq: 3 }, { type: "delivered", seq: 5 }] as const;
  assertEquals(alice.transport.frames, [...forAlice]);
  assertEquals(tab.transport.frames, [...forAlice]);
  assertEquals(bob.transport.frames, [{ type: "delivered", seq: 4 }]);
  assertEquals(store.asked, ["a_1", "a_2"]);
});

Deno.test("Receipts keeps what an author who is away has to be told until it is back", async () => {
  const { store, members, receipts, join } = createReceipts();
  const alice = await join("alice");
  alice.connection.member.connections.clear();
  store.waiting.set("a_9", [{ seq: 3, author: "a_1" }]);

  await receipts.noteDelivered("a_9", 3);
  assertEquals(store.asked, []);
  const back = openConnection({ member: members.find("alice")! });
  await receipts.tellAuthor("a_1");
  await receipts.tellAuthor("a_1");

  assertEquals(back.transport.frames, [{ type: "delivered", seq: 3 }]);
});

Deno.test("Receipts.noteMissed() has a message wait whose recipient went while it was committed", () => {
  const { store, receipts } = createReceipts();

  receipts.noteMissed("a_9", 3);

  assertEquals(store.markedWaiting, [3]);
});

Deno.test("Receipts.noteRead() tells the account's other connections the position that holds", async () => {
  const { receipts, join } = createReceipts();
  const [alice, tab, bob] = [await join("alice"), await join("alice"), await join("bob")];

  receipts.noteRead(alice.connection, "lobby", 5);
  await settle();

  assertEquals(alice.transport.frames, []);
  assertEquals(tab.transport.frames, [{ type: "read", conversation: "lobby", seq: 7, unread: 3 }]);
  assertEquals(bob.transport.frames, []);
});

Deno.test("Receipts logs what the store could not note, and nobody is told of it", async () => {
  const { store, lines, receipts, join } = createReceipts();
  const [alice, tab] = [await join("alice"), await join("alice")];
  store.failure = new Error("the disk is full");

  receipts.noteRead(alice.connection, "lobby", 5);
  receipts.noteArrived("a_9", 3);
  await settle();

  assertEquals(lines.length, 2);
  for (const line of lines) assertEquals(line.includes("the disk is full"), true);
  assertEquals([...alice.transport.packets, ...tab.transport.packets], []);
});
