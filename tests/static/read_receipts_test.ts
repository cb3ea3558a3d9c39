import { assertEquals } from "@std/assert";
import { ReadReceipts } from "../../static/net/read_receipts.ts";
import { ManualClock } from "../support/manual_clock.ts";

function setUp() {
  const clock = new ManualClock();
  const sent: object[] = [];
  const receipts = new ReadReceipts(clock, (frame) => sent.push(frame) > 0);
  return { clock, sent, receipts };
}

Deno.test("ReadReceipts.note() tells the newest position of each conversation, once a second", () => {
  const { clock, sent, receipts } = setUp();

  receipts.note("lobby", 41);
  receipts.note("lobby", 42);
  receipts.note("a_alice.a_bob", 40);
  clock.advance(999);
  assertEquals(sent, []);
  clock.advance(1);

  assertEquals(sent, [
    { type: "read", conversation: "lobby", seq: 42 },
    { type: "read", conversation: "a_alice.a_bob", seq: 40 },
  ]);
});

Deno.test("ReadReceipts.note() tells no position twice, nor an older one", () => {
  const { clock, sent, receipts } = setUp();
  receipts.note("lobby", 42);
  clock.advance(1000);

  receipts.note("lobby", 42);
  receipts.note("lobby", 41);
  clock.advance(1000);

  assertEquals([sent.length, clock.pending], [1, 0]);
});

Deno.test("ReadReceipts.reset() leaves no timer behind and tells anew afterwards", () => {
  const { clock, sent, receipts } = setUp();
  receipts.note("lobby", 42);

  receipts.reset();
  assertEquals(clock.pending, 0);
  receipts.note("lobby", 1);
  clock.advance(1000);

  assertEquals(sent, [{ type: "read", conversation: "lobby", seq: 1 }]);
});
