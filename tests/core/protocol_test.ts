import { assert, assertEquals, AssertionError, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { ChatError, ERROR_SENTENCES } from "../../core/errors.ts";
import {
  encodeFrame,
  ErrorFrame,
  errorFrame,
  LIMITS,
  MessageFrame,
  parseClientFrame,
  ServerFrame,
} from "../../core/protocol.ts";

/** The refusal that `text` gets; fails the test if it gets none. */
function refused(text: string): { error: ChatError; id?: string } {
  const parsed = parseClientFrame(text);
  if (parsed.ok) throw new AssertionError(`Cannot refuse ${text}: it was accepted`);
  return parsed;
}

/** What a refusal says to a program: its code, and the key it names. */
function refusal(text: string): { code: string; key?: string | number } {
  const { code, params: { key } } = refused(text).error;
  return { code, ...(key === undefined ? {} : { key }) };
}

const ACCEPTED: readonly (readonly [what: string, text: string, frame: unknown])[] = [
  ["a message", `{"message":"hello"}`, { type: "message", message: "hello" }],
  ["a type said aloud", `{"type":"message","message":"a"}`, { type: "message", message: "a" }],
  ["a private message", `{"to":"bob","message":"psst"}`, {
    type: "message",
    to: "bob",
    message: "psst",
  }],
  ["an id", `{"id":"01J9ZQ","message":"a"}`, { type: "message", id: "01J9ZQ", message: "a" }],
  ["a pong", `{"type":"pong"}`, { type: "pong" }],
  ["spaces around", ` \t{ "message" : "a" }\n`, { type: "message", message: "a" }],
  ["newline and tab", `{"message":"a\\n\\tb"}`, { type: "message", message: "a\n\tb" }],
  ["right-to-left text", `{"message":"שלום\u200F"}`, { type: "message", message: "שלום\u200F" }],
  ["an emoji of many code points", `{"message":"👩‍👩‍👧"}`, { type: "message", message: "👩‍👩‍👧" }],
  ["text as it was typed", `{"message":"  a  "}`, { type: "message", message: "  a  " }],
];

for (const [what, text, frame] of ACCEPTED) {
  Deno.test(`parseClientFrame() accepts ${what}`, () => {
    assertEquals(parseClientFrame(text), { ok: true, frame } as never);
  });
}

const DEEP = 10_000;
const invalidJson = { code: "invalid_json" };
const invalidFrame = { code: "invalid_frame" };
const invalidKey = (key: string) => ({ code: "invalid_frame", key });

const REFUSED: readonly (readonly [what: string, text: string, refusal: object])[] = [
  ["no text", "", invalidJson],
  ["text that isn’t JSON", "hello", invalidJson],
  ["JSON cut short", `{"message":"a"`, invalidJson],
  ["two frames in one packet", `{"message":"a"}\n{"message":"b"}`, invalidJson],
  ["a byte order mark", `\uFEFF{"message":"a"}`, invalidJson],
  ["a raw control character", `{"message":"\0"}`, invalidJson],
  ["NaN", `{"message":NaN}`, invalidJson],
  ["brackets opened 10,000 deep", "[".repeat(DEEP), invalidJson],
  ["null", "null", invalidFrame],
  ["a number", "1", invalidFrame],
  ["a string", `"hello"`, invalidFrame],
  ["a list", `[{"message":"a"}]`, invalidFrame],
  ["lists 10,000 deep", "[".repeat(DEEP) + "]".repeat(DEEP), invalidFrame],
  ["objects 10,000 deep", `{"a":`.repeat(DEEP) + "1" + "}".repeat(DEEP), invalidKey("a")],
  [
    "a message 10,000 lists deep",
    `{"message":${"[".repeat(DEEP) + "]".repeat(DEEP)}}`,
    invalidKey("message"),
  ],
  ["an empty object", "{}", invalidKey("message")],
  ["an unknown type", `{"type":"shout","message":"a"}`, invalidKey("type")],
  ["a type of another case", `{"type":"Message","message":"a"}`, invalidKey("type")],
  ["a type that is null", `{"type":null,"message":"a"}`, invalidKey("type")],
  ["a type from the prototype", `{"type":"constructor"}`, invalidKey("type")],
  ["a server’s frame", `{"type":"ack","id":"a","seq":1,"at":1}`, invalidKey("type")],
  ["an unknown key", `{"message":"a","color":"red"}`, invalidKey("color")],
  [
    "thousands of keys",
    `{"message":"a",${Array.from({ length: 5_000 }, (_, n) => `"k${n}":1`).join()}}`,
    invalidKey("k0"),
  ],
  ["To for to", `{"To":"bob","message":"psst"}`, invalidKey("To")],
  ["To with nothing to say", `{"To":"bob","message":""}`, invalidKey("To")],
  ["a key with a space", `{"to ":"bob","message":"psst"}`, invalidKey("to ")],
  ["__proto__", `{"__proto__":{"to":"bob"},"message":"psst"}`, invalidKey("__proto__")],
  ["constructor", `{"constructor":{},"message":"a"}`, invalidKey("constructor")],
  ["a pong with more", `{"type":"pong","message":"a"}`, invalidKey("message")],
  ["to nobody: null", `{"to":null,"message":"psst"}`, invalidKey("to")],
  ["to nobody: empty", `{"to":"","message":"psst"}`, invalidKey("to")],
  ["to nobody: blank", `{"to":" ","message":"psst"}`, invalidKey("to")],
  ["to several", `{"to":["bob"],"message":"psst"}`, invalidKey("to")],
  ["to a number", `{"to":0,"message":"psst"}`, invalidKey("to")],
  ["to false", `{"to":false,"message":"psst"}`, invalidKey("to")],
  ["to a bad name", `{"to":"bob ","message":"psst"}`, invalidKey("to")],
  ["to last said as null", `{"to":"bob","message":"psst","to":null}`, invalidKey("to")],
  ["a message that is a number", `{"message":7}`, invalidKey("message")],
  ["a number beyond range", `{"message":1e999}`, invalidKey("message")],
  ["a number of 10,000 digits", `{"message":${"9".repeat(DEEP)}}`, invalidKey("message")],
  ["a message that is null", `{"message":null}`, invalidKey("message")],
  ["an id that is empty", `{"id":"","message":"a"}`, invalidKey("id")],
  ["an id of 65 characters", `{"id":"${"x".repeat(65)}","message":"a"}`, invalidKey("id")],
  ["an id with a line break", `{"id":"a\\n","message":"a"}`, invalidKey("id")],
  ["an id that is a number", `{"id":1,"message":"a"}`, invalidKey("id")],
  ["a lone high surrogate", `{"message":"\\ud800"}`, invalidKey("message")],
  ["a lone low surrogate", `{"message":"a\\udc00b"}`, invalidKey("message")],
  ["a lone surrogate in to", `{"to":"\\ud800","message":"a"}`, invalidKey("to")],
  ["an escaped NUL", `{"message":"a\\u0000"}`, invalidKey("message")],
  ["a carriage return", `{"message":"a\\r\\nb"}`, invalidKey("message")],
  ["an escape character", `{"message":"\\u001b[2J"}`, invalidKey("message")],
  ["DEL", `{"message":"a\\u007f"}`, invalidKey("message")],
  ["a C1 control", `{"message":"a\\u0085"}`, invalidKey("message")],
  ["an empty message", `{"message":""}`, { code: "message_empty" }],
  ["a blank message", `{"message":" \\n\\t\\u00a0\\u3000"}`, { code: "message_empty" }],
  ["an invisible message", `{"message":"\\u200b\\u3164\\u2800"}`, { code: "message_empty" }],
];

for (const [what, text, expected] of REFUSED) {
  Deno.test(`parseClientFrame() refuses ${what}`, () => {
    assertEquals(refusal(text), expected as never);
  });
}

Deno.test("parseClientFrame() counts a message's length in code points", () => {
  const astral = "𝒳".repeat(LIMITS.messageLength);

  assert(parseClientFrame(JSON.stringify({ message: astral })).ok);
  assertEquals(refusal(JSON.stringify({ message: astral + "x" })), { code: "message_too_long" });
  assert(parseClientFrame(JSON.stringify({ message: "x".repeat(4000) })).ok);
  assertEquals(refusal(JSON.stringify({ message: "x".repeat(4001) })), {
    code: "message_too_long",
  });
});

Deno.test("parseClientFrame() names what is wrong in a sentence", () => {
  const sentence = (text: string) => refused(text).error.message;

  assertStringIncludes(sentence(`{"type":"x"}`), "“type” must be “message” or “read” or “pong”.");
  assertStringIncludes(sentence(`{"message":1}`), "“message” must be a string.");
  assertStringIncludes(sentence(`{"to":"","message":"a"}`), "“to” must not be empty.");
  assertStringIncludes(sentence(`{"To":"bob","message":"a"}`), "“To” is not a key of this frame.");
  assertStringIncludes(sentence("[]"), "a frame must be one JSON object.");
});

Deno.test("parseClientFrame() repeats a client's own key short and printable", () => {
  const { error } = refused(JSON.stringify({ ["\u001b\u202E\n" + "k".repeat(5000)]: 1 }));

  assertEquals(error.params.key, "\uFFFD\uFFFD\uFFFD" + "k".repeat(29));
});

Deno.test("parseClientFrame() repeats a valid id with the refusal, and no other", () => {
  const idOf = (text: string) => refused(text).id;

  assertEquals(idOf(`{"id":"01J9ZQ","message":""}`), "01J9ZQ");
  assertEquals(idOf(`{"id":"01J9ZQ","To":"bob","message":"a"}`), "01J9ZQ");
  assertEquals(idOf(`{"id":"01J9ZQ","type":"shout"}`), "01J9ZQ");
  assertEquals(idOf(`{"id":"not one","message":"a"}`), undefined);
  assertEquals(idOf(`{"id":7,"message":""}`), undefined);
  assertEquals(idOf(`{"__proto__":{"id":"01J9ZQ"}}`), undefined);
  assertEquals(idOf(`["id"]`), undefined);
});

/** Text near the grammar: what a careless or hostile client might send. */
const clientText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.json({ maxDepth: 4 }),
  fc.record({
    type: fc.constantFrom("message", "pong", "ping", "", null),
    id: fc.oneof(fc.string(), fc.constantFrom("a", "x-1", 7)),
    to: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("bob", null, [])),
    message: fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
    To: fc.constant("bob"),
  }, { requiredKeys: [] }).map((value) => JSON.stringify(value, replaceBigInts)),
);

