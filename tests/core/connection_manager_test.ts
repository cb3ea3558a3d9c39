import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { refuse } from "../../core/refusal.ts";
import { ChatError } from "../../core/errors.ts";
import { type Account, type NameClaim, StoreUnavailableError } from "../../core/store.ts";
import { MemoryStore } from "../../core/store_memory.ts";
import { createChat } from "../support/chat.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { SequentialIds } from "../support/sequential_ids.ts";
import { storeWith } from "../support/store_with.ts";

// ─── Joining and leaving ─────────────────────────────────────────────────────────────────────────

Deno.test("connect() welcomes first, and tells the others who joined", async () => {
  const chat = createChat();

  const alice = await chat.join("alice");
  const bob = await chat.join("bob");

  assertEquals(alice.transport.frames.map(({ type }) => type), ["welcome", "joined"]);
  assertEquals(alice.transport.framesOf("joined")[0]!.message, "bob joined the chat");
  assertEquals(bob.transport.frames.map(({ type }) => type), ["welcome"]);
  const welcome = bob.transport.framesOf("welcome")[0]!;
  assertEquals(welcome.online, 2);
  assertEquals(welcome.users.map(({ username }) => username), ["bob", "alice"]);
});

Deno.test("connect() refuses a name that someone else holds, however it is spelt", async () => {
  const chat = createChat();
  await chat.join("Straße", { sessionId: "s1" });

  const error = await assertRejects(() => chat.join("STRASSE", { sessionId: "s2" }), ChatError);

  assertEquals(error.code, "username_taken");
  assertEquals(chat.manager.online, 1);
});

Deno.test("connect() gives one of two sessions a name that both ask for at once", async () => {
  const chat = createChat();

  const outcomes = await Promise.allSettled([
    chat.join("alice", { sessionId: "s1" }),
    chat.join("alice", { sessionId: "s2" }),
  ]);

  assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected"]);
});

Deno.test("connect() refuses a guest a name that a session holds, and a session a guest's", async () => {
  const chat = createChat();
  await chat.join("alice", { sessionId: "s1" });
  await chat.join("gus");

  await assertRejects(() => chat.join("alice"), ChatError, "taken");
  await assertRejects(() => chat.join("gus", { sessionId: "s1" }), ChatError, "taken");
  await assertRejects(() => chat.join("gus"), ChatError, "taken");
});

Deno.test("connect() shows a name as its owner first typed it", async () => {
  const chat = createChat();
  await chat.join("Alice", { sessionId: "s1" });

  const tab = await chat.join("aLICE", { sessionId: "s1" });

  assertEquals(tab.transport.framesOf("welcome")[0]!.username, "Alice");
});

Deno.test("connect() says why a name can't be chosen", async () => {
  const chat = createChat();

  await assertRejects(() => chat.join("no spaces"), ChatError, "can’t be used");
  await assertRejects(() => chat.join("Admin"), ChatError, "reserved");

  assertEquals(chat.manager.online, 0);
});

Deno.test("connect() keeps the account of a session that comes back to its name", async () => {
  const chat = createChat();
  const first = await chat.join("alice", { sessionId: "s1" });
  chat.manager.disconnect(first.connection);
  chat.clock.advance(60_000);

  const second = await chat.join("alice", { sessionId: "s1" });

  assertEquals(second.connection.member.account, first.connection.member.account);
});

Deno.test("connect() gives a name away only after its reservation, and as a new account", async () => {
  const chat = createChat({ nameTtlMs: 600_000 });
  const first = await chat.join("alice", { sessionId: "s1" });
  chat.manager.disconnect(first.connection);
  chat.clock.advance(5_000);
  await chat.settle();
  chat.clock.advance(599_999);
  await assertRejects(() => chat.join("alice", { sessionId: "s2" }), ChatError, "taken");
  await assertRejects(() => chat.join("alice"), ChatError, "taken");
  chat.clock.advance(1);

  const second = await chat.join("alice", { sessionId: "s2" });

  assert(second.connection.member.account !== first.connection.member.account);
});

