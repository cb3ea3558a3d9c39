import { assertEquals } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import type { ServerFrame } from "../../core/protocol.ts";
import { PacketReader, readPacket } from "../../static/net/packets.js";

const PING = '{"type":"ping"}';
const READ = '{"type":"read","conversation":"lobby","seq":1}';

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

Deno.test("readPacket() drops what isn't a frame and keeps the rest", () => {
  const packet = 'nonsense\nnull\n{"kind":1}\n{"type":"ping"}';

  assertEquals(readPacket(packet), [{ type: "ping" }]);
});

Deno.test("PacketReader.read() reads at once while there is nothing to inflate", () => {
  const { heard, reader } = setUp();

  reader.read(PING);
  reader.read(new TextEncoder().encode(READ).buffer);
  reader.read(new ArrayBuffer(0));

  assertEquals(heard, ["ping", "read"]);
});

Deno.test("PacketReader.read() inflates, and keeps the order of what comes meanwhile", async () => {
  const { heard, reader, settled } = setUp();

  reader.read(deflated(`${PING}\n${READ}`));
  reader.read(PING);
  reader.read(deflated(READ));
  const early = [...heard];
  await settled();

  assertEquals(early, []);
  assertEquals(heard, ["ping", "read", "ping", "read"]);
});

Deno.test("PacketReader.afterAll() waits for what is being inflated", async () => {
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

Deno.test("PacketReader.close() forgets what is being inflated and what waits", async () => {
  const { heard, reader, settled } = setUp();

  reader.read(deflated(PING));
  reader.read(READ);
  reader.close();
  await settled();

  assertEquals(heard, []);
});
