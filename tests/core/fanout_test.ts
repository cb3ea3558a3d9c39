import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Connection } from "../../core/connection.ts";
import { Fanout } from "../../core/fanout.ts";
import type { Dialect } from "../../core/packets.ts";
import { openConnection } from "../support/connections.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { packetText } from "../support/packet_text.ts";

/** A socket that keeps the very objects it was handed, and costs time to send to. */
class CostlyTransport extends FakeTransport {
  readonly handed: (string | Uint8Array)[] = [];
  #onSend: () => void;

  constructor(onSend = () => {}) {
    super();
    this.#onSend = onSend;
  }

  override send(packet: string | Uint8Array): void {
    this.handed.push(packet);
    this.#onSend();
    super.send(packet);
  }
}

/** Fan-out under a manual clock, to connections made by `join`. */
function createFanout() {
  const clock = new ManualClock();
  const log = { isMoreComing: false };
  const failed: (readonly Connection[])[] = [];
  const fanout = new Fanout({
    clock,
    isMoreComing: () => log.isMoreComing,
    onFailed: (connections) => failed.push(connections),
  });

  function join(dialect: Dialect = "parley.v1", onSend?: () => void) {
    const transport = new CostlyTransport(onSend);
    const { connection } = openConnection({ transport, dialect });
    fanout.add(connection);
    return { connection, transport };
  }

  /** Publishes a frame that costs time to send, so that the next ones gather for as long. */
  function publishAtACost(costMs: number): Connection {
    const { connection } = join("parley.v1", () => clock.advance(costMs));
    fanout.publish("costly");
    fanout.flush();
    fanout.remove(connection);
    return connection;
  }

  return { clock, log, failed, fanout, join, publishAtACost };
}

Deno.test("Fanout.flush() sends a lone frame to everyone at once", () => {
  const { clock, fanout, join } = createFanout();
  const [alice, bob] = [join(), join("plain")];

  fanout.publish("one");
  fanout.flush();

  assertEquals(alice.transport.packets, ["one"]);
  assertEquals(bob.transport.packets, ["one"]);
  clock.advance(0);
  assertEquals(clock.pending, 0);
});

Deno.test("Fanout joins the frames of a moment once: everyone gets the very same packet", () => {
  const { fanout, join } = createFanout();
  const [alice, bob] = [join(), join()];

  for (const frame of ["one", "two", "three"]) fanout.publish(frame);
  fanout.flush();

  assertEquals(alice.transport.packets, ["one\ntwo\nthree"]);
  assert(alice.transport.handed[0] instanceof Uint8Array);
  assertStrictEquals(alice.transport.handed[0], bob.transport.handed[0]);
});

Deno.test("Fanout sends plain connections the frames of a moment one by one", () => {
  const { fanout, join } = createFanout();
  const alice = join("plain");

  fanout.publish("one");
  fanout.publish("two");
  fanout.flush();

  assertEquals(alice.transport.handed, ["one", "two"]);
});

Deno.test("Fanout gives every plain connection its first frame before any gets its second", () => {
  const { fanout, join } = createFanout();
  const order: string[] = [];
  for (const name of ["alice", "bob"]) join("plain", () => order.push(name));

  fanout.publish("one");
  fanout.publish("two");
  fanout.flush();

  assertEquals(order, ["alice", "bob", "alice", "bob"]);
});

Deno.test("Fanout keeps nobody waiting for the many packets of plain connections", () => {
  const { clock, fanout, join } = createFanout();
  const order: string[] = [];
  join("plain", () => order.push("plain"));
  const joined = join("parley.v1", () => order.push("joined"));
  for (let i = 0; i < 1000; i++) fanout.publish(`${i}`);

  fanout.flush();
  fanout.publish("late");
  fanout.flush();
  clock.advance(0);

  assertEquals(joined.transport.packets.at(-1), "late");
  assert(order.lastIndexOf("joined") < 520, `${order.lastIndexOf("joined")}`);
  assertEquals(order.filter((who) => who === "plain").length, 1001);
});

Deno.test("Fanout.publishTo() puts frames for some in their place among the public ones", () => {
  const { fanout, join } = createFanout();
  const [alice, bob, carol] = [join(), join("plain"), join()];

  fanout.publish("public 1");
  fanout.publishTo("private 1", [alice.connection, bob.connection]);
  fanout.publish("public 2");
  fanout.publish("public 3");
  fanout.publishTo("private 2", [alice.connection]);
  fanout.flush();

  const forAlice = ["public 1", "private 1", "public 2", "public 3", "private 2"];
  assertEquals(alice.transport.packets, [forAlice.join("\n")]);
  assertEquals(bob.transport.packets, ["public 1", "private 1", "public 2", "public 3"]);
  assertEquals(carol.transport.packets, ["public 1\npublic 2\npublic 3"]);
});