Deno.test("disconnect() of a guest tells the others once that they left", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");

  chat.manager.disconnect(bob.connection);
  chat.manager.disconnect(bob.connection);
  await chat.settle();

  const left = alice.transport.framesOf("left");
  assertEquals(left.map(({ message }) => message), ["bob left the chat"]);
  assertEquals(left[0]!.online, 1);
});

Deno.test("disconnect() of one of two connections tells nobody", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const tab = await chat.join("bob", { sessionId: "s1" });
  await chat.join("bob", { sessionId: "s1" });

  chat.manager.disconnect(tab.connection);
  chat.clock.advance(60_000);
  await chat.settle();

  assertEquals(alice.transport.framesOf("left"), []);
  assertEquals(alice.transport.framesOf("joined").length, 1);
});

Deno.test("disconnect() waits out the grace of a session, and a reload shows nothing", async () => {
  const chat = createChat({ leaveGraceMs: 5_000 });
  const alice = await chat.join("alice");
  const bob = await chat.join("bob", { sessionId: "s1" });

  chat.manager.disconnect(bob.connection);
  chat.clock.advance(4_999);
  const again = await chat.join("bob", { sessionId: "s1" });
  chat.clock.advance(60_000);
  await chat.settle();

  assertEquals(alice.transport.framesOf("left"), []);
  assertEquals(alice.transport.framesOf("joined").length, 1);
  chat.manager.disconnect(again.connection);
  chat.clock.advance(5_000);
  await chat.settle();
  assertEquals(alice.transport.framesOf("left").length, 1);
});

Deno.test("disconnect() of an old socket, late or twice, leaves the new one of the user alone", async () => {
  // Removing by name instead of by connection lost the new socket of everyone who reconnected.
  const chat = createChat();
  const old = await chat.join("alice", { sessionId: "s1" });
  const fresh = await chat.join("alice", { sessionId: "s1" });
  const bob = await chat.join("bob");

  chat.manager.disconnect(old.connection);
  chat.manager.disconnect(old.connection);
  await chat.say(bob, { message: "still there?" });

  assertEquals(fresh.transport.messages, ["still there?"]);
  assertEquals(old.transport.messages, []);
});

Deno.test("disconnect() tells that someone left only after what they said", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");

  chat.manager.receive(bob.connection, '{"message":"bye all"}');
  chat.manager.disconnect(bob.connection);
  await chat.settle();

  assertEquals(alice.transport.frames.map(({ type }) => type).slice(-2), ["message", "left"]);
});

Deno.test("1,000 users who reconnect before their old sockets close all get every message", async () => {
  const chat = createChat();
  const names = Array.from({ length: 1_000 }, (_, i) => `user${i}`);
  const join = (name: string) => chat.join(name, { sessionId: `s-${name}` });
  const old = await Promise.all(names.map(join));

  const fresh = await Promise.all(names.map(join));
  for (const { connection } of old) chat.manager.disconnect(connection);
  chat.clock.advance(60_000);
  const speaker = await chat.join("speaker");
  await chat.say(speaker, { message: "one" });
  await chat.say(speaker, { message: "two" });
  chat.clock.advance(100);

  for (const { transport } of fresh) assertEquals(transport.messages, ["one", "two"]);
  assertEquals(chat.manager.connections, 1_001);
});

// ─── Messages ────────────────────────────────────────────────────────────────────────────────────

Deno.test("broadcast() reaches everyone, the sender too, in the same bytes", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");

  await chat.say(alice, { id: "k1", message: "hello" });

  const [seen] = bob.transport.framesOf("message");
  assertEquals(seen, {
    type: "message",
    seq: 1,
    at: chat.clock.now(),
    from: "alice",
    account: "a_1",
    message: "hello",
  });
  assertEquals(alice.transport.packets.at(-1), bob.transport.packets.at(-1));
});

