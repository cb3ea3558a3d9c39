import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { findLinks } from "../../static/text/links.ts";
import { PIECES } from "../support/hostile_pieces.ts";

/** What is linked in a text. */
function linksIn(text: string): string[] {
  return findLinks(text).map(({ start, end }) => text.slice(start, end));
}

Deno.test("findLinks() finds http, https and mailto only", () => {
  const text = "a http://x.example b javascript:alert(1) data:text/html,x mailto:a@b.example";

  assertEquals(linksIn(text), ["http://x.example", "mailto:a@b.example"]);
});

Deno.test("findLinks() leaves the sentence's punctuation outside", () => {
  assertEquals(
    linksIn("(https://x.example/a_(b)), https://y.example/?q=1. https://z.example…"),
    ["https://x.example/a_(b)", "https://y.example/?q=1", "https://z.example"],
  );
});

Deno.test("findLinks() finds hosts without a scheme, and takes them for https", () => {
  const text = "see example.com, www.bücher.example and docs.x.org/a?b=1#c (or deno.dev:8080).";

  assertEquals(linksIn(text), [
    "example.com",
    "www.bücher.example",
    "docs.x.org/a?b=1#c",
    "deno.dev:8080",
  ]);
  assertEquals(findLinks("example.com")[0]?.href, "https://example.com/");
});

Deno.test("findLinks() takes no file, path, address of mail or sentence for a host", () => {
  const text = "readme.md main.rs src/example.com bob@example.com do.it now.So com www. www..com" +
    " example.community a.com.b me@x.com.";

  assertEquals(linksIn(text), []);
});

Deno.test("findLinks() names the host when the text of a link suggests another", () => {
  const targets = [
    "https://example.org/x",
    "https://bank.example@evil.example/",
    "https://аррӏе.com/",
    "аррӏе.com",
    "example.com",
  ].map((text) => findLinks(text).map(({ target }) => target));

  assertEquals(targets, [
    [null],
    ["evil.example"],
    ["xn--80ak6aa92e.com"],
    ["xn--80ak6aa92e.com"],
    [null],
  ]);
});

/** Texts of any shape: pieces in any order, and one run of them repeated over and over. */
const hostileText = fc.tuple(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }),
  fc.nat(50),
).map(([head, run, times]) => head.join("") + run.join("").repeat(times));

Deno.test("findLinks() finds links in order and skips other text", () => {
  fc.assert(fc.property(hostileText, (text) => {
    let end = 0;
    for (const link of findLinks(text)) {
      assert(link.start >= end && link.end > link.start && link.end <= text.length);
      assertMatch(link.href, /^(https?:\/\/[^/]|mailto:.)/);
      end = link.end;
    }
  }));
});

// 91 messages of an address and 3,980 brackets froze every open page for ten seconds. Here the
// text is so long that quadratic time would take minutes.
for (
  const [name, text] of Object.entries({
    "unopened brackets": "https://a.b/" + ")".repeat(400_000),
    "brackets of all kinds": "https://a.b/" + "([{}])".repeat(40_000) + ")]}".repeat(40_000),
    "punctuation": "https://a.b/" + "?!".repeat(200_000),
    "addresses": "https://a.b/) ".repeat(30_000),
    "schemes": "https://".repeat(50_000),
    "mail addresses": "mailto:" + "a@".repeat(200_000),
    "hosts": Array.from({ length: 200 }, (_, i) => `https://${letters(2_000, i)}/`).join(" "),
    "labels": Array.from({ length: 200 }, (_, i) => `https://${[...letters(2_000, i)].join(".")}/`)
      .join(" "),
    "user names": `https://${"a@".repeat(200_000)}b`,
    "hosts without a scheme": "a.".repeat(200_000) + "com",
    "short hosts": "a.com/ ".repeat(50_000),
    "folders": `https://a.b/${"a/".repeat(100_000)}${"../".repeat(60_000)}`,
  })
) {
  Deno.test(`findLinks() takes linear time for ${name}`, () => {
    const start = performance.now();

    findLinks(text);

    assert(performance.now() - start < 3_000);
  });
}

/** Han letters, all different. */
function letters(count: number, first: number): string {
  return String.fromCharCode(...Array.from({ length: count }, (_, i) => 0x4e00 + first + i));
}
