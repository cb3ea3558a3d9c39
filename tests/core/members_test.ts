import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ChatError } from "../../core/errors.ts";
import { createLog } from "../../core/log.ts";
import { isGuest, type Member, Members } from "../../core/members.ts";
import type { Account, NameClaim, OwnedAccount } from "../../core/store.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A store of names that gives each to the first, and to whoever it is shared with. */
class FakeNames {
  readonly claims: NameClaim[] = [];
  readonly touched: (readonly string[])[] = [];
  /** Claims wait for this. */
  ready: Promise<void> = Promise.resolve();
  #owners = new Map<string, Account & { sessions: Set<string> }>();
  #accounts = 0;

  async claimName(claim: NameClaim): Promise<Account | "taken"> {
    const { username, nameKey, sessionId } = claim;
    this.claims.push(claim);
    await this.ready;
    const account = { account: `a_${++this.#accounts}`, username };
    if (sessionId === undefined) return this.#owners.has(nameKey) ? "taken" : account;
    const owner = this.#owners.get(nameKey) ?? { ...account, sessions: new Set([sessionId]) };
    this.#owners.set(nameKey, owner);
    return owner.sessions.has(sessionId) ? owner : "taken";
  }

  accountsOf(): Promise<OwnedAccount[]> {
    return Promise.resolve([]);
  }

  touchAccounts(accounts: readonly string[]): Promise<void> {
    this.touched.push(accounts);
    return this.ready;
  }

  /** Frees a name, as when its account is deleted. */
  free(nameKey: string): void {
    this.#owners.delete(nameKey);
  }

  share(nameKey: string, sessionId: string): void {
    this.#owners.get(nameKey)!.sessions.add(sessionId);
  }
}

/** Comes in without a connection. */
const stay = (member: Member) => member;

function createMembers() {
  const store = new FakeNames();
  const clock = new ManualClock();
  const rate = { perSecond: 10, burst: 20 };
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLog({ level: "info", format: "json", clock, write });
  const superseded: Member[] = [];
  const members = new Members({
    store,
    clock,
    log,
    rate,
    nameTtlMs: 600_000,
    onSuperseded: (member) => superseded.push(member),
  });
  return { store, clock, lines, members, superseded };
}

async function refusalOf(claim: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => claim, ChatError) as ChatError).code;
}

Deno.test("Members.claim() asks for a name in its key, with its session and the reservation", async () => {
  const { store, members } = createMembers();

  const member = await members.claim("Straße", "s1", stay);

  assertEquals(member.username, "Straße");
  assertEquals(store.claims, [{
    username: "Straße",
    nameKey: member.nameKey,
    sessionId: "s1",
    nameTtlMs: 600_000,
    isHeld: false,
  }]);
});

Deno.test("Members finds who is present by account and by any spelling of the name", async () => {
  const { members } = createMembers();
  const member = await members.claim("Straße", "s1", stay);

  assertStrictEquals(members.find("STRASSE"), member);
  assertStrictEquals(members.withAccount(member.account), member);
  assertEquals(members.find("bob"), undefined);
  assertEquals([...members], [member]);
});

Deno.test("Members.claim() gives a session its one member again, without asking the store", async () => {
  const { store, members } = createMembers();
  const member = await members.claim("alice", "s1", stay);

  const again = await members.claim("ALICE", "s1", stay);

  assertStrictEquals(again, member);
  assertEquals(store.claims.length, 1);
});

for (
  const [username, code] of [["no spaces", "invalid_username"], ["Admin", "username_reserved"]]
) {
  Deno.test(`Members.claim() refuses “${username}” with ${code}, and asks nobody`, async () => {
    const { store, members } = createMembers();

    assertEquals(await refusalOf(members.claim(username!, "s1", stay)), code);
    assertEquals(store.claims, []);
  });
}

Deno.test("Members.claim() decides claims of one name one after the other", async () => {
  const { store, members } = createMembers();
  const { promise, resolve } = Promise.withResolvers<void>();
  store.ready = promise;

  const claims = ["s1", "s2", "s1", undefined].map((session) =>
    members.claim("alice", session, stay)
  );
  await Promise.resolve();
  assertEquals(store.claims.length, 1);
  resolve();
  const outcomes = await Promise.allSettled(claims);

  assertEquals(outcomes.map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
  ]);
  assertEquals([...members].length, 1);
});

