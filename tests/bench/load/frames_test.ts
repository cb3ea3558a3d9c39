import { assertEquals } from "@std/assert";
import { FrameScanner } from "./frames.ts";
import { blankText, readSender } from "./marks.ts";

function message(sender: number, extra = ""): string {
  return `{"type":"message",${extra}"message":"${blankText(sender, 40)}"}`;
}

/** What a scanner tells of packets: senders of messages, and other frames as text. */
function scan(...packets: readonly string[]): (number | string)[] {
  const found: (number | string)[] = [];
  const scanner = new FrameScanner({
    onMessage: (bytes, mark) => found.push(readSender(bytes, mark)),
    onOther: (bytes, start, end) => found.push(new TextDecoder().decode(bytes.slice(start, end))),
  });
  for (const packet of packets) {
    const bytes = new TextEncoder().encode(`<<${packet}>>`);
    scanner.scan(bytes, 2, bytes.length - 2);
  }
  return found;
}

Deno.test("FrameScanner.scan() finds every message of a joined packet", () => {
  assertEquals(scan([message(1), message(2), message(3)].join("\n")), [1, 2, 3]);
});

Deno.test("FrameScanner.scan() finds messages whose frames get longer and shorter", () => {
  const frames = [message(1), message(2, `"seq":99,`), message(3, `"seq":100,`), message(4)];

  assertEquals(scan(frames.join("\n")), [1, 2, 3, 4]);
});

Deno.test("FrameScanner.scan() tells of other frames among messages", () => {
  const ack = `{"type":"ack","id":"00001-00000001"}`;

  assertEquals(scan([message(1), ack, message(2)].join("\n"), ack, message(3)), [
    1,
    ack,
    2,
    ack,
    3,
  ]);
});

Deno.test("FrameScanner.scan() does not look beyond the packet's end", () => {
  const packet = message(1);

  assertEquals(scan(packet, packet.slice(0, 30)), [1, packet.slice(0, 30)]);
});
