import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Grounds } from "../../core/store.ts";
import { usernameKey } from "../../core/usernames.ts";
import {
  NAME_TTL_MS,
  privately,
  publicly,
  Scene,
  type StoreSubject,
  toAway,
} from "./store_contract.ts";

/** Who owns a name, who may act for whom, and what ends with it. */
export function testStoreNames(subject: StoreSubject): void {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`${subject.name}.${name}`, run);

  test("claimName() gives a session the same account in every spelling", async () => {
    await using scene = await Scene.of(subject);
    const first = await scene.claim("Straße", "s1");

    assertEquals(await scene.claim("STRASSE", "s1"), first);
    assertEquals(await scene.store.accountsOf("s1"), [
      await scene.user("Straße", "s1"),
    ]);
  });

  test("claimName() keeps a name from other sessions and from guests", async () => {
    await using scene = await Scene.of(subject);
    await scene.claim("ann", "s1");

    assertEquals(await scene.claim("ANN", "s2"), "taken");
    assertEquals(await scene.claim("ann"), "taken");
  });

  test("claimName() of one name by many at once has one winner", async () => {
    await using scene = await Scene.of(subject);
    const sessions = Array.from({ length: 20 }, (_, index) => `s${index}`);

    const results = await Promise.all(sessions.map((session) => scene.claim("ann", session)));

    assertEquals(results.filter((result) => result !== "taken").length, 1);
  });

  test("claimName() gives one session several names", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann", "s"), await scene.user("bob", "s")];

    assertNotEquals(ann.account, bob.account);
    assertEquals((await scene.store.accountsOf("s")).map(({ username }) => username), [
      "ann",
      "bob",
    ]);
  });

  test("claimName() gives each guest a new account and no name", async () => {
    await using scene = await Scene.of(subject);
    const [first, second] = [await scene.guest("ann"), await scene.guest("ann")];

    assertNotEquals(first.account, second.account);
    assertEquals(await scene.store.ownerOf("ann"), undefined);
    const sender = await scene.user("bob");
    assertEquals((await scene.append(toAway(sender, "ann", "hi"))).outcome, "unknown_user");
    assert(await scene.claim("ann", "s") !== "taken");
  });

  test("touchAccounts() and coming back renew the reservation", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann", "s1");
    scene.clock.advance(NAME_TTL_MS - 1);
    assertEquals(await scene.claim("ann", "s2"), "taken");

    await scene.store.touchAccounts([ann.account, "a_unknown"]);
    scene.clock.advance(NAME_TTL_MS - 1);
    assertEquals(await scene.claim("ann", "s2"), "taken");
    assertEquals(await scene.claim("ann", "s1"), ann);
    scene.clock.advance(NAME_TTL_MS - 1);
    assertEquals(await scene.claim("ann", "s2"), "taken");

    scene.clock.advance(1);
    const next = await scene.user("ann", "s2");
    assertNotEquals(next.account, ann.account);
    assertEquals(await scene.claim("ann", "s1"), "taken");
  });

  test("claimName() gives away no name while its owner is connected", async () => {
    await using scene = await Scene.of(subject);
    await scene.user("ann", "s1");
    scene.clock.advance(10 * NAME_TTL_MS);
    const claim = { username: "ann", nameKey: "ann", sessionId: "s2", nameTtlMs: NAME_TTL_MS };

    assertEquals(await scene.store.claimName({ ...claim, isHeld: true }), "taken");
    assertNotEquals(await scene.store.claimName(claim), "taken");
  });

  test("claimName() gives away no name that a passphrase keeps, until it no longer does", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann", "s1");
    await scene.store.setPassphrase(ann.account, "hash");
    scene.clock.advance(1000 * NAME_TTL_MS);
    assertEquals(await scene.claim("ann", "s2"), "taken");

    await scene.store.setPassphrase(ann.account, undefined);
    scene.clock.advance(NAME_TTL_MS - 1);
    assertEquals(await scene.claim("ann", "s2"), "taken");
    scene.clock.advance(1);

    assertNotEquals(await scene.claim("ann", "s2"), "taken");
  });

  test("claimName() doesn't go by the wall clock", async () => {
    // Forward by 31 days it gave names away; back while somebody left, as soon as it was corrected.
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann", "s1");
    scene.clock.jump(-1000 * NAME_TTL_MS);
    await scene.store.touchAccounts([ann.account]);

    scene.clock.jump(2000 * NAME_TTL_MS);

    assertEquals(await scene.claim("ann", "s2"), "taken");
  });

  test("claimName() after a lapse gives nothing of the former owner", async () => {
    await using scene = await Scene.of(subject);
    const [bob, former] = [await scene.user("bob"), await scene.user("ann", "s1")];
    await scene.whisper(bob, former, "secret one");
    await scene.whisper(former, bob, "secret two");
    await scene.leaveNote(bob, "ann", "secret waits");
    await scene.append({ ...publicly(former, "hello all"), key: "k" });
    const conversation = [bob.account, former.account].sort().join(".");
    await scene.store.setPassphrase(former.account, "hash");
    await scene.store.setPassphrase(former.account, undefined);
    scene.clock.advance(NAME_TTL_MS);

    const next = await scene.user("ann", "s2");

    assertEquals(await scene.texts(next.account), ["hello all"]);
    assertEquals(await scene.texts(next.account, conversation), []);
    assertEquals(await scene.find(next.account, "secret"), []);
    assertEquals(await scene.find(next.account, "in:bob"), []);
    assertEquals(await scene.find(next.account, "secret from:bob"), []);
    assertEquals(await scene.find(next.account, "secret from:ann"), []);
    assertEquals(await scene.store.conversations(next.account), []);
    assertEquals(await scene.store.waitingFor(next.account, 99, 99), []);
    assertEquals(await scene.store.markDelivered(next.account, 99), []);
    assertEquals(await scene.store.takeDelivered(next.account), []);
    assertEquals((await scene.append(publicly(next, "other text", "k"))).outcome, "stored");
    assertEquals((await scene.store.ownerOf("ann"))?.passphrase, undefined);
    assertEquals((await scene.store.ownerOf("ann"))?.account, next.account);
    assertEquals(await scene.store.accountsOf("s1"), []);
    await scene.leaveNote(bob, "ann", "for the new one");
    assertEquals(await scene.texts(next.account, [bob.account, next.account].sort().join(".")), [
      "for the new one",
    ]);
    assertEquals(await scene.texts(former.account, conversation), [
      "secret one",
      "secret two",
      "secret waits",
    ]);
    const peers = (await scene.store.conversations(bob.account)).map(({ peer }) => peer.account);
    assertEquals(peers, [next.account, former.account]);
    const events = await scene.store.read({ limit: 9, from: "oldest" });
    assertEquals([events[0]?.from, events[0]?.author], ["ann", former.account]);
  });

  test("setPassphrase() sets and removes it", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");

    await scene.store.setPassphrase(ann.account, "hash");
    assertEquals((await scene.store.ownerOf(usernameKey("Ann")))?.passphrase, "hash");
    await scene.store.setPassphrase(ann.account, undefined);
    assertEquals((await scene.store.ownerOf("ann"))?.passphrase, undefined);
  });

  test("ownerOf() knows nobody by a name that was never owned", async () => {
    await using scene = await Scene.of(subject);

    assertEquals(await scene.store.ownerOf("ann"), undefined);
  });

  test("grantSession() lets one more session in", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann", "s1");

    await scene.store.grantSession(ann.account, "s2");
    await scene.store.grantSession(ann.account, "s2");
    await scene.store.grantSession("a_unknown", "s2");

    assertEquals(await scene.claim("ann", "s2"), ann);
    assertEquals((await scene.store.accountsOf("s2")).length, 1);
  });

  test("a change is made on grounds that still hold, and on no others", async () => {
    await using scene = await Scene.of(subject);
    const { account } = await scene.user("ann", "s1");
    await scene.user("bob", "s2");
    const { store } = scene;
    const stale: Grounds[] = [
      { sessionId: "s2" },
      { sessionId: "s1", passphrase: null },
      { sessionId: "s1", passphrase: "former" },
      { sessionId: "s2", passphrase: "hash" },
    ];

    assert(await store.setPassphrase(account, "hash", { sessionId: "s1", passphrase: null }));
    for (const grounds of stale) {
      assertEquals(await store.setPassphrase(account, "other", grounds), false);
      assertEquals(await store.grantSession(account, "s3", grounds), false);
      assertEquals(await store.closeAccount(account, grounds), undefined);
    }

    assertEquals((await store.ownerOf("ann"))?.passphrase, "hash");
    assertEquals(await store.accountsOf("s3"), []);
    assert(await store.grantSession(account, "s3", { passphrase: "hash" }));
    assertEquals(await store.grantSession("a_unknown", "s3"), false);
    assert(await store.closeAccount(account, { sessionId: "s3", passphrase: "hash" }));
    assertEquals(await store.grantSession(account, "s3"), false);
  });

  test("revokeSession() ends it for all its accounts and no other session", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann", "s1"), await scene.user("bob", "s1")];
    await scene.store.grantSession(ann.account, "s2");

    assertEquals((await scene.store.revokeSession("s1")).sort(), [ann.account, bob.account].sort());

    assertEquals(await scene.store.accountsOf("s1"), []);
    assertEquals((await scene.store.accountsOf("s2")).length, 1);
    assertEquals(await scene.claim("ann", "s1"), "taken");
    assertEquals(await scene.store.revokeSession("s1"), []);
  });

  test("revokeSessionsOf() ends all of an account but the one to keep", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann", "s1");
    await scene.store.grantSession(ann.account, "s2");
    await scene.store.grantSession(ann.account, "s3");
    await scene.user("bob", "s3");

    assertEquals((await scene.store.revokeSessionsOf(ann.account, "s2")).sort(), ["s1", "s3"]);

    assertEquals(await scene.store.accountsOf("s1"), []);
    assertEquals((await scene.store.accountsOf("s2")).length, 1);
    assertEquals((await scene.store.accountsOf("s3")).map(({ username }) => username), ["bob"]);
    assertEquals(await scene.store.revokeSessionsOf(ann.account), ["s2"]);
    assertEquals(await scene.store.revokeSessionsOf("a_unknown"), []);
  });

  test("closeAccount() hides what is its own at once, and leaves what others wrote", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann", "s1"), await scene.user("bob")];
    await scene.store.append(
      Array.from({ length: 250 }, (_, i) => publicly(ann, `mine ${i}`, `k${i}`)),
    );
    await scene.say(bob, "bob says");
    await scene.whisper(ann, bob, "mine in private");
    await scene.whisper(bob, ann, "bob in private");
    await scene.leaveNote(ann, "bob", "mine waits");
    await scene.leaveNote(bob, "ann", "bob waits");
    await scene.store.markRead(bob.account, "lobby", 1);
    const conversation = [ann.account, bob.account].sort().join(".");
    const assertNothingOfIt = async () => {
      assertEquals(await scene.texts(bob.account), ["bob says", "bob in private", "bob waits"]);
      assertEquals(await scene.texts(bob.account, conversation), ["bob in private", "bob waits"]);
      assertEquals(await scene.find(bob.account, "mine"), []);
      assertEquals(await scene.find(bob.account, "private"), ["bob in private"]);
      assertEquals(await scene.store.waitingFor(bob.account, 999, 9), []);
      assertEquals(await scene.store.countAfter(bob.account, 0, 99), 3);
      assertEquals((await scene.store.lobbyReadBy(bob.account)).unread, 0);
      assertEquals(await scene.store.accountsOf("s1"), []);
      assertEquals(await scene.store.ownerOf("ann"), undefined);
      const [first] = await scene.store.conversations(bob.account);
      assertEquals([first?.peer.username, first?.newest.text], ["ann", "bob waits"]);
    };

    const erasure = await scene.store.closeAccount(ann.account);

    assertEquals(erasure, { account: ann.account, seq: 255, at: scene.clock.now() });
    await assertNothingOfIt();
    await scene.store.eraseClosed();
    await assertNothingOfIt();
    assertEquals(await scene.store.waitingFor(ann.account, 999, 9), []);
    const next = await scene.user("ann", "s2");
    assertNotEquals(next.account, ann.account);
    assertEquals(await scene.texts(next.account), ["bob says"]);
  });

  test("closeAccount() lets nothing of it be stored, nor for it, from then on", async () => {
    // A message posted in the moment of the deletion survived it.
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.append(publicly(ann, "known", "k"));

    const closing = scene.store.closeAccount(ann.account);
    const many = Array.from({ length: 40 }, (_, i) => publicly(ann, `late ${i}`));
    const late = await scene.store.append([...many, publicly(ann, "known", "k")]);
    const erasure = await closing;
    await scene.store.eraseClosed();
    const later = await scene.append(publicly(ann, "later"));
    const toIt = await scene.append(privately(bob, ann, "psst"));

    assertEquals(
      new Set([...late, later].map(({ outcome }) => outcome)),
      new Set(["account_closed"]),
    );
    assertEquals(toIt.outcome, "unknown_user");
    assertEquals(erasure?.seq, 1);
    assertEquals(await scene.texts(bob.account), []);
  });

  test("erasuresSince() tells of accounts that were closed at a position or later", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, cy] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("cy"),
    ];
    await scene.say(bob, "1");
    const first = await scene.store.closeAccount(ann.account);
    await scene.say(bob, "2");
    const second = await scene.store.closeAccount(cy.account);
    await scene.store.eraseClosed();

    assertEquals(await scene.store.closeAccount(ann.account), undefined);
    assertEquals(await scene.store.erasuresSince(1), [first!, second!]);
    assertEquals(await scene.store.erasuresSince(2), [second!]);
    assertEquals(await scene.store.erasuresSince(3), []);
  });
}
