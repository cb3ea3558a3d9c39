import { assert, assertEquals } from "@std/assert";
import type { Packet } from "../../core/outbox.ts";
import { inflateRawSync } from "node:zlib";
import { packFrames, packShared } from "../../core/packets.ts";

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

for (const dialect of ["plain", "parley.v1", "parley.v1.deflate"] as const) {
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

Deno.test("packShared() deflates a long packet behind a zero byte, for those who can inflate it", () => {
  const frames = Array.from(
    { length: 50 },
    (_, i) => `{"type":"message","message":"hello ${i} ß"}`,
  );

  const [packet] = packShared(frames, "parley.v1.deflate");

  const data = packet!.data as Uint8Array;
  assertEquals([data[0], data.byteLength], [0, packet!.bytes]);
  assert(data.byteLength < frames.join("\n").length / 3);
  assertEquals(new TextDecoder().decode(inflateRawSync(data.subarray(1))), frames.join("\n"));
});

Deno.test("packShared() leaves alone what is short, and what other dialects get", () => {
  const short = [`{"type":"ping"}`];
  const long = ["x".repeat(5000)];

  assertEquals(packShared(short, "parley.v1.deflate"), packFrames(short, "parley.v1"));
  assertEquals(packShared(long, "parley.v1"), packFrames(long, "parley.v1"));
  assertEquals(packShared(long, "plain"), packFrames(long, "plain"));
});

Deno.test("packFrames() never deflates: what is for some only has a length of its own", () => {
  const frames = ["x".repeat(5000), "x".repeat(5000)];

  const packets = packFrames(frames, "parley.v1.deflate");

  assertEquals(packets, packFrames(frames, "parley.v1"));
});
