import { assert, assertEquals } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { LOBBY } from "../../core/conversations.ts";
import { MemoryStore } from "../../core/store_memory.ts";
import { createChat } from "../support/chat.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { SequentialIds } from "../support/sequential_ids.ts";
import { storeWith } from "../support/store_with.ts";

const seqsOf = (frames: readonly { seq: number }[]) => frames.map(({ seq }) => seq);

Deno.test("a client that says where it was gets what it missed, then `resumed`, then what is new", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob", { sessionId: "s1" });
  const { epoch } = bob.transport.framesOf("welcome")[0]!;
  await chat.say(alice, { message: "one" });
  chat.manager.disconnect(bob.connection);
  for (const message of ["two", "three"]) await chat.say(alice, { message });

  const back = await chat.join("bob", { sessionId: "s1", resume: { epoch, seq: 1 } });
  await chat.say(alice, { message: "four" });

  assertEquals(back.transport.frames.map(({ type }) => type), [
    "welcome",
    "message",
    "message",
    "resumed",
    "message",
  ]);
  assertEquals(back.transport.messages, ["two", "three", "four"]);
  assertEquals(back.transport.framesOf("resumed")[0], { type: "resumed", recovered: true, seq: 3 });
});

Deno.test("a resume shows what is private to the account, and nothing private to others", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob", { sessionId: "s1" });
  await chat.join("carol", { sessionId: "s2" });
  const { epoch } = bob.transport.framesOf("welcome")[0]!;
  await chat.say(alice, { to: "carol", message: "not for bob" });
  await chat.say(alice, { to: "bob", message: "for bob" });
  await chat.say(bob, { to: "alice", message: "from bob" });

  const bobAgain = await chat.join("bob", { sessionId: "s1", resume: { epoch, seq: 0 } });
  const dave = await chat.join("dave", { resume: { epoch, seq: 0 } });

  assertEquals(bobAgain.transport.messages, ["for bob", "from bob"]);
  assertEquals(dave.transport.messages, []);
  assertEquals(dave.transport.framesOf("resumed")[0]!.recovered, true);
});

Deno.test("a resume in another epoch, or from a position that never was, recovers nothing", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const { epoch } = alice.transport.framesOf("welcome")[0]!;
  for (const message of ["one", "two"]) await chat.say(alice, { message });

  const other = await chat.join("bob", { resume: { epoch: "e_other", seq: 1 } });
  const ahead = await chat.join("carol", { resume: { epoch, seq: 3 } });

  for (const { transport } of [other, ahead]) {
    assertEquals(transport.messages, []);
    assertEquals(transport.framesOf("resumed")[0], { type: "resumed", recovered: false, seq: 2 });
  }
});

Deno.test("a resume recovers all or nothing: one event too many and it is nothing", async () => {
  const chat = createChat({ maxRecoveredEvents: 3 });
  const alice = await chat.join("alice", { sessionId: "s0" });
  const { epoch } = alice.transport.framesOf("welcome")[0]!;
  await chat.say(alice, { to: "alice", message: "private to alice" });
  for (let i = 0; i < 3; i++) await chat.say(alice, { message: `${i}` });

  const bob = await chat.join("bob", { resume: { epoch, seq: 0 } });
  const aliceAgain = await chat.join("alice", { sessionId: "s0", resume: { epoch, seq: 0 } });

  assertEquals(bob.transport.framesOf("resumed")[0]!.recovered, true);
  assertEquals(bob.transport.messages, ["0", "1", "2"]);
  assertEquals(aliceAgain.transport.framesOf("resumed")[0]!.recovered, false);
  assertEquals(aliceAgain.transport.messages, []);
});

Deno.test("a resume that recovers nothing says so before anything newer", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob", { sessionId: "s1" });
  chat.manager.disconnect(bob.connection);
  await chat.say(alice, { to: "bob", message: "waiting" });

  const resume = { epoch: "e_other", seq: 1 };
  const back = await chat.join("bob", { sessionId: "s1", resume, bufferedAmount: 100_000 });
  await chat.say(alice, { message: "newer" });
  back.transport.bufferedAmount = 0;
  for (let i = 0; i < 10; i++) {
    chat.clock.advance(20);
    await chat.settle();
  }

  const [, ...frames] = back.transport.frames.map((frame) =>
    frame.type === "message" ? frame.message : frame
  );
  assertEquals(frames, ["waiting", { type: "resumed", recovered: false, seq: 1 }, "newer"]);
});

