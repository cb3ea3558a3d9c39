import { assert, assertEquals, assertMatch } from "@std/assert";
import { en } from "../../static/text/en.ts";
import { pseudoOf } from "../../static/text/pseudo.ts";
import { listNames, withNames } from "../../static/text/names.ts";
import { speak, strings } from "../../static/text/strings.ts";

const pseudo = pseudoOf(en);

Deno.test("speak() changes the words of the page, and speaks English where it knows no other", async () => {
  await speak("qps");
  const distorted = strings.common.close;
  await speak("constructor");

  assertEquals(distorted, "Çlóóséé");
  assertEquals(strings.common.close, "Close");
});

Deno.test("the pseudo-language keeps names, code, commands and the product as they are", () => {
  assertEquals(pseudo.sidebar.messagePrivately("bob a"), "Mééssáágéé bob a prííváátéélýý");
  assertMatch(pseudo.timeline.emptyKeys, /`\?`/);
  assertMatch(pseudo.commands.msg.usage, /^\/msg /);
  assertMatch(pseudo.join.needsScript, /^Parley /);
});

Deno.test("the pseudo-language is about as much longer than English as German is", () => {
  const length = (table: unknown) => textsIn(table).join("").length;

  const growth = length(pseudo) / length(en);

  assert(growth > 1.25 && growth < 1.5, String(growth));
});

Deno.test("numbers of things are said in the plural form they need", () => {
  assertEquals(
    [0, 1, 2, 1_000].map((number) => en.timeline.newCount(number)),
    ["0 new messages", "1 new message", "2 new messages", "1,000 new messages"],
  );
});

Deno.test("English texts use typographic quotes, apostrophes and dots", () => {
  const typewritten = textsIn(en).filter((text) => /'|"|\.\.\./.test(text.replace(/`[^`]*`/g, "")));

  assertEquals(typewritten, []);
});

/** Plain strings of a table, and what its functions say with samples. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "function") return [String(value(2, 2))];
  return Object.values(value as object).flatMap(textsIn);
}

Deno.test("withNames() puts names into a sentence of any language, as pieces of their own", async () => {
  const pieces = () => withNames(strings.timeline.joined, listNames(["$1", "b", "c", "d"]));
  const english = pieces();
  await speak("qps");
  const distorted = pieces();
  await speak("en");

  assertEquals(english.map(({ text }) => text), [
    "$1",
    ", ",
    "b",
    ", ",
    "c",
    " and ",
    "1 other",
    " joined the chat",
  ]);
  assertEquals(
    distorted.filter(({ isName }) => isName),
    english.filter(({ isName }) => isName),
  );
});

Deno.test("withNames() cuts towers of marks in names", () => {
  const [, name] = withNames(strings.message.privateTo, "z" + "\u0301".repeat(50));

  assertEquals(name, { text: "z" + "\u0301".repeat(4), isName: true });
});
