import { assertEquals } from "@std/assert";
import type { Connection } from "../../core/connection.ts";
import { Heartbeat } from "../../core/heartbeat.ts";
import { openConnection } from "../support/connections.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A heartbeat whose silent peers are removed, as the server does. */
function createHeartbeat() {
  const clock = new ManualClock();
  const silent: Connection[] = [];
  const pings = new Map<Connection, number[]>();
  const heartbeat = new Heartbeat({
    clock,
    ping: (connection) => pings.get(connection)!.push(clock.monotonic()),
    onSilent(connection) {
      silent.push(connection);
      heartbeat.remove(connection);
    },
  });

  function add(count = 1): Connection[] {
    const added = Array.from({ length: count }, () => openConnection().connection);
    for (const connection of added) {
      pings.set(connection, []);
      heartbeat.add(connection);
    }
    return added;
  }

  /** Moves time on second by second; `answering` peers answer at once. */
  function live(seconds: number, answering: readonly Connection[] = []): void {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1_000);
      for (const connection of answering) connection.pingedAt = undefined;
    }
  }

  return { clock, heartbeat, silent, pings, add, live };
}

Deno.test("Heartbeat pings each connection every 15 seconds", () => {
  const { pings, add, live } = createHeartbeat();
  const [alice] = add();

  live(60, [alice!]);

  const times = pings.get(alice!)!;
  assertEquals(times.length, 4);
  assertEquals(times.map((time) => time - times[0]!), [0, 15_000, 30_000, 45_000]);
});

Deno.test("Heartbeat spreads a crowd that comes at once evenly over the seconds", () => {
  const { pings, add, live } = createHeartbeat();
  const peers = add(150);

  live(15, peers);

  const perSecond = Map.groupBy(peers, (peer) => pings.get(peer)![0]);
  assertEquals(perSecond.size, 15);
  assertEquals([...perSecond.values()].map(({ length }) => length), Array(15).fill(10));
});

Deno.test("Heartbeat tells of a peer that has not answered for ten seconds, and not before", () => {
  const { clock, silent, pings, add, live } = createHeartbeat();
  const [gone, alive] = add(2);
  live(15, [alive!]);
  assertEquals(clock.monotonic() - pings.get(gone!)![0]!, 0);

  live(9, [alive!]);
  assertEquals(silent, []);
  live(1, [alive!]);

  assertEquals(silent, [gone]);
});

Deno.test("Heartbeat tells of a silent peer once, and of one that answers never", () => {
  const { silent, add, live } = createHeartbeat();
  const [alive, ...gone] = add(31);

  live(120, [alive!]);

  assertEquals(silent.length, 30);
  assertEquals(new Set(silent), new Set(gone));
});

Deno.test("Heartbeat notices every vanished peer within 25 seconds", () => {
  const { silent, add, live } = createHeartbeat();
  const peers = add(100);
  live(40, peers);

  live(25);

  assertEquals(silent.length, 100);
});

Deno.test("Heartbeat gives peers time to answer after the whole process stood still", () => {
  const { clock, silent, add, live } = createHeartbeat();
  const [awake] = add();
  live(15 + 9);

  clock.sleep(60_000);
  assertEquals(silent, []);
  // Its answer had waited in the socket.
  live(60, [awake!]);

  assertEquals(silent, []);
});

Deno.test("Heartbeat still notices a peer that vanished while the process stood still", () => {
  const { clock, silent, add, live } = createHeartbeat();
  const [gone] = add();
  live(15 + 9);

  clock.sleep(60_000);
  live(25);

  assertEquals(silent, [gone]);
});

Deno.test("Heartbeat stops its timer with the last connection, and starts it with the next", () => {
  const { clock, heartbeat, pings, add, live } = createHeartbeat();
  const [alice, bob] = add(2);
  heartbeat.remove(alice!);
  assertEquals(clock.pending, 1);
  heartbeat.remove(bob!);
  heartbeat.remove(bob!);
  assertEquals(clock.pending, 0);

  clock.advance(3_600_000);
  const [carol] = add();
  live(15, [carol!]);

  assertEquals(pings.get(alice!), []);
  assertEquals(pings.get(carol!)!.length, 1);
});

Deno.test("Heartbeat.close() pings nobody any more", () => {
  const { clock, heartbeat, pings, add, live } = createHeartbeat();
  const [alice] = add();

  heartbeat.close();
  live(60);

  assertEquals(pings.get(alice!), []);
  assertEquals(clock.pending, 0);
});