Deno.test("broadcast() acknowledges before the sender's own copy, and names its seq", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");

  await chat.say(alice, { id: "k1", message: "hello" });

  const [ack, copy] = alice.transport.frames.slice(1);
  assertEquals(ack, { type: "ack", id: "k1", seq: 1, at: chat.clock.now() });
  assertEquals(copy?.type === "message" && copy.seq, 1);
});

Deno.test("broadcast() without an id is not acknowledged", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");

  await chat.say(alice, { message: "hello" });

  assertEquals(alice.transport.framesOf("ack"), []);
  assertEquals(alice.transport.messages, ["hello"]);
});

Deno.test("broadcast() with an id sent before repeats the ack and delivers nothing", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");

  await chat.say(alice, { id: "k1", message: "hello" });
  await chat.say(alice, { id: "k1", message: "hello" });
  await chat.say(alice, { id: "k1", message: "something else" });

  assertEquals(alice.transport.framesOf("ack").map(({ seq, duplicate }) => [seq, duplicate]), [
    [1, undefined],
    [1, true],
  ]);
  assertEquals(alice.transport.framesOf("error")[0]!.code, "id_reused");
  assertEquals(bob.transport.messages, ["hello"]);
});

Deno.test("sendPersonalMessage() reaches all connections of both, and nobody else", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s1" });
  const aliceTab = await chat.join("alice", { sessionId: "s1" });
  const bob = await chat.join("bob", { sessionId: "s2" });
  const bobPhone = await chat.join("bob", { sessionId: "s2", dialect: "parley.v1" });
  const carol = await chat.join("carol");

  await chat.say(alice, { id: "k1", to: "BOB", message: "psst" });

  for (const { transport } of [alice, aliceTab]) {
    const [echo] = transport.framesOf("message");
    assertEquals([echo?.to, echo?.id, echo?.message], ["bob", "k1", "psst"]);
  }
  for (const { transport } of [bob, bobPhone]) {
    const [copy] = transport.framesOf("message");
    assertEquals([copy?.to, copy?.id, copy?.message], ["bob", undefined, "psst"]);
  }
  assertEquals(carol.transport.packets.join().includes("psst"), false);
  assertEquals(chat.lines.join().includes("psst"), false);
});

Deno.test("sendPersonalMessage() to oneself arrives once on each connection", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s1" });
  const tab = await chat.join("alice", { sessionId: "s1" });

  await chat.say(alice, { id: "k1", to: "alice", message: "note" });

  assertEquals(alice.transport.messages, ["note"]);
  assertEquals(tab.transport.messages, ["note"]);
});

Deno.test("sendPersonalMessage() to nobody known is refused and kept nowhere", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");

  await chat.say(alice, { id: "k1", to: "carol", message: "psst" });

  assertEquals(alice.transport.framesOf("error").map(({ code, id }) => [code, id]), [
    ["unknown_user", "k1"],
  ]);
  const carol = await chat.join("carol", { sessionId: "s1" });
  assertEquals(carol.transport.messages, []);
  assertEquals(alice.transport.messages, []);
});

Deno.test("sendPersonalMessage() refused under an id may be sent again under it", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  await chat.say(alice, { id: "k1", to: "bob", message: "psst" });
  const bob = await chat.join("bob");

  await chat.say(alice, { id: "k1", to: "bob", message: "psst" });

  assertEquals(alice.transport.framesOf("ack").length, 1);
  assertEquals(bob.transport.messages, ["psst"]);
});

Deno.test("a private message to a name that changed hands goes to its new holder alone", async () => {
  const chat = createChat({ nameTtlMs: 0 });
  const alice = await chat.join("alice");
  const former = await chat.join("bob", { sessionId: "s1" });
  chat.manager.disconnect(former.connection);
  chat.clock.advance(5_000);
  await chat.settle();
  const latter = await chat.join("bob", { sessionId: "s2" });

  await chat.say(alice, { to: "bob", message: "psst" });

  assertEquals(former.transport.messages, []);
  assertEquals(latter.transport.messages, ["psst"]);
});

