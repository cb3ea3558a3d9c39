import { assertEquals } from "@std/assert";
import { binaryPacket, Outbox, textPacket, utf8Length } from "../../core/outbox.ts";
import { FakeTransport } from "../support/fake_transport.ts";

const KIB = 1024;

function createOutbox({ bufferedAmount = 0, maxBytes = 100, stallMs = 10_000 } = {}) {
  const transport = new FakeTransport();
  transport.bufferedAmount = bufferedAmount;
  return { transport, outbox: new Outbox(transport, { maxBytes, stallMs }) };
}

Deno.test("Outbox.push() hands a packet over at once while the socket has room", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB - 1 });

  assertEquals(outbox.push(textPacket("one"), 0), "sent");

  assertEquals(transport.packets, ["one"]);
  assertEquals(outbox.queuedBytes, 0);
});

Deno.test("Outbox.push() queues while 64 KiB wait in the socket, and counts UTF-8 bytes", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });

  assertEquals(outbox.push(textPacket("größe"), 0), "queued");
  assertEquals(outbox.push(binaryPacket("🎈"), 0), "queued");

  assertEquals(transport.packets, []);
  assertEquals(outbox.queuedBytes, 7 + 4);
});

Deno.test("Outbox keeps its order: nothing overtakes what waits, though the socket has room", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });
  outbox.push(textPacket("one"), 0);
  transport.bufferedAmount = 0;

  assertEquals(outbox.push(textPacket("two"), 0), "queued");
  assertEquals(outbox.drain(0), "empty");
  assertEquals(outbox.push(textPacket("three"), 0), "sent");

  assertEquals(transport.packets, ["one", "two", "three"]);
  assertEquals(outbox.queuedBytes, 0);
});

Deno.test("Outbox.push() tells of a slow consumer once more than the bound waits, the socket's included", () => {
  const maxBytes = 64 * KIB + 10;
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes });

  assertEquals(outbox.push(textPacket("12345"), 0), "queued");
  assertEquals(outbox.push(textPacket("67890"), 0), "queued");
  assertEquals(outbox.push(textPacket("!"), 0), "slow_consumer");

  assertEquals(transport.packets, []);
});

Deno.test("Outbox.drain() feeds the socket only up to its low water, in order", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 1024 * KIB });
  const packet = textPacket("x".repeat(40 * KIB));
  for (let i = 0; i < 4; i++) outbox.push(packet, 0);
  transport.bufferedAmount = 0;
  const send = transport.send.bind(transport);
  transport.send = (data) => {
    transport.bufferedAmount += data.length;
    send(data);
  };

  assertEquals(outbox.drain(0), "waiting");

  assertEquals(transport.packets.length, 2);
  assertEquals(outbox.queuedBytes, 80 * KIB);
});

Deno.test("Outbox.drain() tells of a slow consumer after ten seconds without progress, not before", () => {
  const { outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });
  outbox.push(textPacket("one"), 1_000);
  outbox.push(textPacket("two"), 9_000);

  assertEquals(outbox.drain(10_999), "waiting");
  assertEquals(outbox.drain(11_000), "slow_consumer");
});

Deno.test("Outbox.drain() gives a reader time for as long as it takes anything at all", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 70 * KIB, maxBytes: 100 * KIB });
  outbox.push(textPacket("one"), 0);

  const states = [9_999, 19_998, 29_997].map((nowMs) => {
    transport.bufferedAmount -= 1;
    return outbox.drain(nowMs);
  });

  assertEquals(states, ["waiting", "waiting", "waiting"]);
  assertEquals(outbox.drain(39_997), "slow_consumer");
});

Deno.test("Outbox counts the time without progress from when something began to wait", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });
  outbox.push(textPacket("one"), 0);
  transport.bufferedAmount = 0;
  outbox.drain(0);
  transport.bufferedAmount = 64 * KIB;

  outbox.push(textPacket("two"), 60_000);

  assertEquals(outbox.drain(69_999), "waiting");
});

Deno.test("Outbox.close() drops what waits and ignores what still comes", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });
  outbox.push(textPacket("one"), 0);

  outbox.close();
  transport.bufferedAmount = 0;
  outbox.push(textPacket("two"), 0);

  assertEquals(outbox.drain(60_000), "empty");
  assertEquals(transport.packets, []);
  assertEquals(outbox.queuedBytes, 0);
});

for (const text of ["", "plain", "größe", "日本語", "🎈🎈", "a\u00E9\u20AC\u{1F388}"]) {
  Deno.test(`utf8Length() counts the bytes of ${JSON.stringify(text)}`, () => {
    assertEquals(utf8Length(text), new TextEncoder().encode(text).byteLength);
    assertEquals(textPacket(text).bytes, binaryPacket(text).bytes);
  });
}
