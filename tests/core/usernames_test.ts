import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { isReservedUsername, usernameKey, usernameProblem } from "../../core/usernames.ts";

const RESERVED = "room all here everyone lobby server system admin moderator parley you".split(" ");

// deno-fmt-ignore
const ACCEPTED = [
  "a", "7", "alice", "Alice_B-2.0", "Jürgen", "O.o", "Łukasz", "Ян", "Анна-Мария", "Ελένη", "Νίκος_GR",
  "山田太郎", "김철수", "ประเสริฐ", "अनीता", "محمد", "שרה", "٣", "x".repeat(32), "𝒳", "e\u0301\u0302\u0303",
  "\u{1F130}".normalize("NFKC"), "\u{20000}".repeat(32),
];

for (const name of ACCEPTED) {
  Deno.test(`usernameProblem() finds none in ${name}`, () => {
    assertEquals(usernameProblem(name), undefined);
  });
}

const REFUSED: readonly (readonly [what: string, name: string, problem: RegExp])[] = [
  ["nothing", "", /empty/],
  ["33 characters", "x".repeat(33), /at most 32 characters/],
  ["33 astral characters", "\u{20000}".repeat(33), /at most 32 characters/],
  ["a million characters", "x".repeat(1_000_000), /at most 32 characters/],
  ["a space", "al ice", /only letters/],
  ["a leading space", " alice", /only letters/],
  ["a line break", "alice\n", /only letters/],
  ["NUL", "a\0b", /only letters/],
  ["a slash", "a/b", /only letters/],
  ["an at sign", "@alice", /only letters/],
  ["an emoji", "🙂", /only letters/],
  ["a fraction", "½", /only letters/],
  ["the blank braille pattern", "a\u2800b", /only letters/],
  ["a right-to-left override", "a\u202Eb", /invisible|only letters/],
  ["a lone surrogate", "a\uD800b", /only letters/],
  ["a leading dot", ".alice", /start and end/],
  ["a trailing dash", "alice-", /start and end/],
  ["punctuation alone", "_", /start and end/],
  ["four marks in a row", "e\u0301\u0302\u0303\u0304", /at most 3 accents/],
  ["a zero width joiner", "a\u200Db", /invisible/],
  ["the Hangul filler", "a\u3164b", /invisible/],
  ["a Hangul choseong filler", "\u115F", /invisible/],
  ["the halfwidth Hangul filler", "\uFFA0", /invisible/],
  ["a combining grapheme joiner", "a\u034Fb", /invisible/],
  ["a variation selector", "a\uFE0F", /invisible/],
  ["a ligature of 18 characters with spaces", "\uFDFA", /Unicode normalization/],
  ["letters that are 33 in plain letters", "ﬃ".repeat(11), /at most 32 .* Unicode normalization/],
  ["a letter whose plain form starts with a dot", "ŀ", /Unicode normalization/],
  ["a Latin name with a Greek Nu", "Νick", /mix Latin with Greek/],
  ["a Latin name with a Greek nu", "daνid", /mix Latin with Greek/],
  ["a Latin name with an accented Greek eta", "tή", /mix Latin with Greek/],
];

for (const [what, name, problem] of REFUSED) {
  Deno.test(`usernameProblem() refuses ${what}`, () => {
    assertMatch(usernameProblem(name) ?? "accepted", problem);
  });
}

const ONE_NAME: readonly (readonly [one: string, other: string, why: string])[] = [
  ["Straße", "STRASSE", "ß is written SS in upper case"],
  ["Straße", "STRAẞE", "and ẞ too"],
  ["ΟΔΥΣΣΕΥΣ", "οδυσσευς", "a sigma ends a word as ς"],
  ["café", "cafe\u0301", "accents may be separate code points"],
  ["Ⓐlice".normalize("NFKC"), "ａｌｉｃｅ", "full width is a compatibility form"],
  ["İstanbul", "istanbul", "the dot of İ is drawn on i anyway"],
  ["ıstanbul", "istanbul", "and a missing one is hardly seen"],
  ["alice", "аlісе", "Cyrillic а, і, с, е"],
  ["PAYPAL", "РАУРАL", "Cyrillic Р, А, У"],
  ["bob", "Воb", "Cyrillic В is drawn like B, so в counts as b"],
  ["Zoe", "Ζοε", "Greek Ζ, ο, Ε"],
  ["ANNA", "ΑΝΝΑ", "all Greek"],
  ["alice", "aliϲe", "Greek lunate sigma"],
  ["Alice", "AIice", "upper-case i"],
  ["bill", "b1ll", "digit one"],
  ["zoo", "z00", "digit zero"],
  ["mike", "rnike", "r and n close together"],
  ["admin", "ᴀᴅᴍɪɴ", "small capitals"],
  ["zoë", "zoё", "Cyrillic ё carries the same dots"],
  ["Гоша", "Γοша", "Greek Γ among Cyrillic"],
  ["Зоя", "3оя", "digit three"],
];

for (const [one, other, why] of ONE_NAME) {
  Deno.test(`usernameKey() takes ${one} and ${other} for one name: ${why}`, () => {
    assertEquals(usernameKey(one), usernameKey(other));
  });
}

// deno-fmt-ignore
const TWO_NAMES = [
  ["alice", "alicia"], ["jose", "josé"], ["a.b", "ab"], ["a_b", "a-b"], ["anna", "hanna"],
  ["nick", "vick"], ["Иван", "Иванна"], ["山田", "山本"], ["user2", "user3"], ["sam", "5am"],
] as const;

for (const [one, other] of TWO_NAMES) {
  Deno.test(`usernameKey() tells ${one} from ${other}`, () => {
    assertNotEquals(usernameKey(one), usernameKey(other));
  });
}

