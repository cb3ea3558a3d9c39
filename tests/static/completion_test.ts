import { assert, assertEquals } from "@std/assert";
import { completionAt, type CompletionSources } from "../../static/model/completion.ts";
import { loadEmoji } from "../../static/text/emoji.ts";

const sources: CompletionSources = {
  names: ["bobby", "bob", "Bärbel", "carol"],
  away: new Set(["carol"]),
  emoji: await loadEmoji(),
};

/** What is offered at the bar, which stands for the caret. */
function at(marked: string, from = sources) {
  const caret = marked.indexOf("|");
  return completionAt(marked.replace("|", ""), caret, from);
}

function inserts(marked: string): string[] | undefined {
  return at(marked)?.options.map(({ insert }) => insert);
}

Deno.test("completionAt() offers names after @, in the order they are given", () => {
  assertEquals(inserts("hello @|"), ["@bobby ", "@bob ", "@Bärbel ", "@carol "]);
  assertEquals(inserts("hello @B|"), ["@bobby ", "@bob ", "@Bärbel "]);
  assertEquals(inserts("(@c|"), ["@carol "]);
  assertEquals(inserts("line\n@c|"), ["@carol "]);
});

Deno.test("completionAt() offers people who are away and marks them", () => {
  assertEquals(at("@c|")?.options, [
    { key: "carol", label: "carol", hint: "away", insert: "@carol " },
  ]);
  assertEquals(at("@bo|")?.options[0]?.hint, "");
});

Deno.test("completionAt() says which part of the text an option replaces", () => {
  const completion = at("hello @bo| there");

  assertEquals([completion?.start, completion?.end, completion?.kind], [6, 9, "name"]);
});

Deno.test("completionAt() adds no second space", () => {
  assertEquals(inserts("hello @c| there"), ["@carol"]);
  assertEquals(inserts("hello @c|, there"), ["@carol "]);
});

// With bobby having spoken last, Enter after @bob picked bobby.
Deno.test("completionAt() offers nothing for a name or command that is complete", () => {
  for (const text of ["@bob|", "@BOB|", "/msg bob|", "/msg|", "/keys|"]) {
    assertEquals(at(text), null, text);
  }
});

Deno.test("completionAt() offers commands at the very start only", () => {
  assertEquals(inserts("/|"), ["/msg ", "/me ", "/shrug ", "/search ", "/keys", "/help"]);
  assertEquals(inserts("  /M|"), ["/msg ", "/me "]);
  for (const text of ["see /m|", "//m|", "/zzz|", "line\n/m|"]) assertEquals(at(text), null, text);
});

Deno.test("completionAt() offers names after /msg, with their sign and without", () => {
  assertEquals(inserts("/msg c|"), ["carol "]);
  assertEquals(inserts("/MSG @c|"), ["@carol "]);
  assertEquals(inserts("/msg carol hi b|"), undefined);
});

Deno.test("completionAt() offers emoji from two letters, with a colon at the end or without", () => {
  assertEquals(inserts(":tad|")?.[0], "🎉 ");
  assertEquals(inserts("yes :+1|")?.[0], "👍 ");
  assertEquals(inserts("🎉:tada:|"), ["🎉 "]);
  assertEquals(at(":tad|")?.options[0]?.label, "🎉 :tada:");
  assertEquals(at(":t|"), null);
});

Deno.test("completionAt() offers no emoji in times, addresses, words, smileys and scopes", () => {
  const texts = [
    "12:30|",
    "http://x:80|",
    "https://a.b/:ta|",
    "note:ta|",
    "std::ve|",
    ":-D|",
    ":)|",
    "mailto:ta|",
    ": ta|",
  ];

  for (const text of texts) assertEquals(at(text), null, text);
});

Deno.test("completionAt() offers nothing inside a word or code", () => {
  for (const text of ["@bo|b", ":ta|da", "`:tad|", "```\n@ca|", "a `b` `@ca|"]) {
    assertEquals(at(text), null, text);
  }
  assertEquals(inserts("`a` ```b``` @ca|"), ["@carol "]);
});

Deno.test("completionAt() asks for the table of emoji when it is needed", () => {
  const without = { ...sources, emoji: null };

  assertEquals(at(":ta|", without), {
    start: 0,
    end: 3,
    kind: "emoji",
    options: [],
    isLoading: true,
  });
  assertEquals(at("@c|", without)?.isLoading, false);
  assertEquals(at("12:30|", without), null);
});

Deno.test("completionAt() offers recent emoji first", () => {
  const completion = at(":fa|", { ...sources, recentEmoji: ["🤦"] });

  assertEquals(completion?.options[0]?.key, "🤦");
});

// Sorting everyone who is here at each key made typing slow.
Deno.test("completionAt() reads names only while a name is typed", () => {
  const lazy: CompletionSources = {
    emoji: [],
    get names(): readonly string[] {
      throw new Error("read");
    },
  };

  assertEquals(["hello|", "a@b|", "/keys|", ":ta|"].map((text) => at(text, lazy)), [
    null,
    null,
    null,
    null,
  ]);
});

Deno.test("completionAt() gives at most eight options, each with a key of its own", () => {
  for (const text of [":sm|", "@n|"]) {
    const names = Array.from({ length: 1_000 }, (_, i) => `n${i}`);
    const keys = at(text, { ...sources, names })?.options.map(({ key }) => key) ?? [];

    assertEquals([keys.length, new Set(keys).size], [8, 8]);
  }
});

Deno.test("completionAt() takes linear time for any repetition", () => {
  for (const piece of ["@", "(@", " @bo", ":", " :ta", "`", "``` ", "/msg ", " ", "é"]) {
    const text = piece.repeat(200_000);
    const start = performance.now();

    completionAt(text, text.length, sources);

    assert(performance.now() - start < 3_000, piece);
  }
});