Deno.test("Fanout deflates what goes to everyone, and nothing that a private frame is in", () => {
  const { fanout, join } = createFanout();
  const [alice, bob] = [join("parley.v1.deflate"), join("parley.v1.deflate")];
  const long = "x".repeat(5000);

  fanout.publish(long);
  fanout.publishTo("private", [alice.connection]);
  fanout.publish(long);
  fanout.flush();

  assertEquals(alice.transport.packets, [[long, "private", long].join("\n")]);
  const [packet] = bob.transport.handed as Uint8Array<ArrayBuffer>[];
  assertEquals(packet![0], 0);
  assertEquals(packetText(packet!.slice().buffer), `${long}\n${long}`);
});

Deno.test("Fanout.publishTo() sends to nobody else when a moment holds nothing public", () => {
  const { fanout, join } = createFanout();
  const [alice, bob] = [join(), join()];

  fanout.publishTo("private", [alice.connection]);
  fanout.flush();

  assertEquals(alice.transport.packets, ["private"]);
  assertEquals(bob.transport.packets, []);
});

Deno.test("Fanout.publish() leaves out those it is told to, for this one frame", () => {
  const { fanout, join } = createFanout();
  const [alice, bob] = [join(), join()];

  fanout.publish("one");
  fanout.publish("alice joined", [alice.connection]);
  fanout.publish("two");
  fanout.flush();

  assertEquals(alice.transport.packets, ["one\ntwo"]);
  assertEquals(bob.transport.packets, ["one\nalice joined\ntwo"]);
});

Deno.test("Fanout.add() in the middle of a moment gives what comes after it, and nothing before", () => {
  const { fanout, join } = createFanout();
  const alice = join();

  fanout.publish("before");
  const late = join();
  const silent = join();
  fanout.publishTo("private", [late.connection]);
  fanout.publish("after");
  fanout.flush();

  assertEquals(alice.transport.packets, ["before\nafter"]);
  assertEquals(late.transport.packets, ["private\nafter"]);
  assertEquals(silent.transport.packets, ["after"]);
});

Deno.test("Fanout.remove() in the middle of a moment gives nothing more", () => {
  const { fanout, join } = createFanout();
  const [alice, bob] = [join(), join()];

  fanout.publish("public");
  fanout.publishTo("private", [bob.connection]);
  fanout.remove(bob.connection);
  fanout.flush();

  assertEquals(alice.transport.packets, ["public"]);
  assertEquals(bob.transport.packets, []);
  assertEquals([...fanout], [alice.connection]);
});

Deno.test("Fanout serves 512 connections a turn, and gathers what is published between turns", () => {
  const { clock, fanout, join } = createFanout();
  const peers = Array.from({ length: 1_100 }, () => join());
  const served = () => peers.filter(({ transport }) => transport.packets.length > 0).length;

  fanout.publish("one");
  fanout.flush();
  assertEquals(served(), 512);
  fanout.publish("two");
  fanout.publish("three");
  fanout.flush();
  assertEquals(served(), 512);
  clock.advance(0);

  assertEquals(served(), 1_100);
  for (const { transport } of peers) assertEquals(transport.packets, ["one", "two\nthree"]);
});

Deno.test("Fanout.add() during a flush gives nothing of what is being sent", () => {
  const { clock, fanout, join } = createFanout();
  const peers = Array.from({ length: 600 }, () => join());

  fanout.publish("one");
  fanout.flush();
  const late = join();
  fanout.publish("two");
  clock.advance(0);

  assertEquals(late.transport.packets, ["two"]);
  assertEquals(peers.at(-1)!.transport.packets, ["one", "two"]);
});

Deno.test("Fanout never waits longer than 50 ms for what is coming", () => {
  const { clock, log, fanout, join, publishAtACost } = createFanout();
  const alice = join();
  publishAtACost(5_000);
  log.isMoreComing = true;

  fanout.publish("one");
  fanout.flush();
  clock.advance(49);
  assertEquals(alice.transport.packets, ["costly"]);
  clock.advance(1);

  assertEquals(alice.transport.packets, ["costly", "one"]);
});