for (const name of RESERVED) {
  Deno.test(`isReservedUsername() keeps ${name} in any case`, () => {
    assert(isReservedUsername(name));
    assert(isReservedUsername(name.toUpperCase()));
  });
}

Deno.test("isReservedUsername() keeps what looks like a reserved name", () => {
  for (const name of ["аdmin", "Αdmin", "ADMlN", "rооrn", "ѕеrvеr", "ＡＤＭＩＮ", "Уou"]) {
    assert(isReservedUsername(name), name);
  }
});

Deno.test("isReservedUsername() leaves other names free", () => {
  for (const name of ["alice", "admins", "the-room", "serverless", "parleys"]) {
    assertEquals(isReservedUsername(name), false, name);
  }
});

/** Any text at all, half of it made of what names are made of. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(..."aAbBiIlL10oOmMrRnNßẞſσςΣΝνаАвВıİЖж山e\u0301\u0307_-.ﬃᾳ\u{20000}"),
    maxLength: 40,
  }),
);
const validName = anyText.filter((name) => usernameProblem(name) === undefined);

Deno.test("usernameProblem() answers every text and never throws", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert(["string", "undefined"].includes(typeof usernameProblem(text)));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("usernameProblem() finds none in the NFKC form of a valid name", () => {
  fc.assert(
    fc.property(validName, (name) => {
      assertEquals(usernameProblem(name.normalize("NFKC")), undefined);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("usernameProblem() lets through nothing that is longer, blank or ill-formed", () => {
  fc.assert(
    fc.property(validName, (name) => {
      assert(name.isWellFormed());
      assert([...name].length >= 1 && [...name].length <= 32);
      assertMatch(name, /^[^\s\p{C}\p{Default_Ignorable_Code_Point}]+$/u);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("usernameKey() is its own key", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assertEquals(usernameKey(usernameKey(text)), usernameKey(text));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("usernameKey() ignores case and normalisation form", () => {
  fc.assert(
    fc.property(validName, (name) => {
      const plain = name.normalize("NFKC");

      for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) {
        assertEquals(usernameKey(name.normalize(form)), usernameKey(name));
      }
      assertEquals(usernameKey(plain.toUpperCase()), usernameKey(name));
      assertEquals(usernameKey(plain.toLowerCase()), usernameKey(name));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("usernameKey() is stable for every letter, mark and digit there is", () => {
  const unstable: string[] = [];
  for (let codePoint = 0; codePoint < 0x30000; codePoint++) {
    const name = String.fromCodePoint(codePoint);
    if (usernameProblem(name) !== undefined) continue;
    const key = usernameKey(name);
    const others = [key, name.toUpperCase(), name.toLowerCase(), name.normalize("NFKD")];
    if (others.some((other) => usernameKey(other) !== key)) unstable.push(name);
  }

  assertEquals(unstable, []);
});

Deno.test("isReservedUsername() lets Ali in, whose name is not All, and keeps out what looks like it", () => {
  for (const name of ["Ali", "ali", "Aii", "Hermine"]) {
    assertEquals(isReservedUsername(name), false, name);
  }
  for (
    const name of ["ALL", "aIl", "a1l", "Admin", "ADMIN", "AdmIn", "adm1n", "аdmіn", "ｓystem"]
  ) {
    assertEquals(isReservedUsername(name), true, name);
  }
});

// Each was welcomed as if it weren't the name it is drawn like.
Deno.test("usernameProblem() refuses letters beside Latin, Greek and Cyrillic ones that may be drawn like them", () => {
  for (
    const name of [
      "ADMⵏN",
      "PARᒪEY",
      "Aᒪᒪ",
      "ᗩDMIN",
      "ALⵏCE",
      "aاice",
      "AᒪICE",
      "Ꭺlice",
      "aliᏟe",
      "ꓮlice",
      "bօb",
      "ⲥarol",
      "b०b",
      "b٥b",
      "Արամ_us",
      "x_ⵏ",
      "аⵏісе",
      "ΑᒪΙϹΕ",
      "ａاｉｃｅ",
      "𝐚اice",
    ] // deno-fmt-ignore
  ) {
    const problem = usernameProblem(name) ?? "accepted";
    assertMatch(
      problem,
      /^must not mix Latin, Greek or Cyrillic with scripts other than Han, /,
      name,
    );
  }
});

Deno.test("usernameProblem() finds none in Latin beside Han, kana, Hangul, Greek and Cyrillic", () => {
  for (
    const name of [
      "Tanaka太郎",
      "ゆきYuki",
      "ケンKen",
      "김Kim",
      "ㄅBo",
      "Ann_Анна",
      "Νίκος_GR",
    ]
  ) assertEquals(usernameProblem(name), undefined, name);
});

Deno.test("usernameProblem() finds none in a name of one script, whatever the script", () => {
  for (const name of ["ᏣᎳᎩ", "Արամ", "ⵏⴰⴷⵉⴰ", "ᐃᓄᒃ", "محمد", "अनीता"]) {
    assertEquals(usernameProblem(name), undefined, name);
  }
});

Deno.test("usernameKey() and isReservedUsername() see no second dot on an i", () => {
  for (const name of ["admi\u0307n", "admi\u0307\u0307n", "ADMI\u0307N", "parle\u0079"]) {
    assert(isReservedUsername(name), name);
  }
  assertEquals(usernameKey("ali\u0307ce"), usernameKey("alice"));
  assertEquals(usernameKey("ali\u0323\u0307ce"), usernameKey("ali\u0323ce"));
  assertEquals(isReservedUsername("ali\u0307"), false);
});

Deno.test("usernameKey() takes ƅob and ꞵob for bob", () => {
  for (const name of ["ƅob", "ꞵob"]) assertEquals(usernameKey(name), usernameKey("bob"));
});
