import { assert, assertEquals } from "@std/assert";
import { readIntent } from "../../static/text/commands.ts";
import { nameControls } from "../../static/text/controls.ts";
import { completionAt } from "../../static/model/completion.ts";
import { directTo } from "../../static/model/address.ts";
import { reduce } from "../../static/model/reduce.ts";
import { initialState } from "../../static/model/state.ts";
import { describeReach } from "../../static/ui/shell/reach.ts";
import { welcome } from "./fakes.ts";
import { nameKey } from "../../static/text/name_key.ts";
import { clampMarks, listNames, nameHue, nameInitial } from "../../static/text/names.ts";
import { clampText, cleanText, countCharacters } from "../../static/text/plain_text.ts";
import { PIECES } from "../support/hostile_pieces.ts";

for (
  const [name, read] of Object.entries({
    clampMarks,
    cleanText,
    countCharacters,
    nameControls,
    readIntent,
    completionAt: (text: string) => completionAt(text, text.length, { names: ["bob"], emoji: [] }),
  })
) {
  Deno.test(`${name}() takes linear time for any repetition`, () => {
    for (const piece of [...PIECES, "@bob", "@bo", "/msg ", "\r", "a "]) {
      const start = performance.now();

      read("/msg " + piece.repeat(200_000) + "x");

      assert(performance.now() - start < 3_000, piece);
    }
  });
}

Deno.test("nameControls() names every character that changes the direction, and only those", () => {
  const parts = nameControls("a\u202Egpj.exe\u202C \u2067שלום\u2069\u200F");

  assertEquals(parts.map(({ text }) => text), [
    "a",
    "U+202E",
    "gpj.exe",
    "U+202C",
    " ",
    "U+2067",
    "שלום",
    "U+2069",
    "\u200F",
  ]);
  assertEquals(parts.filter(({ isControl }) => isControl).length, 4);
});

Deno.test("clampMarks() cuts towers of marks and leaves scripts alone", () => {
  assertEquals(clampMarks("z" + "\u0301".repeat(50)), "z" + "\u0301".repeat(4));
  assertEquals(clampMarks("ผู้ใหญ่ שָׁלוֹם क्षि"), "ผู้ใหญ่ שָׁלוֹם क्षि");
});

Deno.test("nameHue() is the same for names that count as one", () => {
  assertEquals(nameHue("Straße"), nameHue("STRASSE"));
  assertEquals(nameKey("ＢＯＢ"), "bob");
});

Deno.test("nameInitial() is the first letter as people see letters", () => {
  assertEquals(["bob", "ägir", "👩‍🚀x"].map(nameInitial), ["B", "Ä", "👩‍🚀"]);
});

Deno.test("listNames() names some and counts the rest", () => {
  const list = (...names: string[]) => listNames(names).map(({ text }) => text).join("");

  assertEquals(list("a"), "a");
  assertEquals(list("a", "b"), "a and b");
  assertEquals(list("a", "b", "c", "d"), "a, b, c and 1 other");
  assertEquals(list("a", "b", "c", "d", "e"), "a, b, c and 2 others");
});

Deno.test("clampText() cuts between letters as people see them", () => {
  assertEquals(clampText("abc", 3), "abc");
  assertEquals(clampText("abcd", 3), "abc…");
  assertEquals(clampText("ab👩‍👧", 4), "ab…");
  assertEquals(clampText("e\u0301e\u0301", 3), "e\u0301…");
});

Deno.test("cleanText() makes pasted text fit for sending", () => {
  assertEquals(cleanText("\n\n  a\r\nb\u0000\u0007\tc\ud800 \n\n"), "  a\nb\tc\ufffd");
});

Deno.test("countCharacters() counts code points, as the server does", () => {
  assertEquals(countCharacters("a👍b"), 3);
  for (const text of ["", "👍👍", "\uD83D", "\uDC4D\uD83D", "\uD83D\uD83D\uDC4D"]) {
    assertEquals(countCharacters(text), [...text].length);
  }
});

Deno.test("describeReach() says who reads along", () => {
  const state = reduce(initialState(), welcome());
  const reach = (username: string, account: string | null) =>
    describeReach(state, directTo({ username, account }));

  assertEquals(describeReach(state, { kind: "lobby" }), "2 people online");
  assertEquals(reach("bob", "a_bob"), "Online");
  assertEquals(reach("bob", "a_old"), "Someone else has this name now");
  assertEquals(reach("carol", null), "Offline");
  assertEquals(reach("alice", "a_alice"), "Only you can see this");
});
