import { assertEquals, assertThrows } from "@std/assert";
import { ChatError } from "../../core/errors.ts";
import { RateLimits } from "../../core/rate_limits.ts";
import { ManualClock } from "../support/manual_clock.ts";

Deno.test("RateLimits.take() limits each key by itself, and says when to come back", () => {
  const clock = new ManualClock();
  const limits = new RateLimits({ perSecond: 2, burst: 1 }, clock);
  limits.take("a");
  limits.take("b");

  const error = assertThrows(() => limits.take("a"), ChatError);

  assertEquals([error.code, error.params], ["rate_limited", { retryAfterMs: 500 }]);
  clock.advance(500);
  limits.take("a");
});

Deno.test("RateLimits.take() never refuses when the rate is no limit", () => {
  const limits = new RateLimits({ perSecond: 0, burst: 0 }, new ManualClock());

  for (let count = 0; count < 1000; count++) limits.take("a");
});

Deno.test("RateLimits remembers a bounded number of keys, those used last", () => {
  const limits = new RateLimits({ perSecond: 1, burst: 1 }, new ManualClock(), 2);
  limits.take("a");
  limits.take("b");
  limits.take("c");

  limits.take("a");

  assertThrows(() => limits.take("c"), ChatError);
});