Deno.test("a resume while messages pour in has no hole and no double", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const { epoch } = alice.transport.framesOf("welcome")[0]!;
  for (let i = 0; i < 2_000; i++) chat.manager.receive(alice.connection, `{"message":"${i}"}`);
  for (let i = 0; i < 20; i++) await chat.settle();

  const joining = chat.join("bob", { resume: { epoch, seq: 100 }, dialect: "parley.v1" });
  for (let i = 2_000; i < 2_500; i++) {
    chat.manager.receive(alice.connection, `{"message":"${i}"}`);
    if (i % 50 === 0) await chat.settle();
  }
  const bob = await joining;
  for (let i = 0; i < 20; i++) await chat.settle();

  const seqs = seqsOf(bob.transport.framesOf("message"));
  assertEquals(seqs, Array.from({ length: 2_400 }, (_, i) => 101 + i));
  assert(bob.transport.framesOf("resumed")[0]!.recovered);
});

Deno.test("a resume goes no faster than its reader, and the others are served meanwhile", async () => {
  const chat = createChat({ outboxLimits: { maxBytes: 256 * 1024, stallMs: 10_000 } });
  const alice = await chat.join("alice");
  const { epoch } = alice.transport.framesOf("welcome")[0]!;
  const text = "x".repeat(4_000);
  for (let i = 0; i < 200; i++) chat.manager.receive(alice.connection, `{"message":"${text}"}`);
  for (let i = 0; i < 30; i++) await chat.settle();

  const bob = await chat.join("bob", { dialect: "parley.v1" });
  chat.manager.disconnect(bob.connection);
  const transport = bob.transport;
  const joining = chat.join("slow", { resume: { epoch, seq: 0 }, bufferedAmount: 100_000 });
  await chat.settle();
  await chat.say(alice, { message: "meanwhile" });
  const slow = await joining;
  assertEquals(slow.transport.messages, []);
  slow.transport.bufferedAmount = 0;
  for (let i = 0; i < 400; i++) {
    chat.clock.advance(20);
    await chat.settle();
  }

  assertEquals(transport.closed, undefined);
  assertEquals(slow.transport.closed, undefined);
  assertEquals(slow.transport.messages.length, 201);
  assertEquals(alice.transport.messages.at(-1), "meanwhile");
});

Deno.test("history is sent only if asked for, marked as replay, before what is new", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  for (let i = 1; i <= 5; i++) await chat.say(alice, { message: `${i}` });

  const asking = await chat.join("bob", { history: 3 });
  const silent = await chat.join("carol");
  await chat.say(alice, { message: "new" });

  const frames = asking.transport.framesOf("message");
  assertEquals(frames.map(({ message, replay }) => [message, replay]), [
    ["3", true],
    ["4", true],
    ["5", true],
    ["new", undefined],
  ]);
  assertEquals(asking.transport.framesOf("resumed"), []);
  assertEquals(silent.transport.messages, ["new"]);
});

Deno.test("a private message to someone away waits, arrives when they come back, and that is told", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob", { sessionId: "s1" });
  chat.manager.disconnect(bob.connection);

  await chat.say(alice, { id: "k1", to: "bob", message: "are you there?" });
  const back = await chat.join("bob", { sessionId: "s1", dialect: "parley.v1" });
  assertEquals(alice.transport.framesOf("delivered"), []);
  await chat.say(back, { type: "pong" });
  const again = await chat.join("bob", { sessionId: "s1" });

  assertEquals(alice.transport.framesOf("ack").map(({ id, waiting }) => [id, waiting]), [
    ["k1", true],
  ]);
  assertEquals(back.transport.messages, ["are you there?"]);
  assertEquals(again.transport.messages, []);
  assertEquals(alice.transport.framesOf("delivered"), [{ type: "delivered", seq: 1 }]);
});

