import { assertEquals, assertThrows } from "@std/assert";
import {
  blankText,
  findMark,
  MARK_BYTES,
  readNumber,
  readSender,
  readTime,
  writeMark,
} from "./marks.ts";

const encoder = new TextEncoder();

Deno.test("writeMark() is read back by readSender(), readNumber() and readTime()", () => {
  const bytes = encoder.encode(`{"message":"${blankText(123, 40)}"}`);
  const at = findMark(bytes, 0, bytes.length);

  writeMark(bytes, at, 98_765_432, 123_456_789_012);

  assertEquals([readSender(bytes, at), readNumber(bytes, at), readTime(bytes, at)], [
    123,
    98_765_432,
    123_456_789_012,
  ]);
  assertEquals(
    new TextDecoder().decode(bytes),
    `{"message":"#00123:98765432:123456789012xxxxxxxxxxxx"}`,
  );
});

Deno.test("findMark() passes over a # that begins no mark, and over a mark that is cut", () => {
  const bytes = encoder.encode(`#1 # ${blankText(7, MARK_BYTES)}`);

  assertEquals(findMark(bytes, 0, bytes.length), 5);
  assertEquals(findMark(bytes, 0, bytes.length - 1), -1);
});

Deno.test("blankText() refuses a length that has no room for the mark", () => {
  assertThrows(() => blankText(1, MARK_BYTES - 1), RangeError);
});
