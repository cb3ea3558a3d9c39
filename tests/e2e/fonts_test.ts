import { assert, assertEquals } from "@std/assert";
import { pageTest, Person } from "../support/browser.ts";
import { startTestServer } from "../support/test_server.ts";

/** One letter of each script that a bare machine often has no font for, and a language of it. */
const SCRIPTS = [
  { language: "ar", letter: "ع" },
  { language: "zh", letter: "漢" },
  { language: "ja", letter: "ひ" },
  { language: "ko", letter: "한" },
  { language: "hi", letter: "क" },
] as const;
/** A code point that Unicode has not assigned: every font shows its box for missing letters. */
const UNASSIGNED = "\u{2FE0}";

/** Whether the machine has no font for one of the languages, or none for emoji. */
async function lacksFonts(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false; // Others come with all of them.
  const patterns = [...SCRIPTS.map(({ language }) => `:lang=${language}`), ":lang=und-zsye"];
  try {
    const lists = await Promise.all(patterns.map(async (pattern) => {
      const { stdout } = await new Deno.Command("fc-list", { args: [pattern] }).output();
      return stdout.length;
    }));
    return lists.includes(0);
  } catch {
    return true; // Without fontconfig's programs there is no telling.
  }
}

/** `.ci/run` installs the fonts, so that nothing is skipped under CI. */
const IS_SKIPPED = !Deno.env.get("CI") && await lacksFonts();

pageTest(
  "the page shows emoji in colour, and letters of many scripts (needs fonts for them)",
  async (browser) => {
    await using server = await startTestServer();
    const alice = await Person.join(browser, server.url, "alice");

    const box = (await paint(alice, UNASSIGNED)).image;
    for (const { language, letter } of SCRIPTS) {
      const { image, isColoured } = await paint(alice, letter);
      assert(image !== box, `${language}: ${letter} is a box`);
      assertEquals(isColoured, false);
    }
    assertEquals((await paint(alice, "0123456789#*")).isColoured, false);
    for (const emoji of ["😀", "🎉", "👩‍🚀", "❤️"]) {
      const { isColoured, width } = await paint(alice, emoji);
      assert(isColoured, `${emoji} has no colour`);
      assert(width < 60, `${emoji} falls apart into several`);
    }
  },
  IS_SKIPPED,
);

/** Draws a text in the page, 32 pixels high, in the fonts of its messages. */
function paint({ box }: Person, text: string) {
  return box.evaluate((element, text) => {
    // deno-lint-ignore no-explicit-any
    const { document, getComputedStyle } = globalThis as any;
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    context.font = `32px ${getComputedStyle(element).fontFamily}`;
    context.fillText(text, 10, 50);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let isColoured = false;
    for (let i = 0; i < data.length; i += 4) {
      if (Math.max(data[i], data[i + 1], data[i + 2]) > 60) isColoured = true;
    }
    return { image: canvas.toDataURL(), isColoured, width: context.measureText(text).width };
  }, text);
}
