import { assertEquals } from "@std/assert";
import { createChat } from "../support/chat.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { DataFolder } from "../support/test_log.ts";

Deno.test("a private message that is kept nowhere is refused while its recipient still reads the log", async () => {
  await using folder = await DataFolder.make();
  const clock = new ManualClock();
  const before = await folder.open({ clock });
  const said = { kind: "message", author: "a_1", from: "ann", to: { kind: "lobby" } } as const;
  await before.append(Array.from({ length: 50 }, () => ({ ...said, text: "x".repeat(4_000) })));
  await before.close();
  // From now on nothing is kept, but what was said before is still there.
  await using store = await folder.open({ clock, retention: { kind: "none" } });
  const chat = createChat({ clock, store });
  const ann = await chat.join("ann", { sessionId: "ann" });
  const bob = await chat.join("bob", { sessionId: "bob", history: 50, bufferedAmount: 100_000 });

  await chat.say(ann, { to: "bob", message: "psst", id: "k" });

  assertEquals(bob.connection.state, "catching_up");
  assertEquals(ann.transport.framesOf("ack"), []);
  assertEquals(ann.transport.framesOf("error").map(({ code, id }) => [code, id]), [
    ["user_away", "k"],
  ]);
  bob.transport.bufferedAmount = 0;
  for (let i = 0; i < 10; i++) {
    clock.advance(20);
    await chat.settle();
  }
  const back = await chat.join("bob", { sessionId: "bob" });
  await chat.say(ann, { to: "bob", message: "psst", id: "k" });
  assertEquals([bob.transport.messages, back.transport.messages].flat().includes("psst"), true);
  assertEquals(ann.transport.framesOf("ack").length, 1);
});