Deno.test("Members.claim() of one name doesn't wait for those of others", async () => {
  const { store, members } = createMembers();
  const { promise, resolve } = Promise.withResolvers<void>();
  store.ready = promise;
  const alice = members.claim("alice", "s1", stay);
  store.ready = Promise.resolve();

  const bob = await members.claim("bob", "s2", stay);
  resolve();

  assertEquals(bob.username, "bob");
  assertEquals((await alice).username, "alice");
});

Deno.test("Members.claim() goes on after a claim that the store could not decide", async () => {
  const { store, members } = createMembers();
  store.ready = Promise.reject(new Error("the disk is full"));

  const first = members.claim("alice", "s1", stay);
  const second = members.claim("alice", "s2", stay);
  store.ready.catch(() => store.ready = Promise.resolve());

  await assertRejects(() => first, Error, "the disk is full");
  assertEquals((await second).username, "alice");
});

Deno.test("Members.claim() lets in another session that the account is shared with", async () => {
  const { store, members } = createMembers();
  const member = await members.claim("alice", "s1", stay);
  assertEquals(await refusalOf(members.claim("alice", "s2", stay)), "username_taken");
  store.share(member.nameKey, "s2");

  const other = await members.claim("alice", "s2", stay);

  assertStrictEquals(other, member);
  assertEquals(member.sessions, new Set(["s1", "s2"]));
});

Deno.test("Members.claim() gives a guest's name to nobody else while the guest is there", async () => {
  const { members } = createMembers();
  const guest = await members.claim("gus", undefined, stay);

  assertEquals(await refusalOf(members.claim("gus", undefined, stay)), "username_taken");
  assertEquals(await refusalOf(members.claim("GUS", "s1", stay)), "username_taken");
  assert(isGuest(guest));
});

Deno.test("Members.claim() gives a guest no name that a session holds, present or not", async () => {
  const { members } = createMembers();
  const alice = await members.claim("alice", "s1", stay);
  assertEquals(await refusalOf(members.claim("alice", undefined, stay)), "username_taken");

  await members.release(alice);

  assertEquals(await refusalOf(members.claim("alice", undefined, stay)), "username_taken");
  assertEquals(isGuest(alice), false);
});

Deno.test("Members.release() notes when an account went, and forgets who was present", async () => {
  const { store, members } = createMembers();
  const alice = await members.claim("alice", "s1", stay);

  await members.release(alice);
  await members.release(alice);

  assertEquals(store.touched, [[alice.account]]);
  assertEquals(members.find("alice"), undefined);
  assertEquals(members.withAccount(alice.account), undefined);
});

Deno.test("Members.release() notes when an account went whose last session has signed out", async () => {
  // It counted as a guest then, and its name stayed reserved for ever.
  const { store, members } = createMembers();
  const alice = await members.claim("alice", "s1", stay);
  alice.sessions.delete("s1");

  await members.release(alice);

  assertEquals([isGuest(alice), store.touched], [false, [[alice.account]]]);
});

Deno.test("Members.release() of a guest frees its name at once, and notes nothing", async () => {
  const { store, members } = createMembers();
  const guest = await members.claim("gus", undefined, stay);

  await members.release(guest);
  const next = await members.claim("gus", "s1", stay);

  assertEquals(store.touched, []);
  assert(next.account !== guest.account);
});

Deno.test("Members.release() of one who is no longer the holder leaves the new holder alone", async () => {
  const { members } = createMembers();
  const guest = await members.claim("gus", undefined, stay);
  await members.release(guest);
  const next = await members.claim("gus", "s1", stay);

  await members.release(guest);

  assertStrictEquals(members.find("gus"), next);
});

Deno.test("Members.release() forgets a deleted account whose name somebody else has taken already", async () => {
  const { store, members } = createMembers();
  const former = await members.claim("alice", "s1", stay);
  store.free(former.nameKey);
  const latter = await members.claim("alice", "s2", stay);

  await members.release(former);

  assertEquals(members.withAccount(former.account), undefined);
  assertStrictEquals(members.find("alice"), latter);
  assertStrictEquals(members.withAccount(latter.account), latter);
});