Deno.test("Fanout.flush() sends at once again when the flush before is over", () => {
  const { clock, fanout, join, publishAtACost } = createFanout();
  const alice = join();
  publishAtACost(8);

  fanout.publish("one");
  fanout.flush();
  clock.advance(0);

  assertEquals(alice.transport.packets, ["costly", "one"]);
});

Deno.test("Fanout.idle() resolves at once when nothing is queued", async () => {
  const { fanout } = createFanout();

  await fanout.idle();

  assertEquals(fanout.size, 0);
});

Deno.test("Fanout.idle() sends what is queued, and resolves when the last of it has gone", async () => {
  const { clock, fanout, join } = createFanout();
  const peers = Array.from({ length: 600 }, () => join());
  let isIdle = false;

  fanout.publish("one");
  const idle = fanout.idle().then(() => isIdle = true);
  await Promise.resolve();
  assertEquals(isIdle, false);
  clock.advance(0);
  await idle;

  assertEquals(peers.at(-1)!.transport.packets, ["one"]);
});

Deno.test("Fanout.flush() waits for frames that are coming, but no longer than sending takes", () => {
  const { clock, log, fanout, join, publishAtACost } = createFanout();
  const alice = join();
  publishAtACost(10);
  clock.advance(2);
  log.isMoreComing = true;

  fanout.publish("one");
  fanout.flush();
  clock.advance(9);
  fanout.publish("two");
  fanout.flush();
  assertEquals(alice.transport.packets, ["costly"]);
  clock.advance(1);

  assertEquals(alice.transport.packets, ["costly", "one\ntwo"]);
});

Deno.test("Fanout.flush() waits no longer once nothing more is coming", () => {
  const { clock, log, fanout, join, publishAtACost } = createFanout();
  const alice = join();
  publishAtACost(10);
  clock.advance(0);
  log.isMoreComing = true;

  fanout.publish("one");
  fanout.flush();
  clock.advance(5);
  assertEquals(alice.transport.packets, ["costly"]);
  log.isMoreComing = false;
  fanout.publish("two");
  fanout.flush();

  assertEquals(alice.transport.packets, ["costly", "one\ntwo"]);
});

Deno.test("Fanout looks for what is coming when a flush is over, too", () => {
  // A few messages used to go alone while a hundred were being committed, and then a hundred while
  // a few were, each time at the price of a whole flush.
  const { clock, log, fanout, join, publishAtACost } = createFanout();
  const alice = join();
  publishAtACost(10);
  fanout.publish("one");
  fanout.flush();
  log.isMoreComing = true;

  clock.advance(5);
  assertEquals(alice.transport.packets, ["costly"]);
  log.isMoreComing = false;
  fanout.publish("two");
  fanout.flush();

  assertEquals(alice.transport.packets, ["costly", "one\ntwo"]);
});

Deno.test("Fanout.flush() waits for nothing when sending costs next to nothing", () => {
  const { log, fanout, join } = createFanout();
  const alice = join();
  log.isMoreComing = true;

  fanout.publish("one");
  fanout.flush();

  assertEquals(alice.transport.packets, ["one"]);
});

Deno.test("Fanout gathers until the last socket has taken what it was handed", () => {
  const { clock, fanout, join } = createFanout();
  const [alice, bob] = [join(), join()];

  const coming = ["two", "three", "four"];

  fanout.publish("one");
  fanout.flush();
  Object.defineProperty(bob.transport, "bufferedAmount", {
    get() {
      const frame = coming.shift();
      if (frame === undefined) return 0;
      fanout.publish(frame);
      fanout.flush();
      return 3;
    },
  });
  clock.advance(0);

  assertEquals(alice.transport.packets, ["one", "two\nthree\nfour"]);
});

Deno.test("Fanout waits for no socket that takes nothing", () => {
  const { clock, fanout, join } = createFanout();
  const [alice, stalled] = [join(), join()];
  stalled.transport.bufferedAmount = 1000;

  fanout.publish("one");
  fanout.flush();
  fanout.publish("two");
  clock.advance(0);

  assertEquals(alice.transport.packets, ["one", "two"]);
});

Deno.test("Fanout goes on with the next flush when one fails, and tells whom it was for", () => {
  // One throw left the lane flushing for good: nobody ever got anything again.
  const { clock, failed, fanout, join } = createFanout();
  const [alice, bob] = [join(), join()];

  fanout.publish(undefined as never);
  fanout.flush();
  fanout.publish("two");
  fanout.flush();
  clock.advance(0);

  assertEquals(failed, [[alice.connection, bob.connection]]);
  for (const { transport } of [alice, bob]) assertEquals(transport.packets, ["two"]);
});
