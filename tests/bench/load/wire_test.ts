import { assertEquals, assertThrows } from "@std/assert";
import { maskedPacket, OPCODES, scanPackets } from "./wire.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A packet as a server sends it: without a mask. */
function packet(text: string, first = 0x80 | OPCODES.text): number[] {
  const payload = encoder.encode(text);
  const { length } = payload;
  const lengthBytes = length < 126
    ? [length]
    : length < 65_536
    ? [126, length >> 8, length & 0xff]
    : [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return [first, ...lengthBytes, ...payload];
}

function scan(bytes: readonly number[], end = bytes.length): { texts: string[]; at: number } {
  const texts: string[] = [];
  const at = scanPackets(Uint8Array.from(bytes), end, (_, data, from, to) => {
    texts.push(decoder.decode(data.subarray(from, to)));
  });
  return { texts, at };
}

Deno.test("scanPackets() finds packets of every length of header", () => {
  const texts = ["a", "b".repeat(125), "c".repeat(126), "d".repeat(70_000), ""];

  const found = scan(texts.flatMap((text) => packet(text)));

  assertEquals(found.texts, texts);
});

Deno.test("scanPackets() stops before a packet that is cut anywhere", () => {
  const whole = packet("first");
  const bytes = [...whole, ...packet("x".repeat(200))];

  for (let end = whole.length; end < bytes.length; end++) {
    assertEquals(scan(bytes, end), { texts: ["first"], at: whole.length });
  }
});

Deno.test("scanPackets() refuses fragments", () => {
  assertThrows(() => scan(packet("part", OPCODES.text)), Error, "fragments");
});

Deno.test("maskedPacket() is read back as it was written", () => {
  for (const length of [0, 125, 126, 4000, 65_535]) {
    const bytes = maskedPacket(OPCODES.text, encoder.encode("x".repeat(length)));

    // The mask of four zeros stands between length and payload.
    const maskAt = bytes.length - length - 4;
    assertEquals([...bytes.subarray(maskAt, maskAt + 4)], [0, 0, 0, 0]);
    const unmasked = [...bytes.subarray(0, maskAt), ...bytes.subarray(maskAt + 4)];
    unmasked[1]! &= 0x7f;
    assertEquals(scan(unmasked).texts, ["x".repeat(length)]);
  }
});

Deno.test("maskedPacket() refuses what needs a longer header", () => {
  assertThrows(() => maskedPacket(OPCODES.text, new Uint8Array(65_536)), RangeError);
});
