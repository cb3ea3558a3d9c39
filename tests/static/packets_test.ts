import { assertEquals } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import type { ServerFrame } from "../../core/protocol.ts";
import { PacketReader, readPacket } from "../../static/net/packets.ts";
import { message, welcome } from "./fakes.ts";

const PING = '{"type":"ping"}';
const READ = '{"type":"read","conversation":"lobby","seq":1,"unread":0}';

function deflated(text: string): ArrayBuffer {
  return new Uint8Array([0, ...deflateRawSync(text)]).buffer;
}

function setUp() {
  const heard: string[] = [];
  const reader = new PacketReader(
    (frames: ServerFrame[]) => void heard.push(...frames.map(({ type }) => type)),
    () => void heard.push("broken"),
  );
  const settled = () => new Promise<void>((resolve) => reader.afterAll(resolve));
  return { heard, reader, settled };
}

Deno.test("readPacket() reads several frames of text or UTF-8 bytes", () => {
  const text = '{"type":"ping"}\n{"type":"ack","id":"ä","seq":1,"at":2}\n';
  const frames = [{ type: "ping" }, { type: "ack", id: "ä", seq: 1, at: 2 }];

  assertEquals(readPacket(text), frames as unknown as ReturnType<typeof readPacket>);
  assertEquals(readPacket(new TextEncoder().encode(text).buffer), readPacket(text));
});

Deno.test("readPacket() drops lines that aren't frames and keeps the rest", () => {
  const packet = 'nonsense\nnull\n{"kind":1}\n{"type":"ping"}';

  assertEquals(readPacket(packet), [{ type: "ping" }]);
});

// One such frame used to take every other frame of its picture with it, or to break each later one.
Deno.test("readPacket() drops frames without required fields and keeps unknown types", () => {
  const malformed = [
    { type: "presence", online: 1, at: 1 },
    { type: "presence", joined: [null], left: [], online: 1, at: 1 },
    { type: "message", seq: 1, at: 1, from: "bob", account: "a_bob", message: 5 },
    { type: "message", seq: "1", at: 1, from: "bob", account: "a_bob", message: "hi" },
    { type: "welcome", username: "alice" },
    { type: "ack", seq: 1, at: 1 },
  ];
  const packet = [...malformed, { type: "wave" }, { type: "ping" }];

  const types = readPacket(packet.map((frame) => JSON.stringify(frame)).join("\n"))
    .map(({ type }) => type as string);

  assertEquals(types, ["wave", "ping"]);
});

Deno.test("readPacket() reads every kind of frame the server may send", () => {
  const people = [{ username: "bob", account: "a_bob" }];
  const coming = { ...people[0], message: "bob joined", online: 1, at: 1 };
  const frames = [
    welcome(),
    message(),
    message({ to: "alice", conversation: "c", id: "m1" }),
    { type: "ack", id: "m1", seq: 1, at: 1 },
    { type: "joined", ...coming },
    { type: "left", ...coming },
    { type: "presence", joined: people, left: [], online: 1, at: 1 },
    { type: "resumed", recovered: true, seq: 1 },
    { type: "delivered", seq: 1 },
    { type: "read", conversation: "lobby", seq: 1, unread: 0 },
    { type: "error", code: "internal", message: "No." },
    { type: "ping" },
  ];

  const read = readPacket(frames.map((frame) => JSON.stringify(frame)).join("\n"));

  assertEquals(read as unknown[], frames);
});

Deno.test("PacketReader.read() reads at once while there is nothing to inflate", () => {
  const { heard, reader } = setUp();

  reader.read(PING);
  reader.read(new TextEncoder().encode(READ).buffer);
  reader.read(new ArrayBuffer(0));

  assertEquals(heard, ["ping", "read"]);
});

Deno.test("PacketReader.read() inflates packets and keeps their order", async () => {
  const { heard, reader, settled } = setUp();

  reader.read(deflated(`${PING}\n${READ}`));
  reader.read(PING);
  reader.read(deflated(READ));
  const early = [...heard];
  await settled();

  assertEquals(early, []);
  assertEquals(heard, ["ping", "read", "ping", "read"]);
});

Deno.test("PacketReader.afterAll() waits for a packet that is being inflated", async () => {
  const { heard, reader, settled } = setUp();

  reader.read(deflated(PING));
  reader.afterAll(() => void heard.push("closed"));
  await settled();

  assertEquals(heard, ["ping", "closed"]);
});

Deno.test("PacketReader tells of a packet that can't be inflated, and goes on", async () => {
  const { heard, reader, settled } = setUp();

  reader.read(new Uint8Array([0, 255, 1, 2]).buffer);
  reader.read(PING);
  await settled();

  assertEquals(heard, ["broken", "ping"]);
});

Deno.test("PacketReader.close() forgets all packets that aren't read yet", async () => {
  const { heard, reader, settled } = setUp();

  reader.read(deflated(PING));
  reader.read(READ);
  reader.close();
  await settled();

  assertEquals(heard, []);
});