Deno.test("an author who was away is told of a delivery on coming back, once", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob", { sessionId: "s1" });
  chat.manager.disconnect(bob.connection);
  await chat.say(alice, { to: "bob", message: "psst" });
  chat.manager.disconnect(alice.connection);
  const bobAgain = await chat.join("bob", { sessionId: "s1" });
  chat.clock.advance(2_000);
  await chat.say(bobAgain, { type: "pong" });

  const back = await chat.join("alice", { sessionId: "s0" });
  await chat.settle();
  const again = await chat.join("alice", { sessionId: "s0" });
  await chat.settle();

  assertEquals(back.transport.framesOf("delivered").length, 1);
  assertEquals(again.transport.framesOf("delivered"), []);
});

Deno.test("what waited for the former owner of a name never reaches the new one", async () => {
  const chat = createChat({ nameTtlMs: 60_000 });
  const alice = await chat.join("alice", { sessionId: "s0" });
  const former = await chat.join("bob", { sessionId: "s1" });
  const { epoch } = former.transport.framesOf("welcome")[0]!;
  await chat.say(alice, { to: "bob", message: "live secret" });
  chat.manager.disconnect(former.connection);
  await chat.say(alice, { to: "bob", message: "waiting secret" });
  chat.clock.advance(5_000 + 60_000);
  await chat.settle();

  const resume = { epoch, seq: 0 };
  const latter = await chat.join("bob", { sessionId: "s2", history: 100 });
  const resumed = await chat.join("bob", { sessionId: "s2", resume });
  await chat.settle();

  for (const { transport } of [latter, resumed]) {
    assertEquals(transport.packets.join().includes("secret"), false);
  }
  assertEquals(alice.transport.framesOf("delivered"), []);
});

Deno.test("a read position is told to the account's other connections, and never moves back", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });
  const tab = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob");
  for (const message of ["one", "two"]) await chat.say(bob, { message });

  await chat.say(alice, { type: "read", conversation: LOBBY, seq: 2 });
  await chat.say(alice, { type: "read", conversation: LOBBY, seq: 1 });
  await chat.say(alice, { type: "read", conversation: LOBBY, seq: 99 });

  assertEquals(tab.transport.framesOf("read").map(({ seq, unread }) => [seq, unread]), [
    [2, 0],
    [2, 0],
    [2, 0],
  ]);
  assertEquals(alice.transport.framesOf("read"), []);
  assertEquals(bob.transport.framesOf("read"), []);
});

Deno.test("a read position in a conversation of others is refused", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });

  await chat.say(alice, { type: "read", conversation: "a_8.a_9", seq: 1 });

  assertEquals(alice.transport.framesOf("error")[0]!.code, "unknown_conversation");
});

Deno.test("someone catching up still hears who comes and goes", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const { epoch } = alice.transport.framesOf("welcome")[0]!;
  await chat.say(alice, { message: "x".repeat(4_000) });

  const resume = { epoch, seq: 0 };
  const slow = await chat.join("slow", { resume, bufferedAmount: 100_000 });
  await chat.join("carol");
  slow.transport.bufferedAmount = 0;
  for (let i = 0; i < 10; i++) {
    chat.clock.advance(20);
    await chat.settle();
  }

  assertEquals(slow.transport.framesOf("joined").map(({ username }) => username), ["carol"]);
  assertEquals(slow.transport.framesOf("resumed").length, 1);
});

Deno.test("endSessions() closes the sockets of those sessions alone, endAccount() all of an account", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob", { sessionId: "s1" });
  const tab = await chat.join("bob", { sessionId: "s1" });

  chat.manager.endSessions(["s0"]);
  assertEquals(alice.transport.closed, CLOSE_CODES.signedOut);
  assertEquals(bob.transport.closed, undefined);
  chat.manager.endAccount(bob.connection.member.account);
  await chat.settle();

  for (const { transport } of [bob, tab]) assertEquals(transport.closed, CLOSE_CODES.signedOut);
  assertEquals(chat.manager.connections, 0);
});