Deno.test("messages, public and private, reach everyone in one order", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { dialect: "parley.v1" });
  const bob = await chat.join("bob", { dialect: "parley.v1" });
  for (let i = 0; i < 100; i++) {
    const to = i % 3 === 0 ? { to: "bob" } : {};
    chat.manager.receive(alice.connection, JSON.stringify({ ...to, message: `${i}` }));
    chat.manager.receive(bob.connection, JSON.stringify({ message: `b${i}` }));
  }
  await chat.settle();

  for (const { transport } of [alice, bob]) {
    const seqs = transport.framesOf("message").map(({ seq }) => seq);
    assertEquals(seqs, Array.from({ length: 200 }, (_, i) => i + 1));
  }
});

Deno.test("someone who joins gets what comes after welcome.seq, and nothing from before", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");

  for (let i = 0; i < 5; i++) chat.manager.receive(alice.connection, `{"message":"old ${i}"}`);
  const bob = await chat.join("bob");
  await chat.say(alice, { message: "new" });

  const welcome = bob.transport.framesOf("welcome")[0]!;
  const after = bob.transport.framesOf("message").map(({ seq }) => seq);
  assertEquals(after, Array.from({ length: 6 - welcome.seq }, (_, i) => welcome.seq + 1 + i));
});

// ─── What bad input gets ─────────────────────────────────────────────────────────────────────────

Deno.test("receive() answers a bad frame to its sender alone, and the connection stays", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  const bob = await chat.join("bob");
  const before = bob.transport.packets.length;

  await chat.say(alice, "nonsense");
  await chat.say(alice, '{"To":"bob","message":"psst"}');
  await chat.say(alice, '{"to":null,"message":"psst"}');
  await chat.say(alice, '{"id":"k1","to":"","message":"psst"}');

  const errors = alice.transport.framesOf("error");
  assertEquals(errors.map(({ code, params, id }) => [code, params?.key, id]), [
    ["invalid_json", undefined, undefined],
    ["invalid_frame", "To", undefined],
    ["invalid_frame", "to", undefined],
    ["invalid_frame", "to", "k1"],
  ]);
  assertEquals(bob.transport.packets.length, before);
  assertEquals(alice.connection.isOpen, true);
});

Deno.test("receive() closes a connection after 100 bad frames, not before", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");

  for (let i = 0; i < 50; i++) chat.manager.receive(alice.connection, "?");
  await chat.say(alice, { message: "good" });
  for (let i = 0; i < 50; i++) chat.manager.receive(alice.connection, "?");
  assertEquals(alice.transport.closed, undefined);
  chat.manager.receive(alice.connection, "?");

  assertEquals(alice.transport.closed, CLOSE_CODES.tooManyErrors);
  assertEquals(chat.manager.connections, 0);
});

Deno.test("receive() closes on a packet over 65,536 bytes, counted in UTF-8", async () => {
  const chat = createChat();
  const fits = await chat.join("fits");
  const tooLarge = await chat.join("large");

  const bytes = "é".repeat((65_536 - 2) / 2);
  chat.manager.receive(fits.connection, `"${bytes}"`);
  chat.manager.receive(tooLarge.connection, `"${bytes}x"`);

  assertEquals(fits.transport.framesOf("error")[0]!.code, "invalid_frame");
  assertEquals(tooLarge.transport.framesOf("error")[0]!.code, "frame_too_large");
  assertEquals(tooLarge.transport.closed, CLOSE_CODES.frameTooLarge);
});

Deno.test("receive() closes on a binary packet", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");

  chat.manager.receive(alice.connection, new ArrayBuffer(3));

  assertEquals(alice.transport.framesOf("error")[0]!.code, "unsupported_data");
  assertEquals(alice.transport.closed, CLOSE_CODES.unsupportedData);
});

