import { assert, assertEquals } from "@std/assert";
import type { Account } from "../../core/store.ts";
import { privately, publicly, Scene, type StoreSubject, toAway } from "./store_contract.ts";

/** Hash of a passphrase, in its form. */
const HASH = `$scrypt$ln=15,r=8,p=3$${"s".repeat(22)}$${"k".repeat(43)}`;

/** Appending, exactly once, and reading back. */
export function testStoreEvents(subject: StoreSubject): void {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`${subject.name}.${name}`, run);

  test("append() gives each event the next position, in order", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");

    const results = await scene.store.append([publicly(ann, "one"), publicly(ann, "two")]);

    assertEquals(results, [
      { outcome: "stored", seq: 1, at: scene.clock.now(), conversation: "lobby" },
      { outcome: "stored", seq: 2, at: scene.clock.now(), conversation: "lobby" },
    ]);
    assertEquals(scene.store.lastSeq, 2);
  });

  test("append() of nothing stores nothing", async () => {
    await using scene = await Scene.of(subject);

    assertEquals(await scene.store.append([]), []);
    assertEquals(scene.store.lastSeq, 0);
  });

  test("append() keeps every text as it is", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    const texts = [
      "",
      " a\tb\n",
      "\u{1F468}\u200D\u{1F469}",
      "e\u0301 \u00E9",
      "\uFEFF\u202E",
      "'\"%_\\",
    ];

    await scene.store.append(texts.map((text) => publicly(ann, text)));

    assertEquals(await scene.texts(undefined), texts);
  });

  test("append() names conversation and recipient of a private event", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];

    const result = await scene.append(privately(ann, bob, "psst"));

    assertEquals(result, {
      outcome: "stored",
      seq: 1,
      at: scene.clock.now(),
      conversation: `${ann.account}.${bob.account}`,
      recipient: bob,
    });
  });

  test("append() keeps what one writes to oneself, once", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];

    const result = await scene.append(privately(ann, ann, "milk"));

    assert(result.outcome === "stored" && result.conversation === `${ann.account}.${ann.account}`);
    assertEquals(await scene.texts(ann.account), ["milk"]);
    assertEquals(await scene.texts(bob.account), []);
    assertEquals((await scene.store.conversations(ann.account)).map(({ peer }) => peer), [ann]);
  });

  test("append() says that nobody owns a name", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");

    assertEquals(await scene.append(toAway(ann, "nobody", "hi", "k")), { outcome: "unknown_user" });
    assertEquals(scene.store.lastSeq, 0);
  });

  test("append() doesn't use a key up when it refuses", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.append(toAway(ann, "bob", "hi", "k"));
    await scene.user("bob");

    assertEquals((await scene.append(toAway(ann, "bob", "hi", "k"))).outcome, "stored");
  });

  test("append() answers a repeated key with the first ack, at any time", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    const events = [publicly(ann, "hi", "k1"), privately(ann, bob, "psst", "k2")];
    const first = await scene.store.append(events);
    scene.clock.advance(365 * 86_400_000);

    const again = await scene.store.append(events);

    assertEquals(again, first.map((result) => ({ ...result, outcome: "duplicate" as const })));
    assertEquals(await scene.texts(ann.account), ["hi", "psst"]);
    assertEquals(scene.store.lastSeq, 2);
  });

  test("append() answers a key repeated within one commit", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");

    const results = await scene.store.append([publicly(ann, "hi", "k"), publicly(ann, "hi", "k")]);

    assertEquals(results.map(({ outcome }) => outcome), ["stored", "duplicate"]);
  });

  test("append() refuses a key used again for something else", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.append(publicly(ann, "hi", "k"));

    const others = [publicly(ann, "ho", "k"), privately(ann, bob, "hi", "k")];

    assertEquals(await scene.store.append(others), others.map(() => ({ outcome: "id_reused" })));
    assertEquals(scene.store.lastSeq, 1);
  });

  test("append() of many finds the repeats among them, and leaves no hole", async () => {
    await using scene = await Scene.of(subject);
    const [ann, zed] = [await scene.user("ann"), await scene.guest("zed")];
    const texts = Array.from({ length: 200 }, (_, index) => `${index}`);
    const events = texts.map((text) => publicly(Number(text) % 3 === 0 ? zed : ann, text, text));
    await scene.append(events[40]!);
    const many = events.with(20, events[10]!).with(70, publicly(ann, "other", "40"));

    const results = await scene.store.append(many);

    const others = results.flatMap(({ outcome }, at) =>
      outcome === "stored" ? [] : [[at, outcome]]
    );
    assertEquals(others, [[20, "duplicate"], [40, "duplicate"], [70, "id_reused"]]);
    assertEquals(scene.store.lastSeq, 198);
    const stored = await scene.store.read({ limit: 999, from: "oldest" });
    assertEquals(stored.map(({ seq }) => seq), stored.map((_, index) => index + 1));
    const kept = texts.filter((text) => !["20", "40", "70"].includes(text));
    assertEquals(stored.map(({ text }) => text), ["40", ...kept]);
  });

  test("append() keeps the keys of authors apart", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];

    const results = await scene.store.append([publicly(ann, "hi", "k"), publicly(bob, "hi", "k")]);

    assertEquals(results.map(({ outcome }) => outcome), ["stored", "stored"]);
  });

  test("append() knows a repeat when its recipient has gone or come since", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.append(privately(ann, bob, "psst", "k1"));
    await scene.append(toAway(ann, "bob", "psst", "k2"));

    assertEquals((await scene.append(toAway(ann, "bob", "psst", "k1"))).outcome, "duplicate");
    assertEquals((await scene.append(privately(ann, bob, "psst", "k2"))).outcome, "duplicate");
  });

  test("append() takes guests who have no credential as authors and recipients", async () => {
    await using scene = await Scene.of(subject);
    const [ann, zed] = [await scene.guest("ann"), await scene.guest("zed")];

    await scene.store.append([publicly(ann, "hi", "k"), privately(ann, zed, "psst")]);

    assertEquals((await scene.append(publicly(ann, "hi", "k"))).outcome, "duplicate");
    assertEquals(await scene.texts(zed.account), ["hi", "psst"]);
    assertEquals(await scene.texts(undefined), ["hi"]);
  });

  test("append() takes the time as it comes and orders by position", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.say(ann, "one");
    scene.clock.advance(-3_600_000);
    await scene.say(ann, "two");

    const events = await scene.store.read({ limit: 10, from: "oldest" });

    assertEquals(events.map(({ seq, text }) => [seq, text]), [[1, "one"], [2, "two"]]);
    assertEquals(events[1]!.at, scene.clock.now());
  });

  test("read() tells everything about an event", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("Ann"), await scene.user("bob")];
    await scene.append(privately(ann, bob, "psst", "k"));

    assertEquals(await scene.store.read({ account: bob.account, limit: 10, from: "oldest" }), [{
      seq: 1,
      at: scene.clock.now(),
      kind: "message",
      conversation: [ann.account, bob.account].sort().join("."),
      author: ann.account,
      from: "Ann",
      text: "psst",
      key: "k",
      recipient: bob,
    }]);
  });

  test("read() keeps to its range and takes the asked end of it", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.store.append(["1", "2", "3", "4", "5", "6"].map((text) => publicly(ann, text)));
    const read = async (query: Partial<Parameters<typeof scene.store.read>[0]>) =>
      (await scene.store.read({ limit: 2, from: "oldest", ...query })).map(({ seq }) => seq);

    assertEquals(await read({}), [1, 2]);
    assertEquals(await read({ from: "newest" }), [5, 6]);
    assertEquals(await read({ after: 2 }), [3, 4]);
    assertEquals(await read({ before: 5, from: "newest" }), [3, 4]);
    assertEquals(await read({ after: 2, before: 4 }), [3]);
    assertEquals(await read({ after: 2, before: 4, conversation: "lobby" }), [3]);
    assertEquals(await read({ after: 6 }), []);
    assertEquals(await read({ limit: 0 }), []);
  });

  test("read() ends with the event that takes the texts past the asked length", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    for (const text of ["12345", "1234", "123", "12", "1"]) {
      await scene.append(publicly(ann, text));
    }
    const texts = async (maxLength: number, from: "oldest" | "newest") =>
      (await scene.store.read({ limit: 4, maxLength, from })).map(({ text }) => text);

    assertEquals(await texts(8, "oldest"), ["12345", "1234"]);
    assertEquals(await texts(9, "oldest"), ["12345", "1234", "123"]);
    assertEquals(await texts(0, "oldest"), ["12345"]);
    assertEquals(await texts(3, "newest"), ["123", "12", "1"]);
    assertEquals(await texts(99, "newest"), ["1234", "123", "12", "1"]);
  });

  test("read() mixes the lobby and an account's private events in one order", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    await scene.say(ann, "1");
    await scene.whisper(ann, bob, "2");
    await scene.whisper(bob, ann, "3");
    await scene.whisper(eve, bob, "4");
    await scene.say(eve, "5");

    assertEquals(await scene.texts(ann.account), ["1", "2", "3", "5"]);
    assertEquals(await scene.texts(bob.account), ["1", "2", "3", "4", "5"]);
    assertEquals(await scene.texts(eve.account), ["1", "4", "5"]);
    const newest = { account: bob.account, limit: 2, from: "newest" } as const;
    assertEquals((await scene.store.read(newest)).map(({ text }) => text), ["4", "5"]);
  });

  test("read() of one conversation shows it to its members alone", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    await scene.say(ann, "all");
    await scene.whisper(ann, bob, "psst");
    const conversation = [ann.account, bob.account].sort().join(".");

    assertEquals(await scene.texts(ann.account, conversation), ["psst"]);
    assertEquals(await scene.texts(bob.account, conversation), ["psst"]);
    assertEquals(await scene.texts(eve.account, conversation), []);
    assertEquals(await scene.texts(undefined, conversation), []);
    assertEquals(await scene.texts("a_unknown", conversation), []);
    assertEquals(await scene.texts(eve.account, "lobby"), ["all"]);
    assertEquals(await scene.texts(eve.account, "no such thing"), []);
  });

  test("append() begins a conversation for whom it may, and goes on in one for everybody", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, cyd] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("cyd"),
    ];
    await scene.store.setPassphrase(cyd.account, HASH);
    const outcomes = async (author: Account, to: Account) => {
      const tried = [];
      for (const beginner of ["nobody", "with_passphrase", "anybody", "nobody"] as const) {
        const result = await scene.append({ ...privately(author, to, beginner), beginner });
        tried.push(result.outcome === "stored" ? result.isFirst ?? false : result.outcome);
      }
      return tried;
    };
    const refused = "too_many_conversations";

    assertEquals(await outcomes(ann, bob), [refused, refused, true, false]);
    assertEquals(await outcomes(cyd, bob), [refused, true, false, false]);
    assertEquals(await outcomes(bob, cyd), [false, false, false, false]);
    assertEquals((await scene.store.conversations(bob.account)).length, 2);
    assertEquals((await scene.texts(ann.account)).length, 2);
  });

  test("append() begins no conversation with an id that was used for another message", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.append({ ...publicly(ann, "hello"), key: "k" });
    const outcomes = [];

    for (const beginner of ["anybody", "nobody"] as const) {
      outcomes.push(await scene.append({ ...privately(ann, bob, "hello"), key: "k", beginner }));
    }
    outcomes.push(await scene.append({ ...privately(ann, bob, "hello"), beginner: "nobody" }));

    assertEquals(
      outcomes.map(({ outcome }) => outcome),
      ["id_reused", "id_reused", "too_many_conversations"],
    );
  });

  test("append() gives a repeat its first ack, although its recipient's name is another's by now", async () => {
    await using scene = await Scene.of(subject);
    const [ann, former] = [await scene.user("ann"), await scene.user("bob")];
    const event = toAway(ann, "bob", "psst", "k");
    const first = await scene.append(event);
    await scene.store.closeAccount(former.account);
    const next = await scene.user("bob", "another session");

    const repeat = await scene.append({ ...event, beginner: "nobody" });

    assertEquals(repeat, { ...first, outcome: "duplicate" });
    assertEquals(await scene.store.conversations(next.account), []);
    const fresh = { ...toAway(ann, "bob", "another"), beginner: "nobody" } as const;
    assertEquals((await scene.append(fresh)).outcome, "too_many_conversations");
  });

  test("conversations() lists them a page at a time, in the order of their newest events", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    const others = [];
    for (const name of ["bob", "cyd", "dan", "eve", "fay"]) others.push(await scene.user(name));
    for (const other of others) await scene.whisper(ann, other, "1");
    await scene.whisper(others[1]!, ann, "2");
    const peersOf = async (page: { before?: number; limit?: number }) =>
      (await scene.store.conversations(ann.account, page)).map(({ peer }) => peer.username);

    assertEquals(await peersOf({ limit: 2 }), ["cyd", "fay"]);
    const [, second] = await scene.store.conversations(ann.account, { limit: 2 });
    assertEquals(await peersOf({ before: second!.newest.seq, limit: 9 }), ["eve", "dan", "bob"]);
    await scene.store.closeAccount(others[1]!.account);
    await scene.store.eraseClosed();
    assertEquals(await peersOf({ limit: 9 }), ["fay", "eve", "dan", "cyd", "bob"]);
    assertEquals(await peersOf({ before: 1 }), []);
  });

  test("conversations() ends a page with the text that takes it past 65,536 characters", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    for (let count = 0; count < 20; count++) {
      await scene.whisper(ann, await scene.user(`user${count}`), "x".repeat(4_000));
    }

    const listed = await scene.store.conversations(ann.account, { limit: 50 });

    assertEquals(listed.length, 17);
  });

  test("conversations() lists private ones, the newest first, with what is unread", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    await scene.whisper(eve, ann, "1");
    await scene.whisper(bob, ann, "2");
    await scene.whisper(bob, ann, "3");
    await scene.whisper(ann, bob, "4");
    await scene.say(bob, "5");

    const list = await scene.store.conversations(ann.account);

    assertEquals(
      list.map(({ peer, newest, readSeq, unread }) => [peer, newest.text, readSeq, unread]),
      [[bob, "4", 0, 2], [eve, "1", 0, 1]],
    );
    assertEquals(list[0]!.id, [ann.account, bob.account].sort().join("."));
    assertEquals((await scene.store.conversations(eve.account)).length, 1);
    assertEquals(await scene.store.conversations("a_unknown"), []);
  });

  test("probe() changes nothing", async () => {
    await using scene = await Scene.of(subject);

    await scene.store.probe();

    assertEquals(scene.store.lastSeq, 0);
  });

  test("append() stores nothing for a name that is somebody else's than was meant", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    const to = { kind: "private", username: "bob", nameKey: "bob" } as const;
    const event = { kind: "message", author: ann.account, from: "ann", text: "psst" } as const;

    const results = await scene.store.append([
      { ...event, to: { ...to, expectedAccount: "a_former" } },
      { ...event, to: { ...to, account: bob.account, expectedAccount: "a_former" } },
      { ...event, to: { ...to, expectedAccount: bob.account } },
      { ...event, to: { ...to, account: bob.account, expectedAccount: bob.account } },
    ]);

    assertEquals(results.map(({ outcome }) => outcome), [
      "name_moved",
      "name_moved",
      "stored",
      "stored",
    ]);
    assertEquals(scene.store.lastSeq, 2);
  });
}
