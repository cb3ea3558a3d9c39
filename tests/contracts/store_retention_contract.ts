import { assert, assertEquals } from "@std/assert";
import { privately, publicly, Scene, type StoreSubject, toAway } from "./store_contract.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What is kept, and what outlives what isn't. */
export function testStoreRetention(subject: StoreSubject): void {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`${subject.name}.${name}`, run);

  test("prune() removes nothing that is kept for ever", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.say(ann, "1");
    scene.clock.advance(1e11);

    assertEquals(await scene.store.prune(10), 0);
    assertEquals(await scene.texts(undefined), ["1"]);
  });

  test("prune() removes what is too old, in steps", async () => {
    await using scene = await Scene.of(subject, { kind: "age", maxAgeMs: 10 * HOUR_MS });
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.store.append(["old 1", "old 2", "old 3"].map((text) => publicly(ann, text)));
    await scene.leaveNote(ann, "bob", "old note");
    assertEquals(await scene.store.prune(3), 0);
    scene.clock.advance(10 * HOUR_MS - 1);
    await scene.say(ann, "young");
    assertEquals(await scene.store.prune(3), 0);
    scene.clock.advance(1);
    const prune = () => scene.store.prune(3);

    assertEquals([await prune(), await prune(), await prune()], [3, 1, 0]);

    assertEquals(await scene.texts(bob.account), ["young"]);
    assertEquals(await scene.find(bob.account, "old"), []);
    assertEquals(await scene.find(bob.account, "young"), ["young"]);
    assertEquals(await scene.store.waitingFor(bob.account, 99, 9), []);
    assertEquals(await scene.store.conversations(bob.account), []);
  });

  test("prune() by age removes nothing too early, and all within an hour", async () => {
    await using scene = await Scene.of(subject, { kind: "age", maxAgeMs: 20 * HOUR_MS });
    const ann = await scene.user("ann");
    for (let minute = 0; minute < 40 * 60; minute += 10) {
      await scene.say(ann, `${minute}`);
      await scene.store.prune(999);
      scene.clock.advance(10 * 60_000);
    }
    await scene.store.prune(999);

    const [oldest] = await scene.store.read({ limit: 1, from: "oldest" });

    const minute = Number(oldest?.text);
    assert(minute > 19 * 60 && minute <= 20 * 60 + 10, `the oldest is of minute ${minute}`);
  });

  test("prune() by age doesn't go by the wall clock", async () => {
    // Forward by 31 days it erased the log; back, what was written meanwhile.
    await using scene = await Scene.of(subject, { kind: "age", maxAgeMs: 30 * DAY_MS });
    const ann = await scene.user("ann");
    await scene.say(ann, "before");
    await scene.store.prune(9);
    scene.clock.jump(31 * DAY_MS);
    await scene.say(ann, "forward");
    assertEquals(await scene.store.prune(9), 0);
    scene.clock.jump(-62 * DAY_MS);
    await scene.say(ann, "back");
    assertEquals(await scene.store.prune(9), 0);
    scene.clock.jump(31 * DAY_MS);
    scene.clock.advance(HOUR_MS);

    assertEquals(await scene.store.prune(9), 0);

    assertEquals(await scene.texts(undefined), ["before", "forward", "back"]);
    assertEquals(scene.store.prunedUpTo, 0);
  });

  test("prune() keeps the newest up to a number", async () => {
    await using scene = await Scene.of(subject, { kind: "count", maxEvents: 2 });
    const ann = await scene.user("ann");
    await scene.store.append(["1", "2", "3", "4", "5"].map((text) => publicly(ann, text)));
    const prune = () => scene.store.prune(2);

    assertEquals([await prune(), await prune(), await prune()], [2, 1, 0]);
    assertEquals(await scene.texts(undefined), ["4", "5"]);
  });

  test("prunedUpTo tells the newest position that is gone, and moves with pruning alone", async () => {
    await using scene = await Scene.of(subject, { kind: "count", maxEvents: 2 });
    const ann = await scene.user("ann");
    assertEquals(scene.store.prunedUpTo, 0);
    await scene.store.append(["1", "2", "3", "4", "5"].map((text) => publicly(ann, text)));
    assertEquals(scene.store.prunedUpTo, 0);

    await scene.store.prune(2);
    assertEquals(scene.store.prunedUpTo, 2);
    await scene.store.prune(9);
    assertEquals(scene.store.prunedUpTo, 3);
    await scene.say(ann, "6");

    assertEquals(scene.store.prunedUpTo, 3);
  });

  test("prunedUpTo is the newest position when nothing is kept", async () => {
    await using scene = await Scene.of(subject, { kind: "none" });
    const ann = await scene.user("ann");

    await scene.store.append(["1", "2"].map((text) => publicly(ann, text)));

    assertEquals([scene.store.lastSeq, scene.store.prunedUpTo], [2, 2]);
  });

  test("append() knows a key, and never reuses a position, after pruning", async () => {
    await using scene = await Scene.of(subject, { kind: "count", maxEvents: 0 });
    const [ann, bob, guest] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.guest("zed"),
    ];
    const events = [
      publicly(ann, "1", "k1"),
      privately(ann, bob, "2", "k2"),
      publicly(guest, "3", "k3"),
    ];
    const first = await scene.store.append(events);
    await scene.store.prune(99);
    assertEquals(await scene.texts(ann.account), []);

    assertEquals(
      await scene.store.append(events),
      first.map((result) => ({ ...result, outcome: "duplicate" as const })),
    );
    assertEquals((await scene.append(publicly(ann, "other", "k1"))).outcome, "id_reused");
    assertEquals(await scene.say(ann, "next"), 4);
  });

  test("forgetKey() makes an event that isn't kept new again, and no other", async () => {
    await using scene = await Scene.of(subject, { kind: "none" });
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    const events = [publicly(ann, "1", "k1"), publicly(ann, "2", "k2"), publicly(bob, "3", "k1")];
    await scene.store.append(events);

    await scene.store.forgetKey(ann.account, "k1");
    await scene.store.forgetKey(ann.account, "never used");
    const results = await scene.store.append(events);

    assertEquals(results.map(({ outcome }) => outcome), ["stored", "duplicate", "duplicate"]);
  });

  test("append() delivers but keeps nothing when nothing is kept", async () => {
    await using scene = await Scene.of(subject, { kind: "none" });
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    const events = [publicly(ann, "one", "k1"), privately(ann, bob, "two", "k2")];

    const results = await scene.store.append(events);

    assertEquals(results.map(({ outcome }) => outcome), ["stored", "stored"]);
    assertEquals(scene.store.lastSeq, 2);
    assertEquals((await scene.append(publicly(ann, "one", "k1"))).outcome, "duplicate");
    assertEquals((await scene.append(publicly(ann, "uno", "k1"))).outcome, "id_reused");
    assertEquals(await scene.append(toAway(ann, "bob", "hi")), { outcome: "user_away" });
    assertEquals(await scene.append(toAway(ann, "nobody", "hi")), { outcome: "unknown_user" });
    await scene.store.markWaiting(2);
    assertEquals(await scene.store.waitingFor(bob.account, 9, 9), []);
    assertEquals(await scene.texts(bob.account), []);
    assertEquals(await scene.find(bob.account, "one"), []);
    assertEquals(await scene.store.conversations(bob.account), []);
  });
}
