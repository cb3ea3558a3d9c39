import { assertEquals } from "@std/assert";
import { privately, publicly, Scene, type StoreSubject, toAway } from "./store_contract.ts";

/** Waiting, delivery and read positions. */
export function testStoreReading(subject: StoreSubject): void {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`${subject.name}.${name}`, run);

  test("append() lets a message to someone away wait", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];

    const result = await scene.append(toAway(ann, "BOB", "psst", "k"));

    assertEquals(result, {
      outcome: "stored",
      seq: 1,
      at: scene.clock.now(),
      conversation: [ann.account, bob.account].sort().join("."),
      recipient: bob,
      isWaiting: true,
    });
    assertEquals(await scene.append(toAway(ann, "bob", "psst", "k")), {
      ...result,
      outcome: "duplicate",
    });
  });

  test("waitingFor() shows the recipient alone what waits, a page at a time", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    await scene.leaveNote(ann, "bob", "1");
    await scene.whisper(ann, bob, "2");
    await scene.leaveNote(eve, "bob", "3");
    await scene.leaveNote(ann, "bob", "4");
    const waiting = async (account: string, upTo: number, limit: number) =>
      (await scene.store.waitingFor(account, upTo, limit)).map(({ text }) => text);

    assertEquals(await waiting(bob.account, 4, 10), ["1", "3", "4"]);
    assertEquals(await waiting(bob.account, 3, 10), ["1", "3"]);
    assertEquals(await waiting(bob.account, 4, 2), ["1", "3"]);
    assertEquals(await waiting(ann.account, 4, 10), []);
    assertEquals(await waiting(eve.account, 4, 10), []);
    const [first] = await scene.store.waitingFor(bob.account, 4, 1);
    assertEquals([first?.isWaiting, first?.recipient], [true, bob]);
  });

  test("countAfter() counts what read() would show, and no further than its limit", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    for (const text of ["1", "2"]) await scene.append(publicly(ann, text));
    await scene.whisper(ann, bob, "3");
    await scene.whisper(bob, ann, "4");
    await scene.whisper(ann, ann, "5");
    await scene.whisper(ann, eve, "6");

    const count = (account: string, after: number, limit: number) =>
      scene.store.countAfter(account, after, limit);

    assertEquals(await count(bob.account, 0, 9), 4);
    assertEquals(await count(bob.account, 2, 9), 2);
    assertEquals(await count(bob.account, 0, 3), 3);
    assertEquals(await count(bob.account, 4, 9), 0);
    assertEquals(await count(ann.account, 0, 9), 6);
    assertEquals(await count("a_unknown", 0, 9), 2);
  });

  test("markDelivered() ends the wait up to a position and names the authors", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    await scene.leaveNote(ann, "bob", "1");
    await scene.leaveNote(eve, "bob", "2");
    await scene.leaveNote(ann, "bob", "3");

    const delivered = await scene.store.markDelivered(bob.account, 2);

    assertEquals(delivered, [{ seq: 1, author: ann.account }, { seq: 2, author: eve.account }]);
    assertEquals((await scene.store.waitingFor(bob.account, 9, 9)).map(({ seq }) => seq), [3]);
    assertEquals(await scene.store.markDelivered(bob.account, 2), []);
    const events = await scene.store.read({ account: bob.account, limit: 9, from: "oldest" });
    assertEquals(events.map(({ isWaiting }) => isWaiting ?? false), [false, false, true]);
  });

  test("takeDelivered() tells an author once what has arrived", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    await scene.leaveNote(ann, "bob", "1");
    await scene.leaveNote(ann, "bob", "2");
    await scene.leaveNote(ann, "bob", "3");
    assertEquals(await scene.store.takeDelivered(ann.account), []);
    await scene.store.markDelivered(bob.account, 2);

    assertEquals(await scene.store.takeDelivered(eve.account), []);
    assertEquals(await scene.store.takeDelivered(ann.account), [1, 2]);
    assertEquals(await scene.store.takeDelivered(ann.account), []);
  });

  test("markWaiting() lets a message wait that met nobody", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    const seq = await scene.whisper(ann, bob, "1");
    const publicSeq = await scene.say(ann, "all");

    await scene.store.markWaiting(seq);
    await scene.store.markWaiting(publicSeq);
    await scene.store.markWaiting(99);

    assertEquals((await scene.store.waitingFor(bob.account, 9, 9)).map(({ text }) => text), ["1"]);
    assertEquals((await scene.store.markDelivered(bob.account, 9)).length, 1);
  });

  test("markRead() moves on, never back, and counts what others wrote since", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.store.append(["1", "2", "3"].map((text) => privately(ann, bob, text)));
    await scene.whisper(bob, ann, "4");
    const conversation = [ann.account, bob.account].sort().join(".");
    const read = (seq: number) => scene.store.markRead(bob.account, conversation, seq);

    assertEquals(await read(1), { conversation, seq: 1, unread: 2 });
    assertEquals(await read(3), { conversation, seq: 3, unread: 0 });
    assertEquals(await read(2), { conversation, seq: 3, unread: 0 });
    const [listed] = await scene.store.conversations(bob.account);
    assertEquals([listed?.readSeq, listed?.unread], [3, 0]);
    const [annsView] = await scene.store.conversations(ann.account);
    assertEquals([annsView?.readSeq, annsView?.unread], [0, 1]);
  });

  test("markRead() goes no further than the log", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.say(ann, "1");

    assertEquals((await scene.store.markRead(bob.account, "lobby", 1e9)).seq, 1);
    await scene.say(ann, "2");

    assertEquals((await scene.store.lobbyReadBy(bob.account)).unread, 1);
  });

  test("markRead() notes nothing about a conversation of others", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    await scene.whisper(ann, bob, "1");
    const conversation = [ann.account, bob.account].sort().join(".");

    const position = await scene.store.markRead(eve.account, conversation, 1);

    assertEquals(position, { conversation, seq: 0, unread: 0 });
  });

  test("lobbyReadBy() counts what others wrote since the account began", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.store.append([publicly(ann, "1"), publicly(ann, "2")]);
    const bob = await scene.user("bob");
    await scene.store.append([publicly(ann, "3"), publicly(bob, "4"), publicly(ann, "5")]);

    assertEquals(await scene.store.lobbyReadBy(bob.account), {
      conversation: "lobby",
      seq: 2,
      unread: 2,
    });
    assertEquals((await scene.store.markRead(bob.account, "lobby", 3)).unread, 1);
  });

  test("lobbyReadBy() counts at most 1,000 unread", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.store.append(Array.from({ length: 1100 }, () => publicly(ann, "x")));

    assertEquals((await scene.store.lobbyReadBy(bob.account)).unread, 1000);
  });
}
