import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { findTerms, matcherOf } from "../../core/search_match.ts";
import { parseSearchQuery } from "../../core/search_query.ts";
import { snippetOf } from "../../core/snippet.ts";
import { publicly } from "../contracts/store_contract.ts";
import { claimOf, DataFolder } from "../support/test_log.ts";

const word = (text: string) => ({ text, isPhrase: false });
const phrase = (text: string) => ({ text, isPhrase: true });

for (
  const [box, expected] of Object.entries({
    "": { terms: [] },
    "  red   apple ": { terms: [word("red"), word("apple")] },
    '"red apple" pie': { terms: [phrase("red apple"), word("pie")] },
    "„red apple“ “pie”": { terms: [phrase("red apple"), phrase("pie")] },
    '"red apple': { terms: [phrase("red apple")] },
    '""': { terms: [] },
    'red"apple"': { terms: [word("red"), phrase("apple")] },
    "from:bob hi": { terms: [word("hi")], from: "bob" },
    "FROM:@Bob": { terms: [], from: "Bob" },
    "from:": { terms: [word("from:")] },
    '"from:bob"': { terms: [phrase("from:bob")] },
    "in:everyone": { terms: [], in: "lobby" },
    "in:Lobby": { terms: [], in: "lobby" },
    "in:bob": { terms: [], in: "bob" },
    "before:2026-01-31": { terms: [], before: Date.UTC(2026, 0, 31) },
    "after:2026-1-2": { terms: [], after: Date.UTC(2026, 0, 2) },
    "after:2026-02-30": { terms: [word("after:2026-02-30")] },
    "before:lunch": { terms: [word("before:lunch")] },
    "http://a.example": { terms: [word("http://a.example")] },
    "from:ann from:bob": { terms: [], from: "bob" },
  })
) {
  Deno.test(`parseSearchQuery() reads ${JSON.stringify(box)}`, () => {
    assertEquals(parseSearchQuery(box), expected);
  });
}

Deno.test("parseSearchQuery() takes days by the asker's clock", () => {
  const { before } = parseSearchQuery("before:2026-01-31", 120);

  assertEquals(before, Date.UTC(2026, 0, 30, 22));
});

Deno.test("parseSearchQuery() bounds the number and the length of terms", () => {
  const words = Array.from({ length: 99 }, (_, i) => `y${i}`).join(" ");
  const { terms } = parseSearchQuery(`${"x".repeat(999)} ${words}`);

  assertEquals([terms.length, terms[0]?.text.length], [16, 200]);
});

// One Han character sixteen times made the index merge all that begins with it sixteen times.
Deno.test("parseSearchQuery() drops what is repeated", () => {
  assertEquals(parseSearchQuery('京 京 Red red RED "red" “RED” 京').terms, [
    word("京"),
    word("Red"),
    phrase("red"),
  ]);
});

Deno.test("parseSearchQuery() reads any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    for (const term of parseSearchQuery(text).terms) {
      assert(term.text.isWellFormed() && term.text !== "" && !term.text.includes("\0"));
    }
  }));
});

Deno.test("SqliteStore.search() runs any query, and finds every message by its own words", async () => {
  await using folder = await DataFolder.make();
  await using store = await folder.open();
  const ann = await store.claimName(claimOf("ann"));
  if (ann === "taken") throw new TypeError("Cannot search: the name is taken");
  const texts = [
    "see “you” AND me",
    "a* OR b^2 {x}: NEAR(a b, 2)",
    "東京 京",
    "ñandú – día",
    "🎉🎉",
  ];
  await store.append(texts.map((text) => publicly(ann, text)));
  await store.indexAll();
  const syntax = [
    '"',
    "*",
    "AND ",
    "OR ",
    "NOT ",
    "NEAR(",
    ")",
    "^",
    ":",
    "text:",
    "-",
    "東京",
    "é",
  ];
  const piece = fc.oneof(fc.constantFrom(...syntax), fc.string({ unit: "binary" }));

  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      const query = parseSearchQuery(pieces.join(""));
      for (const account of [undefined, ann.account]) {
        await store.search({ account, query, limit: 5 });
      }
    }),
    { numRuns: 500 },
  );

  for (const text of texts) {
    for (const box of [text, `"${text.replaceAll(/[“”"]/g, "")}"`]) {
      const { hits } = await store.search({ query: parseSearchQuery(box), limit: 9 });
      assert(hits.some(({ event }) => event.text === text), `${box} does not find ${text}`);
    }
  }
});

Deno.test("findTerms() and matcherOf() agree, and ranges lie in the text", () => {
  const text = fc.string({ unit: fc.constantFrom(..."aAéE\u0301 ßx京都.🎉") });
  fc.assert(fc.property(text, text, (content, box) => {
    const { terms } = parseSearchQuery(box);
    const ranges = findTerms(content, terms);

    assertEquals(ranges !== undefined, matcherOf(terms)(content));
    for (const { start, end } of ranges ?? []) {
      assert(0 <= start && start < end && end <= content.length);
    }
  }));
});

Deno.test("snippetOf() is the text itself, cut, with what was found marked", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab c🎉"), maxLength: 600 });
  fc.assert(fc.property(text, fc.constantFrom("a", "ab", "🎉"), (content, found) => {
    const ranges = findTerms(content, [word(found)]) ?? [];
    const parts = snippetOf(content, ranges);
    const shown = parts.map((part) => part.text).join("");

    assert(content.includes(shown.replace(/^…/, "").replace(/…$/, "")));
    assert(shown.isWellFormed() && shown.length <= 205);
    assertEquals(parts.some(({ isMatch }) => isMatch), ranges.length > 0);
  }));
});
