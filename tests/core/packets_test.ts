import { assert, assertEquals } from "@std/assert";
import type { Packet } from "../../core/outbox.ts";
import { packFrames } from "../../core/packets.ts";

function textOf({ data }: Packet): string {
  return typeof data === "string" ? data : new TextDecoder().decode(data);
}

Deno.test("packFrames() makes a text packet of each frame in the plain dialect", () => {
  const packets = packFrames(["one", "zwei ß", "three"], "plain");

  assertEquals(packets, [
    { data: "one", bytes: 3 },
    { data: "zwei ß", bytes: 7 },
    { data: "three", bytes: 5 },
  ]);
});

Deno.test("packFrames() joins frames by newlines into one binary packet in parley.v1", () => {
  const packets = packFrames(["one", "zwei ß", "three"], "parley.v1");

  assertEquals(packets.map(textOf), ["one\nzwei ß\nthree"]);
  const { data, bytes } = packets[0]!;
  assert(data instanceof Uint8Array);
  assertEquals(bytes, (data as Uint8Array).byteLength);
});

for (const dialect of ["plain", "parley.v1"] as const) {
  Deno.test(`packFrames() makes no packet of no frames in ${dialect}`, () => {
    assertEquals(packFrames([], dialect), []);
  });
}

Deno.test("packFrames() joins up to 64 Ki characters, the newlines counted", () => {
  const half = "x".repeat(32 * 1024 - 1);

  assertEquals(packFrames([half, half], "parley.v1").length, 1);
  assertEquals(packFrames([half, `${half}!`], "parley.v1").length, 2);
});

Deno.test("packFrames() sends a frame longer than that alone, and keeps the order", () => {
  const long = "x".repeat(100_000);

  const packets = packFrames(["one", "two", long, "three"], "parley.v1");

  assertEquals(packets.map(textOf), ["one\ntwo", long, "three"]);
});

Deno.test("packFrames() loses no frame of many", () => {
  const frames = Array.from({ length: 5_000 }, (_, i) => `${i}:${"x".repeat(i % 97)}`);

  const packets = packFrames(frames, "parley.v1").map(textOf);

  assertEquals(packets.flatMap((text) => text.split("\n")), frames);
  assert(packets.length > 1);
  assert(packets.every(({ length }) => length <= 64 * 1024));
});