Deno.test("receive() limits the rate of an account over all its connections, and only its", async () => {
  const chat = createChat({ rate: { perSecond: 10, burst: 20 } });
  const alice = await chat.join("alice", { sessionId: "s1" });
  const tab = await chat.join("alice", { sessionId: "s1" });
  const bob = await chat.join("bob");

  for (let i = 0; i < 10; i++) await chat.say(alice, { message: `a${i}` });
  for (let i = 0; i < 10; i++) await chat.say(tab, { message: `t${i}` });
  await chat.say(tab, { id: "k1", message: "too soon" });
  await chat.say(bob, { message: "not me" });

  const [error] = tab.transport.framesOf("error");
  assertEquals([error?.code, error?.id, error?.params?.retryAfterMs], ["rate_limited", "k1", 100]);
  assertEquals(bob.transport.messages.length, 21);
  chat.clock.advance(100);
  await chat.say(tab, { id: "k1", message: "in time" });
  assertEquals(bob.transport.messages.at(-1), "in time");
});

Deno.test("receive() answers `internal` when a handler throws, and lives on", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");
  alice.connection.member.sends.take = () => {
    throw new Error("a mistake of ours");
  };

  await chat.say(alice, { id: "k1", message: "hello" });

  assertEquals(alice.transport.framesOf("error").map(({ code, id }) => [code, id]), [
    ["internal", "k1"],
  ]);
  assert(chat.lines.some((line) => line.includes("a mistake of ours")));
  assertEquals(chat.lines.join().includes("hello"), false);
});

Deno.test("a commit that fails is answered to each sender, acknowledged to none", async () => {
  class FullStore extends MemoryStore {
    override append(): Promise<never> {
      return Promise.reject(new Error("disk full"));
    }
  }
  const store = new FullStore({ clock: new ManualClock(), ids: new SequentialIds() });
  const broken = createChat({ store });
  const alice = await broken.join("alice");
  const bob = await broken.join("bob");

  await broken.say(alice, { id: "k1", message: "hello" });

  assertEquals(alice.transport.framesOf("ack"), []);
  assertEquals(alice.transport.framesOf("error").map(({ id }) => id), ["k1"]);
  assertEquals(bob.transport.messages, []);
});

Deno.test("connect() lets those in whose name it is while nothing can be stored, and nobody new", async () => {
  let isFull = false;
  class FillingStore extends MemoryStore {
    override claimName(claim: NameClaim): Promise<Account | "taken"> {
      if (isFull) return Promise.reject(new StoreUnavailableError("disk full"));
      return super.claimName(claim);
    }
    override takeDelivered(author: string): Promise<number[]> {
      if (isFull) return Promise.reject(new StoreUnavailableError("disk full"));
      return super.takeDelivered(author);
    }
  }
  const clock = new ManualClock();
  const store = new FillingStore({ clock, ids: new SequentialIds() });
  const chat = createChat({ clock, store });
  const alice = await chat.join("alice", { sessionId: "s1" });
  await chat.say(alice, { message: "before" });
  chat.manager.disconnect(alice.connection);
  clock.advance(60_000);
  isFull = true;

  const back = await chat.join("alice", { sessionId: "s1", history: 10 });
  await assertRejects(() => chat.join("alice", { sessionId: "s2" }), StoreUnavailableError);
  await assertRejects(() => chat.join("bob", { sessionId: "s1" }), StoreUnavailableError);

  assertEquals(back.transport.messages, ["before"]);
  assertEquals(back.transport.closed, undefined);
});

// ─── Liveness and slow readers ───────────────────────────────────────────────────────────────────

Deno.test("a parley.v1 connection that answers no ping is given up, its socket left to the runtime", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { dialect: "parley.v1" });
  const silent = await chat.join("silent", { dialect: "parley.v1" });

  for (let second = 0; second < 40; second++) {
    chat.clock.advance(1_000);
    chat.manager.receive(alice.connection, '{"type":"pong"}');
  }
  await chat.settle();

  assertEquals(alice.connection.isOpen, true);
  assert(alice.transport.framesOf("ping").length >= 2);
  assertEquals(silent.connection.isOpen, false);
  assertEquals(silent.transport.closed, undefined);
  assertEquals(alice.transport.framesOf("left").map(({ username }) => username), ["silent"]);
});

