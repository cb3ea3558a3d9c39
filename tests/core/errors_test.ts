import { assert, assertEquals, assertMatch } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { ChatError, ERROR_SENTENCES } from "../../core/errors.ts";

Deno.test("ChatError fills its sentence from its params", () => {
  const error = new ChatError("username_taken", { username: "alice" });

  assertEquals(error.message, "The username “alice” is taken.");
  assertEquals([error.name, error.code], ["ChatError", "username_taken"]);
});

Deno.test("ChatError leaves a gap empty, and never fills one from a param's own text", () => {
  assertEquals(
    new ChatError("user_away").message,
    "“” is away, and this server keeps no messages.",
  );
  assertEquals(
    new ChatError("user_away", { username: "{limit} $&" }).message,
    "“{limit} $&” is away, and this server keeps no messages.",
  );
});

Deno.test("ChatError keeps the cause", () => {
  const cause = new TypeError("boom");

  assertEquals(new ChatError("internal", {}, { cause }).cause, cause);
});

for (const [code, sentence] of Object.entries(ERROR_SENTENCES)) {
  Deno.test(`ERROR_SENTENCES has a code and a sentence for ${code}`, () => {
    assertMatch(code, /^[a-z]+(_[a-z]+)*$/);
    assertMatch(sentence, /^[A-Z“].*[.}]$/);
  });
}

for (const [name, { code, reason, reconnect }] of Object.entries(CLOSE_CODES)) {
  Deno.test(`CLOSE_CODES says by its number whether ${name} is worth coming back from`, () => {
    assert(new TextEncoder().encode(reason).length <= 123);
    assert([1000, 1001, 1003, 1009].includes(code) || (code >= 4000 && code <= 4999));
    if (code >= 4000) assertEquals(reconnect, code < 4500);
  });
}

Deno.test("CLOSE_CODES uses no number twice", () => {
  const codes = Object.values(CLOSE_CODES).map(({ code }) => code);

  assertEquals(new Set(codes).size, codes.length);
});
