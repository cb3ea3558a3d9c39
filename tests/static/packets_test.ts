import { assertEquals } from "@std/assert";
import { readPacket } from "../../static/net/packets.js";

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
