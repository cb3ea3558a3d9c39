import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../core/errors.ts";
import { isPassphraseHash, passphraseProblem, Passphrases } from "../../core/passphrase.ts";

/** Cheap enough for tests: what is shown holds for every cost. */
const CHEAP = { cost: { log2N: 4, r: 8, p: 1 } };

Deno.test("Passphrases.verify() accepts the passphrase that was hashed, and no other", async () => {
  const passphrases = new Passphrases(CHEAP);
  const hash = await passphrases.hash("correct horse battery");

  assert(await passphrases.verify("correct horse battery", hash));
  assert(!await passphrases.verify("Correct horse battery", hash));
  assert(!await passphrases.verify("correct horse battery ", hash));
  assert(!await passphrases.verify("", hash));
});

Deno.test("Passphrases.hash() salts: two hashes of one passphrase differ, and hold none of it", async () => {
  const passphrases = new Passphrases(CHEAP);

  const [first, second] = [
    await passphrases.hash("hunter2 hunter2"),
    await passphrases.hash("hunter2 hunter2"),
  ];

  assertMatch(first, /^\$scrypt\$ln=4,r=8,p=1\$[\w-]{22}\$[\w-]{43}$/);
  assertNotEquals(first, second);
  assert(!first.includes("hunter2"));
});

Deno.test("Passphrases.hash() costs 2^15, 8, 3 unless told otherwise", async () => {
  assertMatch(await new Passphrases().hash("correct horse"), /^\$scrypt\$ln=15,r=8,p=3\$/);
});

Deno.test("Passphrases.verify() goes by the hash's own cost", async () => {
  const hash = await new Passphrases({ cost: { log2N: 5, r: 4, p: 2 } }).hash("correct horse");

  assert(await new Passphrases(CHEAP).verify("correct horse", hash));
});

Deno.test("Passphrases.verify() says no where there is no hash, whatever is tried", async () => {
  assert(!await new Passphrases(CHEAP).verify("correct horse", undefined));
  assert(!await new Passphrases(CHEAP).verify("", undefined));
});

Deno.test("Passphrases.verify() takes one form for what keyboards type differently", async () => {
  const passphrases = new Passphrases(CHEAP);
  const hash = await passphrases.hash("Schlu\u0308ssel und Tür");

  assert(await passphrases.verify("Schlüssel\u00a0und\u3000Tu\u0308r", hash));
  assert(await passphrases.verify("Ｓchlüssel und Tür", hash));
});

Deno.test("Passphrases.verify() rejects a stored hash that is none", async () => {
  await assertRejects(
    () => new Passphrases(CHEAP).verify("x", "plain text"),
    TypeError,
    "malformed",
  );
});

const PROBLEMS: [passphrase: string, problem: string | undefined][] = [
  ["", "must be at least 8 characters long"],
  ["1234567", "must be at least 8 characters long"],
  ["12345678", undefined],
  ["👍".repeat(8), undefined],
  ["👍".repeat(7), "must be at least 8 characters long"],
  ["x".repeat(256), undefined],
  ["x".repeat(257), "must be at most 256 characters long"],
  ["tab\tinside it", "must not contain control characters"],
  ["line\nbreak in it", "must not contain control characters"],
  ["\ud800 is half a letter", "must be well-formed Unicode"],
];

for (const [passphrase, problem] of PROBLEMS) {
  Deno.test(`passphraseProblem() says ${problem} of ${JSON.stringify(passphrase).slice(0, 30)}`, () => {
    assertEquals(passphraseProblem(passphrase), problem);
  });
}

Deno.test("Passphrases.hash() refuses what must not be set", async () => {
  const error = await assertRejects(() => new Passphrases(CHEAP).hash("short"), ChatError);

  assertEquals(
    error.message,
    "That passphrase can’t be used: it must be at least 8 characters long.",
  );
});

Deno.test("Passphrases refuses attempts beyond those that run and wait, and takes more later", async () => {
  const passphrases = new Passphrases({ ...CHEAP, maxAtOnce: 2, maxWaiting: 1 });
  const attempts = Array.from({ length: 5 }, () => passphrases.verify("correct horse", undefined));

  const outcomes = await Promise.allSettled(attempts);

  assertEquals(outcomes.map(({ status }) => status), [
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  const { reason } = outcomes[4] as PromiseRejectedResult;
  assertEquals([reason.code, reason.params.retryAfterMs], ["too_many_attempts", 2000]);
  assert(!await passphrases.verify("correct horse", undefined));
});

Deno.test("isPassphraseHash() is true for what hash() makes, at a cost that is bearable", async () => {
  const hash = await new Passphrases(CHEAP).hash("correct horse");

  assert(isPassphraseHash(hash));
  assert(isPassphraseHash(hash.replace("ln=4", "ln=15")));
  for (const cost of ["ln=99,r=8,p=1", "ln=0,r=8,p=1", "ln=4,r=99,p=99", "ln=4,r=0,p=1"]) {
    assert(!isPassphraseHash(hash.replace("ln=4,r=8,p=1", cost)), cost);
  }
  assert(!isPassphraseHash("correct horse"));
});
