import { assertEquals } from "@std/assert";
import { createChat, type Peer } from "../support/chat.ts";

const RATE = { perSecond: 10, burst: 20 };
const LIMITS = { maxConnections: 0, maxPerAddress: 100, maxPerSession: 0 };

/** A chat with the usual limits, and people to write to. */
function createLimitedChat(maxPerAddress = 100) {
  const chat = createChat({ rate: RATE, limits: { ...LIMITS, maxPerAddress } });
  const comeFrom = (address: string, username: string, sessionId?: string): Promise<Peer> => {
    const ticket = chat.manager.admit({ address, sessionId });
    return chat.join(username, { ticket, sessionId });
  };
  const codesOf = ({ transport }: Peer) => transport.framesOf("error").map(({ code }) => code);
  return { ...chat, comeFrom, codesOf };
}

/** Sends a message every second, each to somebody else; says how many were acknowledged. */
async function writeToMany(
  chat: ReturnType<typeof createLimitedChat>,
  peer: Peer,
  names: readonly string[],
): Promise<number> {
  const before = peer.transport.framesOf("ack").length;
  for (const to of names) {
    await chat.say(peer, { id: `to-${to}`, to, message: "hello" });
    chat.clock.advance(100);
  }
  return peer.transport.framesOf("ack").length - before;
}

const namesOf = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => `person${first + index}`);

async function populate(chat: ReturnType<typeof createLimitedChat>, count: number) {
  for (const name of namesOf(count)) await chat.join(name, { sessionId: `s-${name}` });
}

// One account made 42,000 conversations in 33 s.
Deno.test("an account without a passphrase begins 20 conversations at once, and goes on in them", async () => {
  const chat = createLimitedChat();
  await populate(chat, 30);
  const guest = await chat.comeFrom("192.0.2.1", "gus", "s1");

  const begun = await writeToMany(chat, guest, namesOf(25));
  const [refusal] = guest.transport.framesOf("error");
  const goingOn = await chat.say(guest, { id: "again", to: "person0", message: "once more" })
    .then(() => guest.transport.framesOf("ack").some(({ id }) => id === "again"));
  chat.clock.advance(60_000);
  const later = await writeToMany(chat, guest, namesOf(2, 25));

  assertEquals([begun, goingOn, later], [20, true, 1]);
  assertEquals(refusal?.code, "too_many_conversations");
  assertEquals(Number(refusal?.params?.retryAfterMs) > 50_000, true);
});

Deno.test("an account with a passphrase begins as many conversations as its address may", async () => {
  const chat = createLimitedChat();
  await populate(chat, 110);
  const owner = await chat.comeFrom("192.0.2.1", "olga", "s1");
  await chat.store.setPassphrase(owner.connection.member.account, "$hash");

  assertEquals(await writeToMany(chat, owner, namesOf(110)), 100);
});

Deno.test("all at one address begin 100 conversations at once, and others aren't hindered", async () => {
  const chat = createLimitedChat();
  await populate(chat, 20);
  let begun = 0;
  for (let count = 0; count < 7; count++) {
    const guest = await chat.comeFrom("192.0.2.1", `guest${count}`);
    begun += await writeToMany(chat, guest, namesOf(20));
  }
  const other = await chat.comeFrom("192.0.2.2", "other");

  assertEquals(begun, 101);
  assertEquals(await writeToMany(chat, other, namesOf(20)), 20);
});

Deno.test("accounts without a passphrase begin 100 conversations with one person at once, from anywhere", async () => {
  const chat = createLimitedChat();
  const victim = await chat.join("victim", { sessionId: "s-victim" });
  const friend = await chat.comeFrom("203.0.113.1", "friend", "s-friend");
  await chat.store.setPassphrase(friend.connection.member.account, "$hash");
  let begun = 0;
  for (let count = 0; count < 110; count++) {
    const guest = await chat.comeFrom(`198.51.100.${count}`, `guest${count}`);
    begun += await writeToMany(chat, guest, ["victim"]);
  }

  assertEquals(begun, 101);
  assertEquals(await writeToMany(chat, friend, ["victim"]), 1);
  assertEquals(victim.transport.messages.length, 102);
});

Deno.test("one address sends as much as five accounts, however many it has", async () => {
  const chat = createLimitedChat();
  const refusals = [];
  for (let count = 0; count < 10; count++) {
    const guest = await chat.comeFrom("192.0.2.1", `guest${count}`);
    for (let sent = 0; sent < 20; sent++) await chat.say(guest, { message: "x" });
    refusals.push(chat.codesOf(guest).length);
  }
  const other = await chat.comeFrom("192.0.2.2", "other");
  for (let sent = 0; sent < 20; sent++) await chat.say(other, { message: "x" });

  assertEquals(refusals, [0, 0, 0, 0, 0, 20, 20, 20, 20, 20]);
  assertEquals(chat.codesOf(other), []);
});

// A hundred accounts at one address, each with 4,000 Han characters, had others wait for a minute.
Deno.test("a message counts once more for each KiB, against its account and its address", async () => {
  const chat = createLimitedChat();
  const long = "\u4e00".repeat(3_000); // 9,000 bytes: 9 tokens.
  let refused = 0;
  for (let count = 0; count < 10; count++) {
    const guest = await chat.comeFrom("192.0.2.1", `guest${count}`);
    for (let sent = 0; sent < 2; sent++) await chat.say(guest, { message: long });
    refused += chat.codesOf(guest).length;
  }
  const alone = await chat.comeFrom("192.0.2.2", "alone");
  for (let sent = 0; sent < 3; sent++) await chat.say(alone, { message: long });
  const [refusal] = alone.transport.framesOf("error");
  chat.clock.advance(Number(refusal!.params!.retryAfterMs));
  await chat.say(alone, { message: long });

  assertEquals(refused, 20 - 11);
  assertEquals(refusal!.params, { retryAfterMs: 700 });
  assertEquals(chat.codesOf(alone), ["rate_limited"]);
});

Deno.test("a message that costs more than may be sent at once can be sent, now and then", async () => {
  const chat = createChat({ rate: { perSecond: 1, burst: 2 }, limits: LIMITS });
  const ticket = chat.manager.admit({ address: "192.0.2.1", sessionId: undefined });
  const alice = await chat.join("alice", { ticket });
  const long = { message: "\u4e00".repeat(4_000) };

  for (let second = 0; second < 3; second++) {
    await chat.say(alice, long);
    chat.clock.advance(1_000);
  }

  assertEquals(alice.transport.framesOf("error").length, 1);
});

Deno.test("--max-per-address 0 lifts what an address may send and begin, and --rate 0 the rest", async () => {
  const chat = createLimitedChat(0);
  await populate(chat, 20);
  let begun = 0;
  for (let count = 0; count < 7; count++) {
    const guest = await chat.comeFrom("192.0.2.1", `guest${count}`);
    begun += await writeToMany(chat, guest, namesOf(20));
  }
  const unlimited = createChat();
  for (const name of namesOf(50)) await unlimited.join(name, { sessionId: `s-${name}` });
  const guest = await unlimited.join("guest");
  for (const to of namesOf(50)) await unlimited.say(guest, { id: to, to, message: "hi" });

  assertEquals(begun, 140);
  assertEquals(guest.transport.framesOf("ack").length, 50);
});
