import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { readIntent } from "../../static/text/commands.ts";
import { nameControls } from "../../static/text/controls.ts";
import { newConversation } from "../../static/model/conversation.js";
import { complete } from "../../static/model/completion.js";
import { initialRoom } from "../../static/model/room.js";
import { reduceRoom } from "../../static/model/room_state.js";
import { describePresence } from "../../static/view/describe_presence.js";
import { titleFor } from "../../static/view/title.js";
import { welcome } from "./fakes.ts";
import { linkify } from "../../static/text/linkify.js";
import { nameKey } from "../../static/text/name_key.ts";
import { mentions } from "../../static/model/mentions.js";
import { clampMarks, listNames, nameHue, nameInitial } from "../../static/text/names.ts";
import { cleanText, countCharacters } from "../../static/text/plain_text.ts";

Deno.test("linkify() makes links of http, https and mailto only", () => {
  const text = "a http://x.example b javascript:alert(1) data:text/html,x mailto:a@b.example";

  const links = linkify(text).filter((part) => part.type === "link").map((part) => part.text);

  assertEquals(links, ["http://x.example", "mailto:a@b.example"]);
});

Deno.test("linkify() loses no character", () => {
  const text = "see (https://x.example/a_(b)), or https://y.example/?q=1. “https://z.example”!";

  assertEquals(linkify(text).map((part) => part.text).join(""), text);
});

Deno.test("linkify() leaves the sentence's punctuation outside", () => {
  const links = linkify("(https://x.example/a_(b)), https://y.example/?q=1. https://z.example…")
    .filter((part) => part.type === "link").map((part) => part.text);

  assertEquals(links, ["https://x.example/a_(b)", "https://y.example/?q=1", "https://z.example"]);
});

Deno.test("linkify() shows where a link goes when its text makes one think otherwise", () => {
  const targets = [
    "https://example.org/x",
    "https://bank.example@evil.example/",
    "https://аррӏе.com/",
  ].map((text) => linkify(text).map((part) => part.type === "link" ? part.target : "none"));

  assertEquals(targets, [[null], ["evil.example"], ["xn--80ak6aa92e.com"]]);
});

/** Pieces that addresses, and what is cut off them, are made of. */
const PIECES = [
  "https://",
  "http://",
  "mailto:",
  "a.b",
  "/",
  "@",
  ":",
  "\\",
  "%41",
  "../",
  "?",
  "#",
]
  .concat([..."()[]{}.,;!'’…*_~ \n\"«»<>aZ1é中\u0301\u202e\u2066😀"]);

/** Texts of any shape: pieces in any order, and one run of them repeated over and over. */
const hostileText = fc.tuple(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }),
  fc.nat(50),
).map(([head, run, times]) => head.join("") + run.join("").repeat(times));

Deno.test("linkify() loses no character of any text, and links only what may be one", () => {
  fc.assert(fc.property(hostileText, (text) => {
    const parts = linkify(text);

    assertEquals(parts.map((part) => part.text).join(""), text);
    for (const part of parts) {
      if (part.type === "link") assertMatch(part.href, /^(https?:\/\/[^/]|mailto:.)/);
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
    "folders": `https://a.b/${"a/".repeat(100_000)}${"../".repeat(60_000)}`,
  })
) {
  Deno.test(`linkify() takes linear time for ${name}`, () => {
    const start = performance.now();

    const parts = linkify(text);

    assert(performance.now() - start < 3_000);
    assertEquals(parts.map((part) => part.text).join(""), text);
  });
}

/** Han letters, all different. */
function letters(count: number, first: number): string {
  return String.fromCharCode(...Array.from({ length: count }, (_, i) => 0x4e00 + first + i));
}

for (
  const [name, read] of Object.entries({
    clampMarks,
    cleanText,
    countCharacters,
    nameControls,
    readIntent,
    mentions: (text: string) => mentions(text, "bob"),
    complete: (text: string) => complete(text, text.length, () => ["bob"]),
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

Deno.test("cleanText() makes pasted text fit for sending", () => {
  assertEquals(cleanText("\n\n  a\r\nb\u0000\u0007\tc\ud800 \n\n"), "  a\nb\tc\ufffd");
});

Deno.test("countCharacters() counts code points, as the server does", () => {
  assertEquals(countCharacters("a👍b"), 3);
});

Deno.test("mentions() finds a name, not a longer one", () => {
  assertEquals(mentions("hi @Bob!", "bob"), true);
  assertEquals(mentions("@bob.", "bob"), true);
  assertEquals(mentions("@bobby and @bob.b", "bob"), false);
});

Deno.test("describePresence() says who reads along", () => {
  const bob = { username: "bob", account: "a_bob" };
  const room = reduceRoom(initialRoom(), welcome());

  assertEquals(describePresence(room, null), "2 people online");
  assertEquals(describePresence(room, bob), "Online");
  assertEquals(
    describePresence(room, { ...bob, account: "a_old" }),
    "Someone else has this name now",
  );
  assertEquals(describePresence(room, { username: "carol", account: null }), "Offline");
  assertEquals(
    describePresence(room, { username: "alice", account: "a_alice" }),
    "Only you can see this",
  );
});

Deno.test("titleFor() counts what is private or speaks to the reader, and marks the rest", () => {
  const lobby = newConversation("lobby", null);
  const bob = newConversation("private:0", { username: "bob", account: "a_bob" });

  assertEquals(titleFor([lobby, bob]), "Parley");
  assertEquals(titleFor([{ ...lobby, unread: 3 }]), "• Parley");
  assertEquals(
    titleFor([{ ...lobby, unread: 3, mentions: 1 }, { ...bob, unread: 2 }]),
    "(3) Parley",
  );
});
