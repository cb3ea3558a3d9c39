import { assert, assertEquals } from "@std/assert";
import { parseSearchQuery } from "../../core/search_query.ts";
import { publicly, Scene, type StoreSubject } from "./store_contract.ts";

/** Finding messages, and not finding those of others. */
export function testStoreSearch(subject: StoreSubject): void {
  const test = (name: string, run: () => Promise<void>) =>
    Deno.test(`${subject.name}.${name}`, run);

  test("search() finds messages that hold every term, newest first", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    const texts = ["red apple", "green apple", "red pear", "red Apple pie"];
    await scene.store.append(texts.map((text) => publicly(ann, text)));

    assertEquals(await scene.find(undefined, "red apple"), ["red Apple pie", "red apple"]);
    assertEquals(await scene.find(undefined, "apple nothing"), []);
    assertEquals(await scene.find(undefined, ""), texts.toReversed());
  });

  test("search() finds parts of words, from three letters on", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.store.append(
      ["unbelievable", "a be c", "maybe"].map((text) => publicly(ann, text)),
    );

    assertEquals(await scene.find(undefined, "believ"), ["unbelievable"]);
    assertEquals(await scene.find(undefined, "be"), ["a be c"]);
    assertEquals(await scene.find(undefined, "ybe"), ["maybe"]);
    assertEquals(await scene.find(undefined, "be ybe"), []);
  });

  test("search() ignores case and accents", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.say(ann, "Café Ångström");

    for (const box of ["cafe", "CAFÉ", "angstrom", '"cafe angstrom"', "ÅNG"]) {
      assertEquals(await scene.find(undefined, box), ["Café Ångström"], box);
    }
  });

  test("search() takes what is quoted as whole words in their order", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    const texts = ["see you, later!", "later see you", "seeyou later", "we see youth later"];
    await scene.store.append(texts.map((text) => publicly(ann, text)));

    assertEquals(await scene.find(undefined, '"see you later"'), ["see you, later!"]);
    assertEquals(await scene.find(undefined, '"see you" later'), [
      "later see you",
      "see you, later!",
    ]);
  });

  test("search() finds text without spaces, down to one character", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    const texts = ["東京都庁に行く", "สวัสดีครับ", "京都で会う", "party 🎉 time"];
    await scene.store.append(texts.map((text) => publicly(ann, text)));

    assertEquals(await scene.find(undefined, "東京都"), [texts[0]]);
    assertEquals(await scene.find(undefined, "京都"), [texts[2], texts[0]]);
    assertEquals(await scene.find(undefined, "会"), [texts[2]]);
    assertEquals(await scene.find(undefined, "สวัส"), [texts[1]]);
    assertEquals(await scene.find(undefined, "🎉"), [texts[3]]);
    assertEquals(await scene.find(undefined, "🎉 会"), []);
  });

  test("search() shows an account what is its own and the lobby's alone", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, eve] = [
      await scene.user("ann"),
      await scene.user("bob"),
      await scene.user("eve"),
    ];
    await scene.say(ann, "secret public");
    await scene.whisper(ann, bob, "secret ab");
    await scene.whisper(eve, bob, "secret eb");
    await scene.leaveNote(ann, "bob", "secret waiting");

    for (const box of ["secret", '"secret"', "sec"]) {
      assertEquals(await scene.find(ann.account, box), [
        "secret waiting",
        "secret ab",
        "secret public",
      ]);
      assertEquals(await scene.find(eve.account, box), ["secret eb", "secret public"]);
      assertEquals(await scene.find(undefined, box), ["secret public"]);
      assertEquals(await scene.find("a_unknown", box), ["secret public"]);
    }
    assertEquals(await scene.find(eve.account, "in:ann"), []);
    assertEquals(await scene.find(undefined, "in:bob secret"), []);
    assertEquals(await scene.find(eve.account, "from:ann"), ["secret public"]);
    assertEquals(await scene.find(eve.account, "ab"), []);
  });

  test("search() can't be talked into private texts by the letters of others", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.whisper(ann, bob, "secret");
    const digits = [0xE000, 0xE400, 0xE800].map((digit) =>
      String.fromCharCode(digit, 0xF000, 0xF401)
    );

    for (
      const box of [...digits, "scope:secret", '") OR secret OR ("', "secret OR x", "NOT x secret"]
    ) {
      assertEquals(await scene.find(undefined, box), [], box);
    }
  });

  test("search() narrows by author, by any spelling of a name and all its owners", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob, guest] = [
      await scene.user("Ann"),
      await scene.user("bob"),
      await scene.guest("zed"),
    ];
    await scene.say(ann, "hello one");
    await scene.say(bob, "hello two");
    await scene.say(guest, "hello three");

    assertEquals(await scene.find(undefined, "hello from:ANN"), ["hello one"]);
    assertEquals(await scene.find(undefined, "from:@zed"), ["hello three"]);
    assertEquals(await scene.find(undefined, "from:nobody"), []);
  });

  test("search() narrows by conversation", async () => {
    await using scene = await Scene.of(subject);
    const [ann, bob] = [await scene.user("ann"), await scene.user("bob")];
    await scene.say(ann, "word all");
    await scene.whisper(ann, bob, "word bob");
    await scene.whisper(ann, ann, "word me");

    assertEquals(await scene.find(ann.account, "word in:everyone"), ["word all"]);
    assertEquals(await scene.find(ann.account, "word in:lobby"), ["word all"]);
    assertEquals(await scene.find(ann.account, "word in:Bob"), ["word bob"]);
    assertEquals(await scene.find(ann.account, "in:ann"), ["word me"]);
    assertEquals(await scene.find(bob.account, "word in:ann"), ["word bob"]);
  });

  test("search() narrows by time, whatever jumps it made", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    const start = scene.clock.now();
    await scene.say(ann, "word noon");
    scene.clock.advance(-7_200_000);
    await scene.say(ann, "word morning");
    scene.clock.advance(10_800_000);
    await scene.say(ann, "word later");
    const find = async (filter: { before?: number; after?: number }) => {
      const query = { ...parseSearchQuery("word"), ...filter };
      return (await scene.store.search({ query, limit: 9 })).hits.map(({ event }) => event.text);
    };

    assertEquals(await find({ before: start }), ["word morning"]);
    assertEquals(await find({ after: start }), ["word later", "word noon"]);
    assertEquals(await find({ after: start, before: start + 1 }), ["word noon"]);
    assertEquals(await find({ before: start - 1e9 }), []);
    assertEquals(await find({ after: start + 1e9 }), []);
  });

  test("search() gives page after page", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.store.append(Array.from({ length: 30 }, (_, i) => publicly(ann, `word ${i}`)));
    const query = parseSearchQuery("word");

    const seqs: number[] = [];
    let before: number | undefined;
    for (;;) {
      const { hits: page } = await scene.store.search({ query, limit: 8, before });
      seqs.push(...page.map(({ event }) => event.seq));
      if (page.length < 8) break;
      before = seqs.at(-1);
    }

    assertEquals(seqs, Array.from({ length: 30 }, (_, i) => 30 - i));
  });

  test("search() marks in a snippet what was found", async () => {
    await using scene = await Scene.of(subject);
    const ann = await scene.user("ann");
    await scene.say(ann, `${"blah ".repeat(40)}the Café is open${" bla".repeat(60)}`);

    const query = parseSearchQuery("cafe open");
    const { hits: [hit] } = await scene.store.search({ query, limit: 1 });

    const marked = hit!.snippet.filter(({ isMatch }) => isMatch).map(({ text }) => text);
    assertEquals(marked, ["Café", "open"]);
    assert(hit!.snippet.map(({ text }) => text).join("").length < 250);
  });
}