Deno.test("a plain connection is never sent a ping", async () => {
  const chat = createChat();
  const alice = await chat.join("alice");

  chat.clock.advance(60_000);

  assertEquals(alice.transport.framesOf("ping"), []);
  assertEquals(alice.connection.isOpen, true);
});

Deno.test("a reader that stops is closed as slow, and the others notice nothing", async () => {
  const chat = createChat({ outboxLimits: { maxBytes: 10_000, stallMs: 10_000 } });
  const stalled = await chat.join("stalled");
  const alice = await chat.join("alice");
  stalled.transport.bufferedAmount = 100_000;

  for (let i = 0; i < 30; i++) await chat.say(alice, { message: "x".repeat(4000) });
  const closedAtOnce = stalled.transport.closed;
  chat.clock.advance(2_000);
  await chat.say(alice, { message: "one more" });

  assertEquals(closedAtOnce, undefined);
  assertEquals(stalled.transport.closed, CLOSE_CODES.slowConsumer);
  assertEquals(alice.transport.messages.length, 31);
});

// ─── Limits and the end ──────────────────────────────────────────────────────────────────────────

Deno.test("admit() counts sockets in all, by address and by session, until they are gone", () => {
  const chat = createChat({ limits: { maxConnections: 4, maxPerAddress: 3, maxPerSession: 2 } });
  const enter = (address: string, sessionId?: string) => chat.manager.admit({ address, sessionId });
  const first = enter("10.0.0.1", "s1");
  enter("10.0.0.1", "s1");

  assertThrows(() => enter("10.0.0.2", "s1"), ChatError, "this browser");
  enter("10.0.0.1");
  assertThrows(() => enter("10.0.0.1"), ChatError, "your address");
  enter("10.0.0.3");
  assertThrows(() => enter("10.0.0.4"), ChatError, "full");
  first.release();
  first.release();
  enter("10.0.0.4", "s1");

  assertEquals(chat.manager.sockets, 4);
});

Deno.test("admit() lets 5,000 in at once, and tells those beyond to come back at different times", () => {
  const chat = createChat();
  const enter = (i: number) => chat.manager.admit({ address: `${i}`, sessionId: undefined });
  for (let i = 0; i < 5_000; i++) enter(i);

  const waits = Array.from({ length: 50 }, (_, i) => {
    const error = assertThrows(() => enter(5_000 + i), ChatError, "at once");
    return (error as ChatError).params.retryAfterMs;
  });

  assert(new Set(waits).size > 25);
  chat.clock.advance(1_000);
  for (let i = 0; i < 1_000; i++) enter(6_000 + i);
});

Deno.test("admit() refuses an address whose given-up sockets don't go away", async () => {
  const chat = createChat({ outboxLimits: { maxBytes: 10, stallMs: 10 } });
  const tickets = [];
  for (let i = 0; i < 16; i++) {
    const ticket = chat.manager.admit({ address: "10.0.0.1", sessionId: undefined });
    tickets.push(ticket);
    await chat.join(`slow${i}`, { ticket, bufferedAmount: 1_000_000 });
  }

  assertEquals(chat.manager.zombies, 16);
  const enter = () => chat.manager.admit({ address: "10.0.0.1", sessionId: undefined });
  assertThrows(enter, ChatError, "your address");
  chat.manager.admit({ address: "10.0.0.2", sessionId: undefined });
  for (const ticket of tickets) ticket.release();

  enter();
  assertEquals(chat.manager.zombies, 0);
});

