import { assertEquals } from "@std/assert";
import { binaryPacket, Outbox, textPacket, utf8Length } from "../../core/outbox.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { ManualClock } from "../support/manual_clock.ts";

const KIB = 1024;

function createOutbox({ bufferedAmount = 0, maxBytes = 100, stallMs = 10_000 } = {}) {
  const transport = new FakeTransport();
  transport.bufferedAmount = bufferedAmount;
  const clock = new ManualClock();
  return { transport, clock, outbox: new Outbox(transport, clock, { maxBytes, stallMs }) };
}

Deno.test("Outbox.push() hands a packet over at once while the socket has room", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB - 1 });

  assertEquals(outbox.push(textPacket("one")), "sent");

  assertEquals(transport.packets, ["one"]);
  assertEquals(outbox.queuedBytes, 0);
});

Deno.test("Outbox.push() queues while 64 KiB wait in the socket, and counts UTF-8 bytes", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });

  assertEquals(outbox.push(textPacket("größe")), "queued");
  assertEquals(outbox.push(binaryPacket("🎈")), "queued");

  assertEquals(transport.packets, []);
  assertEquals(outbox.queuedBytes, 7 + 4);
});

Deno.test("Outbox keeps its order: nothing overtakes what waits, though the socket has room", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });
  outbox.push(textPacket("one"));
  transport.bufferedAmount = 0;

  assertEquals(outbox.push(textPacket("two")), "queued");
  assertEquals(outbox.drain(), "empty");
  assertEquals(outbox.push(textPacket("three")), "sent");

  assertEquals(transport.packets, ["one", "two", "three"]);
  assertEquals(outbox.queuedBytes, 0);
});

Deno.test("Outbox.push() tells of a slow consumer when more than the bound has waited for 2 s, the socket's included", () => {
  const maxBytes = 64 * KIB + 10;
  const { transport, clock, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes });
  const push = (text: string) => outbox.push(textPacket(text));

  assertEquals([push("12345"), push("67890"), push("!")], ["queued", "queued", "queued"]);
  clock.advance(1_999);
  assertEquals(push("?"), "queued");
  clock.advance(1);
  assertEquals(push("?"), "slow_consumer");

  assertEquals(transport.packets, []);
});

Deno.test("Outbox.push() takes a burst from one who reads, again and again", () => {
  const { transport, clock, outbox } = createOutbox({ maxBytes: 100 * KIB });
  const packet = textPacket("x".repeat(40 * KIB));
  const outcomes = new Set<string>();

  for (let burst = 0; burst < 5; burst++) {
    transport.bufferedAmount = 64 * KIB;
    for (let i = 0; i < 30; i++) outcomes.add(outbox.push(packet));
    clock.advance(1_500);
    transport.bufferedAmount = 0;
    outcomes.add(outbox.drain());
  }

  assertEquals([...outcomes], ["queued", "empty"]);
});

Deno.test("Outbox.push() tells of a slow consumer at once when 16 times the bound waits", () => {
  const { outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 64 * KIB });

  assertEquals(outbox.push(textPacket("x".repeat(15 * 64 * KIB))), "queued");
  assertEquals(outbox.push(textPacket("!")), "slow_consumer");
});

Deno.test("Outbox.drain() feeds the socket only up to its low water, in order", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 1024 * KIB });
  const packet = textPacket("x".repeat(40 * KIB));
  for (let i = 0; i < 4; i++) outbox.push(packet);
  transport.bufferedAmount = 0;
  const send = transport.send.bind(transport);
  transport.send = (data) => {
    transport.bufferedAmount += data.length;
    send(data);
  };

  assertEquals(outbox.drain(), "waiting");

  assertEquals(transport.packets.length, 2);
  assertEquals(outbox.queuedBytes, 80 * KIB);
});

Deno.test("Outbox.drain() tells of a slow consumer after ten seconds without progress, not before", () => {
  const { clock, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });
  outbox.push(textPacket("one"));
  clock.advance(8_000);
  outbox.push(textPacket("two"));

  clock.advance(1_999);
  assertEquals(outbox.drain(), "waiting");
  clock.advance(1);
  assertEquals(outbox.drain(), "slow_consumer");
});

Deno.test("Outbox.drain() gives a reader time for as long as it takes anything at all", () => {
  const { transport, clock, outbox } = createOutbox({
    bufferedAmount: 70 * KIB,
    maxBytes: 100 * KIB,
  });
  outbox.push(textPacket("one"));

  const states = [1, 2, 3].map(() => {
    clock.advance(9_999);
    transport.bufferedAmount -= 1;
    return outbox.drain();
  });

  assertEquals(states, ["waiting", "waiting", "waiting"]);
  clock.advance(10_000);
  assertEquals(outbox.drain(), "slow_consumer");
});

Deno.test("Outbox counts the time without progress from when something began to wait", () => {
  const { transport, clock, outbox } = createOutbox({
    bufferedAmount: 64 * KIB,
    maxBytes: 1024 * KIB,
  });
  outbox.push(textPacket("one"));
  transport.bufferedAmount = 0;
  outbox.drain();
  outbox.push(textPacket("x".repeat(64 * KIB)));
  transport.bufferedAmount = 64 * KIB;
  clock.advance(60_000);

  outbox.push(textPacket("two"));

  clock.advance(9_999);
  assertEquals(outbox.drain(), "waiting");
  clock.advance(1);
  assertEquals(outbox.drain(), "slow_consumer");
});

Deno.test("Outbox.push() asks the socket what waits in it only when that may be too much", () => {
  const { transport, outbox } = createOutbox();
  let asked = 0;
  Object.defineProperty(transport, "bufferedAmount", { get: () => (asked++, 0) });

  for (let i = 0; i < 64; i++) outbox.push(textPacket("x".repeat(KIB)));
  assertEquals(asked, 1);
  outbox.push(textPacket("one more"));

  assertEquals(asked, 2);
  assertEquals(transport.packets.length, 65);
});

Deno.test("Outbox.close() drops what waits and ignores what still comes", () => {
  const { transport, outbox } = createOutbox({ bufferedAmount: 64 * KIB, maxBytes: 100 * KIB });
  outbox.push(textPacket("one"));

  outbox.close();
  transport.bufferedAmount = 0;
  outbox.push(textPacket("two"));

  assertEquals(outbox.drain(), "empty");
  assertEquals(transport.packets, []);
  assertEquals(outbox.queuedBytes, 0);
});

for (const text of ["", "plain", "größe", "日本語", "🎈🎈", "a\u00E9\u20AC\u{1F388}"]) {
  Deno.test(`utf8Length() counts the bytes of ${JSON.stringify(text)}`, () => {
    assertEquals(utf8Length(text), new TextEncoder().encode(text).byteLength);
    assertEquals(textPacket(text).bytes, binaryPacket(text).bytes);
  });
}
