import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TokenBucket } from "../../core/rate_limiter.ts";

function takeTimes(bucket: TokenBucket, times: number, nowMs: number): number[] {
  return Array.from({ length: times }, () => bucket.take(nowMs));
}

Deno.test("TokenBucket.take() lets a burst through at once, then says when there is one again", () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 20 }, 1_000);

  assertEquals(takeTimes(bucket, 20, 1_000), Array(20).fill(0));
  assertEquals(bucket.take(1_000), 100);
  assertEquals(bucket.take(1_040), 60);
  assertEquals(bucket.take(1_100), 0);
});

Deno.test("TokenBucket.take() takes nothing when it refuses", () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
  bucket.take(0);

  takeTimes(bucket, 100, 999);

  assertEquals(bucket.take(1_000), 0);
});

Deno.test("TokenBucket never holds more than its burst, however long it rests", () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0);

  const taken = takeTimes(bucket, 4, 3_600_000);

  assertEquals(taken, [0, 0, 0, 100]);
});

Deno.test("TokenBucket refuses nothing when the rate is no limit", () => {
  const bucket = new TokenBucket({ perSecond: 0, burst: 0 }, 0);

  assertEquals(takeTimes(bucket, 1_000, 0), Array(1_000).fill(0));
});

Deno.test("TokenBucket never lets through more than burst and rate allow", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 200 });

  fc.assert(fc.property(steps, (waits) => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 5 }, 0);
    let now = 0;
    let taken = 0;
    for (const wait of waits) {
      now += wait;
      if (bucket.take(now) === 0) taken++;
    }
    assert(taken <= 5 + now / 100 + 1e-3);
  }));
});

Deno.test("TokenBucket keeps its word: there is one after the time it named", () => {
  const rates = fc.record({
    perSecond: fc.integer({ min: 1, max: 1_000 }),
    burst: fc.integer({ min: 1, max: 100 }),
  });
  const steps = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { maxLength: 100 });

  fc.assert(fc.property(rates, steps, (rate, waits) => {
    const bucket = new TokenBucket(rate, 0);
    let now = 0;
    for (const wait of waits) {
      now += wait;
      const retryAfterMs = bucket.take(now);
      if (retryAfterMs === 0) continue;
      now += retryAfterMs;
      assertEquals(bucket.take(now), 0);
    }
  }));
});
