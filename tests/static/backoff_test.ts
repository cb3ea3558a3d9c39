import { assertEquals } from "@std/assert";
import { Backoff, FLOOR_MS, LONGEST_DELAY_MS } from "../../static/net/backoff.ts";

Deno.test("Backoff.next() doubles its bound and stops at the longest delay", () => {
  const backoff = new Backoff(() => 1);

  const delays = Array.from({ length: 8 }, () => backoff.next());

  assertEquals(delays, [500, 1000, 2000, 4000, 8000, 16_000, LONGEST_DELAY_MS, LONGEST_DELAY_MS]);
});

Deno.test("Backoff.next() jitters over the whole range down to a floor", () => {
  assertEquals(new Backoff(() => 0).next(), FLOOR_MS);
  assertEquals(new Backoff(() => 0.7).next(), 350);
});

Deno.test("Backoff.next() waits at least as long as the server asked", () => {
  assertEquals(new Backoff(() => 0.8).next(3000), 3400);
});

Deno.test("Backoff.reset() starts over", () => {
  const backoff = new Backoff(() => 1);
  backoff.next();
  backoff.next();

  backoff.reset();

  assertEquals(backoff.next(), 500);
});