Deno.test("a resume from before what retention removed recovers nothing", async () => {
  // It claimed success, and left a hole: 8, 9 and 10 after 1.
  const clock = new ManualClock();
  const retention = { kind: "count", maxEvents: 3 } as const;
  const store = new MemoryStore({ clock, ids: new SequentialIds(), retention });
  const chat = createChat({ clock, store });
  const alice = await chat.join("alice");
  const { epoch } = alice.transport.framesOf("welcome")[0]!;
  for (let i = 1; i <= 10; i++) await chat.say(alice, { message: `${i}` });
  await store.prune(100);

  const before = await chat.join("bob", { resume: { epoch, seq: 6 } });
  const after = await chat.join("carol", { resume: { epoch, seq: 7 } });

  assertEquals(before.transport.framesOf("resumed")[0]!.recovered, false);
  assertEquals(before.transport.messages, []);
  assertEquals(after.transport.framesOf("resumed")[0]!.recovered, true);
  assertEquals(after.transport.messages, ["8", "9", "10"]);
});

Deno.test("a private message names the account it means, and reaches no other of that name", async () => {
  const chat = createChat({ nameTtlMs: 0 });
  const alice = await chat.join("alice");
  const former = await chat.join("bob", { sessionId: "s1" });
  const { account } = former.connection.member;
  await chat.say(alice, { to: "bob", account, message: "one" });
  chat.manager.disconnect(former.connection);
  chat.clock.advance(5_000);
  await chat.settle();
  const latter = await chat.join("bob", { sessionId: "s2" });

  await chat.say(alice, { id: "k1", to: "bob", account, message: "two" });
  await chat.say(alice, { id: "k1", to: "bob", message: "three" });
  await chat.say(alice, { account, message: "four" });

  assertEquals(former.transport.messages, ["one"]);
  assertEquals(latter.transport.messages, ["three"]);
  assertEquals(alice.transport.framesOf("error").map(({ code, id }) => [code, id]), [
    ["name_moved", "k1"],
    ["invalid_frame", undefined],
  ]);
});

Deno.test("someone who drops during a commit and comes back at once gets the message once, as having waited", async () => {
  const clock = new ManualClock();
  const memory = new MemoryStore({ clock, ids: new SequentialIds() });
  const [correcting, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const store = storeWith(memory, {
    async markWaiting(seq) {
      correcting.resolve();
      await goOn.promise;
      await memory.markWaiting(seq);
    },
  });
  const chat = createChat({ clock, store });
  const alice = await chat.join("alice");
  const bob = await chat.join("bob", { sessionId: "s1" });

  chat.manager.receive(alice.connection, '{"id":"k1","to":"bob","message":"psst"}');
  chat.manager.disconnect(bob.connection);
  await correcting.promise;
  const joining = chat.join("bob", { sessionId: "s1", dialect: "parley.v1" });
  await chat.settle();
  goOn.resolve();
  const back = await joining;
  await chat.settle();
  await chat.say(back, { type: "pong" });
  const again = await chat.join("bob", { sessionId: "s1" });

  assertEquals(back.transport.messages, ["psst"]);
  assertEquals(again.transport.messages, []);
  assertEquals(alice.transport.framesOf("ack")[0]!.waiting, true);
  assertEquals(alice.transport.framesOf("delivered").length, 1);
});

Deno.test("what had waited is sent again when the connection it was sent to broke before it arrived", async () => {
  // The kernel had it, the line was cut, and it was never sent again.
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob", { sessionId: "s1" });
  chat.manager.disconnect(bob.connection);
  for (const message of ["one", "two"]) await chat.say(alice, { to: "bob", message });

  const cut = await chat.join("bob", { sessionId: "s1", dialect: "parley.v1" });
  const { epoch, seq } = cut.transport.framesOf("welcome")[0]!;
  chat.manager.disconnect(cut.connection);
  const plain = await chat.join("bob", { sessionId: "s1" });
  await chat.say(plain, { type: "pong" });
  chat.manager.disconnect(plain.connection);
  const resume = { epoch, seq };
  const back = await chat.join("bob", { sessionId: "s1", dialect: "parley.v1", resume });

  for (const { transport } of [cut, plain, back]) {
    assertEquals(transport.messages, ["one", "two"]);
    assertEquals(transport.framesOf("message").every(({ replay }) => replay), true);
  }
  assertEquals(alice.transport.framesOf("delivered"), []);
  await chat.say(back, { type: "pong" });
  assertEquals(alice.transport.framesOf("delivered").length, 2);
});

Deno.test("more than a page of what had waited arrives whole, in order", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s0" });
  const bob = await chat.join("bob", { sessionId: "s1" });
  chat.manager.disconnect(bob.connection);
  for (let i = 0; i < 450; i++) await chat.say(alice, { to: "bob", message: `${i}` });

  const back = await chat.join("bob", { sessionId: "s1", dialect: "parley.v1" });
  await chat.settle();
  for (let i = 0; i < 10; i++) await chat.say(back, { type: "pong" });

  assertEquals(back.transport.messages, Array.from({ length: 450 }, (_, i) => `${i}`));
  assertEquals(alice.transport.framesOf("delivered").length, 450);
});