Deno.test("shutdown() delivers what was accepted, then closes everyone with a reconnect code", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { sessionId: "s1", dialect: "parley.v1" });
  const bob = await chat.join("bob");
  chat.manager.receive(alice.connection, '{"id":"k1","message":"last words"}');

  const done = chat.manager.shutdown();
  await chat.settle();
  await done;

  for (const { transport } of [alice, bob]) {
    assertEquals(transport.messages, ["last words"]);
    assertEquals(transport.framesOf("error").map(({ code }) => code), ["shutting_down"]);
    assertStrictEquals(transport.closed, CLOSE_CODES.shuttingDown);
    assertEquals(transport.framesOf("left"), []);
  }
  assertEquals(alice.transport.framesOf("ack").length, 1);
  assertEquals(chat.clock.pending, 0);
  const admit = () => chat.manager.admit({ address: "::1", sessionId: undefined });
  const notAdmitted = assertThrows(admit, ChatError, "restarting");
  const notConnected = await assertRejects(() => chat.join("carol"), ChatError, "restarting");
  // Their sockets said nothing about when to come back, so they all came back together.
  for (const { params } of [notAdmitted, notConnected]) assert(Number(params.retryAfterMs) > 0);
});

Deno.test("shutdown() takes nothing more from clients, so that it ends while they keep writing", async () => {
  const chat = createChat();
  const alice = await chat.join("alice", { dialect: "parley.v1" });
  const say = (text: string) => chat.manager.receive(alice.connection, `{"message":"${text}"}`);
  for (let i = 0; i < 300; i++) say("before");

  let isOver = false;
  chat.manager.shutdown().then(() => isOver = true);
  for (let turn = 0; turn < 20 && !isOver; turn++) {
    say("after");
    await chat.settle();
  }

  assertEquals(isOver, true);
  assertEquals(alice.transport.messages, Array.from({ length: 256 }, () => "before"));
  assertStrictEquals(alice.transport.closed, CLOSE_CODES.shuttingDown);
});

Deno.test("shutdown() tells clients to come back though the log answers nothing, or fails", async () => {
  const fail = () => Promise.reject(new Error("the disk is full"));
  for (const append of [() => new Promise<never>(() => {}), fail]) {
    const clock = new ManualClock();
    const log = new MemoryStore({ clock, ids: new SequentialIds() });
    const chat = createChat({ clock, store: storeWith(log, { append, touchAccounts: fail }) });
    const alice = await chat.join("alice", { sessionId: "s1" });
    chat.manager.receive(alice.connection, '{"id":"k1","message":"x"}');

    const done = chat.manager.shutdown();
    await chat.settle();
    clock.advance(1_000);
    await done;

    assertStrictEquals(alice.transport.closed, CLOSE_CODES.shuttingDown);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("shutdown() releases all names in one commit", async () => {
  // One after the other, 9,000 took longer than a server has to stop.
  const clock = new ManualClock();
  const log = new MemoryStore({ clock, ids: new SequentialIds() });
  const touched: number[] = [];
  const store = storeWith(log, {
    touchAccounts: (accounts) => {
      touched.push(accounts.length);
      return log.touchAccounts(accounts);
    },
  });
  const chat = createChat({ clock, store });
  for (let i = 0; i < 20; i++) await chat.join(`u${i}`, { sessionId: `s${i}` });
  await chat.join("guest");

  const done = chat.manager.shutdown();
  await chat.settle();
  await done;

  assertEquals(touched, [20]);
});

Deno.test("nothing is left behind when everyone has gone", async () => {
  const chat = createChat();
  const peers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => chat.join(`u${i}`, { dialect: "parley.v1" })),
  );

  for (const peer of peers) chat.manager.disconnect(peer.connection);
  chat.clock.advance(2_000);
  await chat.settle();

  assertEquals(chat.manager.connections, 0);
  assertEquals(chat.manager.online, 0);
  assertEquals(chat.clock.pending, 0);
});

Deno.test("refuse() says why in the only frame, and closes with the code that goes with it", () => {
  const transport = new FakeTransport();

  refuse(transport, new ChatError("username_taken", { username: "alice" }));

  assertEquals(transport.frames.map(({ type }) => type), ["error"]);
  assertEquals(transport.closed, CLOSE_CODES.usernameTaken);
});