function replaceBigInts(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

Deno.test("parseClientFrame() gives every text a frame or a refusal and never throws", () => {
  fc.assert(
    fc.property(clientText, (text) => {
      const parsed = parseClientFrame(text);

      if (parsed.ok) return;
      assert(parsed.error instanceof ChatError);
      assert(parsed.error.code in ERROR_SENTENCES);
      assert(parsed.error.message.isWellFormed());
      assert(parsed.error.message.length < 200);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseClientFrame() never makes a public message of one with any kind of to", () => {
  const keys = fc.constantFrom("to", "To", "TO", " to", "to\u200B", "__proto__", "recipient");
  fc.assert(
    fc.property(keys, fc.jsonValue(), (key, to) => {
      const text = `{${JSON.stringify(key)}:${JSON.stringify(to)},"message":"psst"}`;
      const parsed = parseClientFrame(text);

      assert(!parsed.ok || (parsed.frame.type === "message" && parsed.frame.to === to));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseClientFrame() reads back any message that may be said", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 });
  fc.assert(fc.property(text, (message) => {
    fc.pre(message.trim() !== "");

    assertEquals(parseClientFrame(JSON.stringify({ message })), {
      ok: true,
      frame: { type: "message", message },
    });
  }));
});

Deno.test("encodeFrame() writes one line that reads back as the same frame", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(), (message, seq) => {
    const frame: MessageFrame = {
      type: "message",
      seq,
      at: 1,
      from: "alice",
      account: "a_1",
      message,
    };
    const text = encodeFrame(frame);

    assert(!/[\n\r]/.test(text));
    assertEquals(ServerFrame.parse(JSON.parse(text)), frame);
  }));
});

Deno.test("errorFrame() carries the code, the sentence, the params and the id", () => {
  const frame = errorFrame(new ChatError("unknown_user", { username: "carol" }), "01J9ZQ");

  assertEquals(frame, {
    type: "error",
    code: "unknown_user",
    message: "There is no user called “carol”.",
    params: { username: "carol" },
    id: "01J9ZQ",
  });
  assertEquals(ErrorFrame.parse(frame), frame);
});

Deno.test("errorFrame() leaves out params and id where there are none", () => {
  assertEquals(errorFrame(new ChatError("invalid_json")), {
    type: "error",
    code: "invalid_json",
    message: "That is not valid JSON.",
  });
});
