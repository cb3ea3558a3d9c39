import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { blankText, digits } from "./marks.ts";
import { inflated, isLookedUp, SharedPackets } from "./shared_packets.ts";
import { Tally } from "./tally.ts";

function message(sender: number, number: number): string {
  const text = blankText(sender, 40).replace(digits(0, 8), digits(number, 8));
  return `{"type":"message","message":"${text}"}`;
}

/** Packets of the messages 0 to 29 of one sender, and what else is said. */
function packetOf(sender: number, others: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const frames = Array.from({ length: 30 }, (_, number) => message(sender, number));
  return new TextEncoder().encode([...frames, ...others].join("\n"));
}

function deflated(packet: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array([0, ...deflateRawSync(packet)]);
}

function areSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, index) => byte === other[index]);
}

for (const [form, pack] of [["joined", packetOf], ["deflated", deflatedOf]] as const) {
  Deno.test(`SharedPackets.read() finds the messages of a ${form} packet, and knows it again`, () => {
    const packets = new SharedPackets(areSame);
    const expected = new Tally();
    for (let number = 0; number < 30; number++) expected.add(7, number);

    const messages = packets.read(pack(7));

    assert(messages?.tally.equals(expected));
    assertEquals(messages?.times.length, 30);
    assertEquals([...messages!.bySender], [[7, 30]]);
    assertStrictEquals(packets.read(pack(7)), messages);
  });
}

Deno.test("SharedPackets.read() tells packets of one length apart", () => {
  const packets = new SharedPackets(areSame);

  const senders = [7, 8, 7].map((sender) => [...packets.read(packetOf(sender))!.bySender.keys()]);

  assertEquals(senders, [[7], [8], [7]]);
});

Deno.test("isLookedUp() leaves out short packets, but none that was deflated", () => {
  // A deflated packet of 8 messages was once taken for a short one, and nothing found in it.
  const short = new TextEncoder().encode(message(1, 1));
  const packets = [short, packetOf(1), deflated(short)];

  assertEquals(packets.map((bytes) => isLookedUp(bytes, 0, bytes.length)), [false, true, true]);
});

Deno.test("SharedPackets.read() leaves other frames to whoever asks", () => {
  const packets = new SharedPackets(areSame);

  assertEquals(packets.read(packetOf(1, [`{"type":"ping"}`])), undefined);
});

Deno.test("SharedPackets forgets old packets and reads them again", () => {
  const packets = new SharedPackets(areSame);
  const first = packets.read(packetOf(0));
  for (let sender = 1; sender <= 300; sender++) packets.read(packetOf(sender));

  const again = packets.read(packetOf(0));

  assert(first !== again && again?.tally.equals(first!.tally));
});

Deno.test("inflated() is what was deflated", () => {
  assertEquals(inflated(deflatedOf(3)), packetOf(3));
});

function deflatedOf(sender: number): Uint8Array<ArrayBuffer> {
  return deflated(packetOf(sender));
}
