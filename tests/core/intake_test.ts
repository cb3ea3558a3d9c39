import { assertEquals } from "@std/assert";
import { Intake, MAX_UNSETTLED } from "../../core/intake.ts";
import { createChat } from "../support/chat.ts";

async function createIntake() {
  const chat = createChat();
  const handled: string[] = [];
  const flooding: string[] = [];
  const intake = new Intake({
    handle: (_, packet) => void handled.push(String(packet)),
    onFlood: (connection) => void flooding.push(connection.member.username),
  });
  const { connection } = await chat.join("alice");
  return { chat, connection, intake, handled, flooding };
}

Deno.test("Intake.take() handles packets at once while their sender keeps up", async () => {
  const { connection, intake, handled } = await createIntake();

  intake.take(connection, "1");
  intake.take(connection, "2");

  assertEquals(handled, ["1", "2"]);
  assertEquals(intake.size, 0);
});

Deno.test("Intake.take() holds packets back, in order, until the log has settled enough", async () => {
  const { connection, intake, handled } = await createIntake();
  connection.unsettled = MAX_UNSETTLED;

  for (const packet of ["1", "2", "3"]) intake.take(connection, packet);
  intake.release();
  assertEquals(handled, []);
  connection.unsettled = 0;
  intake.take(connection, "4");
  assertEquals(handled, []);
  intake.release();

  assertEquals(handled, ["1", "2", "3", "4"]);
  assertEquals(intake.size, 0);
});

Deno.test("Intake holds back who doesn't read their answers, and nobody else", async () => {
  const chat = createChat({ outboxLimits: { maxBytes: 1_000_000, stallMs: 10_000 } });
  const alice = await chat.join("alice", { bufferedAmount: 100_000 });
  const bob = await chat.join("bob");

  await chat.say(alice, { message: "one" });
  await chat.say(alice, { message: "two" });
  await chat.say(bob, { message: "mine" });
  assertEquals(bob.transport.messages, ["mine"]);
  alice.transport.bufferedAmount = 0;
  chat.clock.advance(20);
  await chat.settle();

  assertEquals(bob.transport.messages, ["mine", "one", "two"]);
});

Deno.test("Intake.take() tells of who sends a megabyte without reading, once it is too much", async () => {
  const { connection, intake, flooding } = await createIntake();
  connection.unsettled = MAX_UNSETTLED;

  for (let i = 0; i < 15; i++) intake.take(connection, "x".repeat(65_536));
  assertEquals(flooding, []);
  intake.take(connection, "x".repeat(65_536));

  assertEquals(flooding, ["alice"]);
});

// A packet of one character was counted as one byte; a million of them take 64 MB.
Deno.test("Intake.take() counts what a packet takes besides its text", async () => {
  const { connection, intake, flooding } = await createIntake();
  connection.unsettled = MAX_UNSETTLED;

  for (let i = 0; i < 20_000 && flooding.length === 0; i++) intake.take(connection, "x");

  assertEquals(flooding, ["alice"]);
});

Deno.test("Intake.remove() forgets what was held back", async () => {
  const { connection, intake, handled } = await createIntake();
  connection.unsettled = MAX_UNSETTLED;
  intake.take(connection, "1");

  intake.remove(connection);
  connection.unsettled = 0;
  intake.release();

  assertEquals(handled, []);
});
