import { assert, assertEquals } from "@std/assert";
import { type Emoji, findEmoji, loadEmoji } from "../../static/text/emoji.ts";

const table = await loadEmoji();

Deno.test("the table holds only emoji that Unicode recommends, each once", () => {
  const strange = table.filter(({ emoji }) => !/^\p{RGI_Emoji}$/v.test(emoji));

  assertEquals(strange, []);
  assertEquals(new Set(table.map(({ emoji }) => emoji)).size, table.length);
  assert(table.length > 1_800);
});

Deno.test("the table's names are unique, and can be typed between colons", () => {
  const untypeable = table.filter(({ name }) => !/^(?:[+-]1|[a-z0-9][a-z0-9_-]*)$/.test(name));

  assertEquals(untypeable, []);
  assertEquals(new Set(table.map(({ name }) => name)).size, table.length);
});

Deno.test("the table is at most 24 KiB compressed", async () => {
  const { EMOJI_TABLE } = await import("../../static/text/emoji_table.ts");
  const zipped = new Blob([EMOJI_TABLE]).stream().pipeThrough(new CompressionStream("gzip"));

  const { size } = await new Response(zipped).blob();

  assert(size <= 24 * 1_024, String(size));
});

Deno.test("the table has no skin tones", () => {
  assertEquals(table.filter(({ emoji }) => /[\u{1F3FB}-\u{1F3FF}]/u.test(emoji)), []);
});

const found = (typed: string, recent: string[] = []) =>
  findEmoji(table, typed, recent).map(({ emoji }) => emoji);

Deno.test("findEmoji() puts the usual meaning first", () => {
  const first = ["tada", "+1", "thumbsup", "joy", "heart", "fire", "party", "laugh", "germany"]
    .map((typed) => found(typed)[0]);

  assertEquals(first, ["🎉", "👍", "👍", "😂", "❤️", "🔥", "🥳", "😆", "🇩🇪"]);
});

Deno.test("findEmoji() orders by name, recent use, beginning, word and part", () => {
  const small: Emoji[] = [
    { emoji: "1", name: "big_hat", words: [] },
    { emoji: "2", name: "top", words: ["hat"] },
    { emoji: "3", name: "that", words: [] },
    { emoji: "4", name: "hats", words: [] },
    { emoji: "5", name: "hat", words: [] },
    { emoji: "6", name: "hatter", words: [] },
    { emoji: "7", name: "cap", words: ["chat"] },
  ];
  const order = (recent: string[]) =>
    findEmoji(small, "HAT", recent).map(({ emoji }) => emoji).join("");

  assertEquals(order([]), "546123");
  assertEquals(order(["7", "3", "6"]), "536412");
});

Deno.test("findEmoji() gives no more than asked for, and nothing for nonsense", () => {
  assertEquals(findEmoji(table, "s", [], 3).length, 3);
  assertEquals(found("qqqq"), []);
});
