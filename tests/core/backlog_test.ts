import { assertEquals } from "@std/assert";
import { Backlog } from "../../core/backlog.ts";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import type { Connection } from "../../core/connection.ts";
import { textPacket } from "../../core/outbox.ts";
import { openConnection } from "../support/connections.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A backlog that ends those who are slow, as the server does. */
function createBacklog() {
  const clock = new ManualClock();
  const slow: Connection[] = [];
  const backlog = new Backlog(clock, (connection) => {
    slow.push(connection);
    connection.end(CLOSE_CODES.slowConsumer);
    backlog.remove(connection);
  });

  /** Someone whose socket took nothing of what was sent. */
  function fallBehind(...texts: string[]) {
    const transport = new FakeTransport();
    transport.bufferedAmount = 100 * 1024;
    const onBacklog = (connection: Connection) => backlog.add(connection);
    const { connection } = openConnection({ transport, clock, onBacklog });
    connection.sendPackets(texts.map(textPacket));
    return { connection, transport };
  }

  return { clock, slow, backlog, fallBehind };
}

Deno.test("Backlog feeds those who are behind until nothing waits, and rests then", () => {
  const { clock, backlog, fallBehind } = createBacklog();
  const alice = fallBehind("one", "two");
  const bob = fallBehind("three");
  assertEquals(backlog.size, 2);
  assertEquals(clock.pending, 1);

  alice.transport.bufferedAmount = 0;
  clock.advance(20);
  assertEquals(alice.transport.packets, ["one", "two"]);
  assertEquals(backlog.size, 1);
  bob.transport.bufferedAmount = 0;
  clock.advance(20);

  assertEquals(bob.transport.packets, ["three"]);
  assertEquals(backlog.size, 0);
  assertEquals(clock.pending, 0);
});

Deno.test("Backlog tells of those who made no progress for ten seconds, and of nobody else", () => {
  const { clock, slow, backlog, fallBehind } = createBacklog();
  const stalled = fallBehind("one");
  const crawling = fallBehind("two");

  for (let second = 0; second < 10; second++) {
    crawling.transport.bufferedAmount--;
    clock.advance(1_000);
  }

  assertEquals(slow, [stalled.connection]);
  assertEquals(backlog.size, 1);
  assertEquals(crawling.transport.closed, undefined);
});

Deno.test("Backlog.remove() of the last one stops the timer, and the next one starts it again", () => {
  const { clock, backlog, fallBehind } = createBacklog();
  const alice = fallBehind("one");

  backlog.remove(alice.connection);
  assertEquals(clock.pending, 0);
  const bob = fallBehind("two");
  bob.transport.bufferedAmount = 0;
  clock.advance(20);

  assertEquals(alice.transport.packets, []);
  assertEquals(bob.transport.packets, ["two"]);
});

Deno.test("Backlog.close() feeds nobody any more", () => {
  const { clock, backlog, fallBehind } = createBacklog();
  const alice = fallBehind("one");
  alice.transport.bufferedAmount = 0;

  backlog.close();
  clock.advance(60_000);

  assertEquals(alice.transport.packets, []);
  assertEquals(clock.pending, 0);
});
