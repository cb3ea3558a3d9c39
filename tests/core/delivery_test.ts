import { assertEquals, assertRejects } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { ChatError } from "../../core/errors.ts";
import { StoreUnavailableError } from "../../core/store.ts";
import { MemoryStore } from "../../core/store_memory.ts";
import { createChat } from "../support/chat.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { SequentialIds } from "../support/sequential_ids.ts";
import { storeWith } from "../support/store_with.ts";

Deno.test("the ack comes before the sender's own copy when someone leaves in the same commit", async () => {
  // What is told after the messages of a commit flushed their copies before their acks had left.
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");

  chat.manager.receive(alice.connection, '{"id":"k1","message":"one"}');
  chat.manager.receive(alice.connection, '{"id":"k2","message":"two"}');
  chat.manager.disconnect(bob.connection);
  await chat.settle();

  assertEquals(alice.transport.frames.slice(2).map(({ type }) => type), [
    "ack",
    "message",
    "ack",
    "message",
    "left",
  ]);
});

Deno.test("nothing that a client sends behind the packet which ends its connection is handled", async () => {
  // Messages held behind a refused packet were stored and delivered after the connection had ended.
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");
  const send = (packet: string | ArrayBuffer) => chat.manager.receive(alice.connection, packet);

  for (let i = 0; i < 300; i++) send(`{"message":"${i}"}`);
  send(new ArrayBuffer(1));
  for (let i = 0; i < 20; i++) send('{"message":"too late"}');
  await chat.settle();

  assertEquals(alice.transport.closed, CLOSE_CODES.unsupportedData);
  assertEquals(bob.transport.messages.length, 300);
  assertEquals(chat.store.lastSeq, 300);
});

Deno.test("a socket that can't be sent to costs nobody else a message, and is asked to come back", async () => {
  const chat = createChat();
  const [alice, bob] = [await chat.join("alice"), await chat.join("bob")];
  const broken = await chat.join("carol");
  broken.transport.send = () => {
    throw new Error("broken");
  };

  for (const message of ["one", "two"]) await chat.say(alice, { id: message, message });
  await chat.say(broken, { message: "three" });

  for (const { transport } of [alice, bob]) assertEquals(transport.messages, ["one", "two"]);
  assertEquals(alice.transport.framesOf("ack").length, 2);
  assertEquals(broken.transport.closed, CLOSE_CODES.internal);
  assertEquals(chat.lines.filter((line) => line.includes("sending failed")).length, 1);
});

Deno.test("a message that nobody got since nothing is kept is delivered when it is sent again", async () => {
  // Its sender was told that bob was away, and then that it had been sent before.
  const clock = new ManualClock();
  const retention = { kind: "none" } as const;
  const store = new MemoryStore({ clock, ids: new SequentialIds(), retention });
  const chat = createChat({ clock, store });
  const alice = await chat.join("alice");
  const bob = await chat.join("bob", { sessionId: "s1" });
  const frame = { id: "k1", to: "bob", message: "psst" };

  for (let i = 0; i < 2; i++) chat.manager.receive(alice.connection, JSON.stringify(frame));
  chat.manager.disconnect(bob.connection);
  await chat.settle();
  await chat.say(alice, frame);
  const codes = alice.transport.framesOf("error").map(({ code }) => code);
  const back = await chat.join("bob", { sessionId: "s1" });
  await chat.say(alice, frame);
  await chat.say(alice, frame);

  assertEquals(codes, ["user_away", "user_away", "user_away"]);
  assertEquals(back.transport.messages, ["psst"]);
  assertEquals(alice.transport.framesOf("ack").map(({ duplicate }) => duplicate), [
    undefined,
    true,
  ]);
});

Deno.test("only what a recipient has shown to have got is told as delivered", async () => {
  // A message committed while bob came marked every earlier one, too, as delivered.
  const clock = new ManualClock();
  const log = new MemoryStore({ clock, ids: new SequentialIds() });
  const held: Promise<void>[] = [];
  const store = storeWith(log, {
    append: async (events) => {
      await held.shift();
      return await log.append(events);
    },
  });
  const chat = createChat({ clock, store });
  const alice = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob", { sessionId: "s1" });
  chat.manager.disconnect(bob.connection);
  await chat.say(alice, { to: "bob", message: "one" });
  const delivered = () => alice.transport.framesOf("delivered").map(({ seq }) => seq);

  const commit = Promise.withResolvers<void>();
  held.push(commit.promise);
  chat.manager.receive(alice.connection, '{"to":"bob","message":"two"}');
  const back = await chat.join("bob", { sessionId: "s1", dialect: "parley.v1" });
  commit.resolve();
  await chat.settle();

  assertEquals(back.transport.messages, ["one", "two"]);
  assertEquals(delivered(), []);
  for (let i = 0; i < 2; i++) await chat.say(back, { type: "pong" });
  assertEquals(delivered(), [1, 2]);
});

Deno.test("what was stored though its answer was lost reaches everyone, and is stored once", async () => {
  // The sender heard that nothing could be stored, and those who were connected never got it.
  const clock = new ManualClock();
  const log = new MemoryStore({ clock, ids: new SequentialIds() });
  const failures = ["the Worker ended"];
  const store = storeWith(log, {
    append: async (events) => {
      const results = await log.append(events);
      if (failures.length > 0) throw new StoreUnavailableError(failures.shift()!);
      return results;
    },
  });
  const chat = createChat({ clock, store });
  const [alice, bob] = [
    await chat.join("alice", { sessionId: "s0" }),
    await chat.join("bob", { sessionId: "s1", dialect: "parley.v1" }),
  ];
  const { epoch, seq } = bob.transport.framesOf("welcome")[0]!;

  await chat.say(alice, { id: "k1", message: "one" });
  for (const { transport } of [alice, bob]) {
    assertEquals(transport.closed, CLOSE_CODES.internal);
    assertEquals(transport.framesOf("error").map(({ code, id }) => [code, id]), [
      ["unavailable", undefined],
    ]);
  }
  const resume = { epoch, seq };
  const bobAgain = await chat.join("bob", { sessionId: "s1", dialect: "parley.v1", resume });
  const aliceAgain = await chat.join("alice", { sessionId: "s0", resume });
  await chat.say(aliceAgain, { id: "k1", message: "one" });
  await chat.say(aliceAgain, { id: "k2", message: "two" });

  for (const { transport } of [aliceAgain, bobAgain]) {
    assertEquals(transport.framesOf("message").map(({ seq }) => seq), [1, 2]);
    assertEquals(transport.framesOf("resumed")[0]!.recovered, true);
  }
  assertEquals(aliceAgain.transport.framesOf("ack").map(({ id, seq }) => [id, seq]), [
    ["k1", 1],
    ["k2", 2],
  ]);
});

Deno.test("a session that was ended while the answer was lost isn't let in on trust", async () => {
  const clock = new ManualClock();
  const log = new MemoryStore({ clock, ids: new SequentialIds() });
  let interrupt = () => {};
  const store = storeWith(log, { onInterrupted: (listener) => interrupt = listener });
  const chat = createChat({ clock, store });
  const bob = await chat.join("bob", { sessionId: "s1" });

  await log.revokeSession("s1");
  interrupt();
  await chat.settle();

  assertEquals(bob.transport.closed, CLOSE_CODES.internal);
  await assertRejects(() => chat.join("bob", { sessionId: "s1" }), ChatError, "taken");
});
