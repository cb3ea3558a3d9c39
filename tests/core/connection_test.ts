import { assertEquals } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import type { Connection } from "../../core/connection.ts";
import { textPacket } from "../../core/outbox.ts";
import { openConnection } from "../support/connections.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A socket that takes nothing more. */
function fullTransport(): FakeTransport {
  const transport = new FakeTransport();
  transport.bufferedAmount = 64 * 1024;
  return transport;
}

Deno.test("Connection.send() sends one frame as JSON", () => {
  const { connection, transport } = openConnection();

  connection.send({ type: "ping" });

  assertEquals(transport.packets, ['{"type":"ping"}']);
});

Deno.test("Connection.sendPackets() asks to be fed once packets wait in it", () => {
  const behind: Connection[] = [];
  const transport = fullTransport();
  const { connection } = openConnection({ transport, onBacklog: (it) => behind.push(it) });

  connection.sendPackets([textPacket("one")]);
  transport.bufferedAmount = 0;

  assertEquals(behind, [connection]);
  assertEquals(transport.packets, []);
  assertEquals(connection.drain(), "empty");
  assertEquals(transport.packets, ["one"]);
});

Deno.test("Connection.sendPackets() tells of a slow reader once, and sends nothing after its end", () => {
  const transport = fullTransport();
  let slow = 0;
  const { connection } = openConnection({
    transport,
    outboxLimits: { maxBytes: 5, stallMs: 10_000 },
    onSlow(it) {
      slow++;
      it.end(CLOSE_CODES.slowConsumer);
    },
  });

  connection.sendPackets(["one", "two", "three"].map(textPacket));
  transport.bufferedAmount = 0;
  connection.sendPackets([textPacket("four")]);

  assertEquals(slow, 1);
  assertEquals(transport.packets, []);
  assertEquals(transport.closed, CLOSE_CODES.slowConsumer);
});

Deno.test("Connection.drain() says who is slow by the clock it was given", () => {
  const clock = new ManualClock();
  const transport = fullTransport();
  const { connection } = openConnection({ transport, clock });
  connection.sendPackets([textPacket("one")]);

  assertEquals(connection.drain(), "waiting");
  clock.advance(10_000);

  assertEquals(connection.drain(), "slow_consumer");
});

Deno.test("Connection.drained() resolves at once when nothing waits", async () => {
  const { connection } = openConnection();
  connection.sendPackets([textPacket("one")]);

  await connection.drained();
});

Deno.test("Connection.drained() resolves when the socket has taken everything, for all who wait", async () => {
  const transport = fullTransport();
  const { connection } = openConnection({ transport });
  connection.sendPackets([textPacket("one")]);
  let woken = 0;
  const waits = [1, 2].map(() => connection.drained().then(() => woken++));

  connection.drain();
  await Promise.resolve();
  assertEquals(woken, 0);
  transport.bufferedAmount = 0;
  connection.drain();
  await Promise.all(waits);

  assertEquals(woken, 2);
});

Deno.test("Connection.end() drops what waits, wakes who waits for it, and closes the socket once", async () => {
  const transport = fullTransport();
  let abandoned = 0;
  const ticket = { abandon: () => void abandoned++ };
  const { connection } = openConnection({ transport, ticket });
  connection.sendPackets([textPacket("one")]);
  const drained = connection.drained();

  connection.end(CLOSE_CODES.shuttingDown);
  connection.end(CLOSE_CODES.internal);
  await drained;
  await connection.drained();

  assertEquals(connection.isOpen, false);
  assertEquals(connection.drain(), "empty");
  assertEquals(transport.packets, []);
  assertEquals(transport.closed, CLOSE_CODES.shuttingDown);
  assertEquals(abandoned, 1);
});

Deno.test("Connection.end() without a code leaves the socket of a silent peer alone", () => {
  const { connection, transport } = openConnection();

  connection.end(undefined);
  connection.send({ type: "ping" });

  assertEquals(transport.closed, undefined);
  assertEquals(transport.packets, []);
});