Deno.test("Members gives an account one allowance for all its connections, and a full one to each", async () => {
  const { clock, members } = createMembers();
  const alice = await members.claim("alice", "s1", stay);
  const bob = await members.claim("bob", "s2", stay);

  for (let i = 0; i < 20; i++) alice.sends.take(clock.monotonic());

  assertEquals((await members.claim("alice", "s1", stay)).sends.take(clock.monotonic()), 100);
  assertEquals(bob.sends.take(clock.monotonic()), 0);
  assertEquals(alice.reads.take(clock.monotonic()), 0);
});

Deno.test("Members renews the reservations of those present at every tenth of it", async () => {
  const { store, clock, members } = createMembers();
  const alice = await members.claim("alice", "s1", stay);
  await members.claim("gus", undefined, stay);
  const bob = await members.claim("bob", "s2", stay);

  clock.advance(59_999);
  assertEquals(store.touched, []);
  clock.advance(1);
  assertEquals(store.touched, [[alice.account, bob.account]]);
  clock.advance(60_000);

  assertEquals(store.touched.length, 2);
});

Deno.test("Members leaves no timer behind when nobody is present", async () => {
  const { clock, members } = createMembers();
  const alice = await members.claim("alice", "s1", stay);
  const gus = await members.claim("gus", undefined, stay);

  await members.release(alice);
  await members.release(gus);

  assertEquals(clock.pending, 0);
});

Deno.test("Members goes on renewing after a time in which nothing could be noted", async () => {
  const { store, clock, lines, members } = createMembers();
  await members.claim("alice", "s1", stay);
  store.ready = Promise.reject(new Error("the disk is full"));
  store.ready.catch(() => {});

  clock.advance(60_000);
  await new Promise((resolve) => setTimeout(resolve, 0));
  clock.advance(60_000);

  assertEquals([store.touched.length, lines.length], [2, 1]);
});

Deno.test("Members.claim() tells the store when the owner is present", async () => {
  // A reservation that couldn't be renewed gave the name of somebody connected away.
  const { store, members } = createMembers();
  await members.claim("alice", "s1", stay);

  await refusalOf(members.claim("alice", "s2", stay));

  assertEquals(store.claims.map(({ isHeld }) => isHeld), [false, true]);
});

Deno.test("Members.claim() lets nobody in whose session ended while it was decided", async () => {
  const { store, members } = createMembers();
  const { promise, resolve } = Promise.withResolvers<void>();
  store.ready = promise;
  const claims = ["s1", "s2"].map((session, index) => members.claim(`user${index}`, session, stay));

  members.endSessions(["s1", "s3"]);
  resolve();

  assertEquals(await refusalOf(claims[0]!), "signed_out");
  assertEquals((await claims[1]!).username, "user1");
  assertEquals([...members].map(({ username }) => username), ["user1"]);
});

Deno.test("Members.claim() lets nobody in whose account ended while it was decided", async () => {
  const { store, members } = createMembers();
  const { promise, resolve } = Promise.withResolvers<void>();
  store.ready = promise;
  const claim = members.claim("alice", "s1", stay);

  members.endAccount("a_1");
  resolve();

  assertEquals(await refusalOf(claim), "signed_out");
  assertEquals([...members], []);
});

Deno.test("Members.claim() gives the name back when nobody comes in under it", async () => {
  const { store, members } = createMembers();

  const claim = members.claim("alice", "s1", () => {
    throw new ChatError("shutting_down");
  });

  assertEquals(await refusalOf(claim), "shutting_down");
  assertEquals([...members], []);
  assertEquals(store.touched, [["a_1"]]);
});

Deno.test("Members.claim() tells of the one present before its name goes to another account", async () => {
  const { store, members, superseded } = createMembers();
  const former = await members.claim("alice", "s1", stay);
  store.free(former.nameKey);

  await members.claim("alice", "s2", stay);

  assertEquals(superseded, [former]);
});
