import { assertEquals } from "@std/assert";
import { complete } from "../../static/model/completion.js";

const NAMES = ["bob", "Bärbel", "carol"];

function offered(text: string, cursor = text.length) {
  return complete(text, cursor, () => NAMES)?.suggestions.map((suggestion) => suggestion.text) ??
    null;
}

Deno.test("complete() offers names after @, most likely ones first", () => {
  assertEquals(offered("hello @"), ["@bob ", "@Bärbel ", "@carol "]);
  assertEquals(offered("hello @B"), ["@bob ", "@Bärbel "]);
  assertEquals(offered("@c and more", 2), ["@carol "]);
  assertEquals(offered("mail@b"), null);
});

// Asking sorts everyone who is here: a text without names must not cost that at each key.
Deno.test("complete() asks for no names where none is being written", () => {
  const ask = () => {
    throw new Error("asked");
  };

  assertEquals(["hello", "a@b", "/k", "/keys"].map((text) => complete(text, 5, ask) === null), [
    true,
    true,
    false,
    true,
  ]);
});

Deno.test("complete() says which part of the text it stands for", () => {
  const { start, end } = complete("hello @bo there", 9, () => NAMES)!;

  assertEquals([start, end], [6, 9]);
});

Deno.test("complete() offers commands at the very start, and names after /msg", () => {
  assertEquals(offered("/"), ["/msg ", "/me ", "/shrug ", "/search ", "/keys ", "/help "]);
  assertEquals(offered("/m"), ["/msg ", "/me "]);
  assertEquals(offered("/msg c"), ["carol "]);
  assertEquals(offered("/msg carol hi b"), null);
  assertEquals(offered("see /m"), null);
});

Deno.test("complete() offers nothing for a word that is complete or unknown", () => {
  assertEquals([offered("@bob"), offered("@zoe"), offered("hello"), offered("")], [
    null,
    null,
    null,
    null,
  ]);
});