for (const kind of ["forever", "none"] as const) {
  Deno.test(`whoever connects gets every event after the one its welcome names, with --keep ${kind}`, async () => {
    // Between the welcome and going live something was waited for, and the start was read again.
    const clock = new ManualClock();
    for (let turns = 0; turns < 24; turns++) {
      const retention = { kind };
      const store = new MemoryStore({ clock, ids: new SequentialIds(), retention });
      const chat = createChat({ clock, store });
      const alice = await chat.join("alice", { dialect: "parley.v1" });
      const transport = new FakeTransport();

      const joining = chat.manager.connect(transport, { username: "bob" });
      for (let turn = 0; turn < 24; turn++) {
        if (turn >= turns) chat.manager.receive(alice.connection, '{"message":"x"}');
        if (turn % 6 === 0) clock.advance(0);
        await Promise.resolve();
      }
      await joining;
      for (let i = 0; i < 3; i++) await chat.settle();

      const { seq } = transport.framesOf("welcome")[0]!;
      const expected = Array.from({ length: store.lastSeq - seq }, (_, i) => seq + 1 + i);
      assertEquals(seqsOf(transport.framesOf("message")), expected, `after ${turns} turns`);
    }
  });
}

Deno.test("a resume sends long messages too, all of them, a page at a time", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const { epoch } = alice.transport.framesOf("welcome")[0]!;
  const said = Array.from({ length: 60 }, (_, index) => `${index} ${"字".repeat(3_990)}`);
  for (const message of said) await chat.say(alice, { message });

  const bob = await chat.join("bob", { resume: { epoch, seq: 0 } });
  await chat.settle();
  await chat.settle();

  assertEquals(bob.transport.messages, said);
  assertEquals(bob.transport.framesOf("resumed").map(({ recovered }) => recovered), [true]);
});

Deno.test("history ends before it has too many characters, with the newest", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const said = Array.from({ length: 60 }, (_, index) => `${index} ${"字".repeat(3_990)}`);
  for (const message of said) await chat.say(alice, { message });

  const bob = await chat.join("bob", { history: 500 });

  assertEquals(bob.transport.messages, said.slice(-33));
});

Deno.test("a resume during which retention removes what is missed has no hole that nobody tells of", async () => {
  const clock = new ManualClock();
  const retention = { kind: "count", maxEvents: 100 } as const;
  const store = new MemoryStore({ clock, ids: new SequentialIds(), retention });
  const chat = createChat({ clock, store });
  const alice = await chat.join("alice");
  const { epoch } = alice.transport.framesOf("welcome")[0]!;
  const sayMany = async (count: number) => {
    for (let i = 0; i < count; i++) chat.manager.receive(alice.connection, '{"message":"x"}');
    for (let i = 0; i < 10; i++) await chat.settle();
  };
  await sayMany(600);

  const bob = await chat.join("bob", { resume: { epoch, seq: 0 }, bufferedAmount: 100_000 });
  await sayMany(100);
  await store.prune(1_000);
  bob.transport.bufferedAmount = 0;
  for (let i = 0; i < 10; i++) {
    clock.advance(20);
    await chat.settle();
  }
  const seqs = seqsOf(bob.transport.framesOf("message"));
  const back = await chat.join("carol", { resume: { epoch, seq: seqs.at(-1)! } });

  assertEquals(seqs, Array.from({ length: 500 }, (_, i) => i + 1));
  assertEquals(bob.transport.framesOf("resumed"), []);
  assertEquals(bob.transport.closed, CLOSE_CODES.internal);
  assertEquals(back.transport.framesOf("resumed")[0]!.recovered, false);
});
