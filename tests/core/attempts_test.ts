import { assertEquals, assertThrows } from "@std/assert";
import { type AttemptKey, Attempts } from "../../core/attempts.ts";
import { ChatError } from "../../core/errors.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** Keys under which five may fail. */
function five(...keys: string[]): AttemptKey[] {
  return keys.map((key) => ({ key, free: 5 }));
}

/** How long a key has to wait; 0 when it may try, which counts. */
function waitOf(attempts: Attempts, ...keys: string[]): number {
  try {
    attempts.begin(five(...keys));
    return 0;
  } catch (error) {
    if (error instanceof ChatError) return Number(error.params.retryAfterMs);
    throw error;
  }
}

function failTimes(attempts: Attempts, times: number, ...keys: string[]): void {
  for (let count = 0; count < times; count++) attempts.begin(five(...keys));
}

Deno.test("Attempts.begin() lets five fail, then asks for a wait that doubles up to an hour", () => {
  const clock = new ManualClock();
  const attempts = new Attempts(clock);
  failTimes(attempts, 5, "alice");

  const minutes = Array.from({ length: 9 }, () => {
    const wait = waitOf(attempts, "alice");
    clock.advance(wait);
    attempts.begin(five("alice"));
    return wait / 60_000;
  });

  assertEquals(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

Deno.test("Attempts.begin() lets fewer than 20 an hour through", () => {
  const clock = new ManualClock();
  const attempts = new Attempts(clock);
  let tried = 0;

  for (let second = 0; second < 3600; second++) {
    if (waitOf(attempts, "alice") === 0) tried++;
    clock.advance(1000);
  }

  assertEquals(tried, 10);
});

Deno.test("Attempts.begin() counts each key by itself, and nothing when one of them waits", () => {
  const attempts = new Attempts(new ManualClock());
  failTimes(attempts, 5, "alice");

  assertEquals(waitOf(attempts, "alice", "10.0.0.1"), 60_000);
  failTimes(attempts, 4, "10.0.0.1");

  assertEquals(waitOf(attempts, "bob", "10.0.0.1"), 0);
  assertEquals(waitOf(attempts, "bob", "10.0.0.1"), 60_000);
});

Deno.test("Attempts.begin() throws too_many_attempts", () => {
  const attempts = new Attempts(new ManualClock());
  failTimes(attempts, 5, "alice");

  const error = assertThrows(() => attempts.begin(five("alice")), ChatError);

  assertEquals([error.code, error.params], ["too_many_attempts", { retryAfterMs: 60_000 }]);
});

Deno.test("Attempts.takeBack() undoes one attempt, and forget() all", () => {
  const attempts = new Attempts(new ManualClock());
  failTimes(attempts, 5, "alice", "10.0.0.1");

  attempts.takeBack(five("10.0.0.1"));
  attempts.forget({ key: "alice", free: 5 });

  assertEquals(waitOf(attempts, "10.0.0.1"), 0);
  assertEquals(waitOf(attempts, "10.0.0.1"), 60_000);
  failTimes(attempts, 5, "alice");
});

Deno.test("Attempts.begin() lets as many fail as each key has free", () => {
  const attempts = new Attempts(new ManualClock());
  const begin = () => attempts.begin([{ key: "name", free: 7 }, { key: "address", free: 9 }]);
  for (let count = 0; count < 7; count++) begin();

  assertThrows(begin, ChatError);
});

// Each further failure put it off: a stranger who tried once an hour filled a name's count for ever.
Deno.test("Attempts forgets a key a day after its first failure, whatever came later", () => {
  const clock = new ManualClock();
  const attempts = new Attempts(clock);
  failTimes(attempts, 4, "alice");
  clock.advance(12 * 60 * 60_000);
  failTimes(attempts, 1, "alice");

  clock.advance(12 * 60 * 60_000);

  failTimes(attempts, 5, "alice");
  assertEquals(waitOf(attempts, "alice"), 60_000);
});

Deno.test("Attempts remembers a bounded number of keys, the newest", () => {
  const attempts = new Attempts(new ManualClock(), 2);
  failTimes(attempts, 5, "a");
  failTimes(attempts, 5, "b");

  failTimes(attempts, 1, "c");

  assertEquals(waitOf(attempts, "b"), 60_000);
  assertEquals(waitOf(attempts, "a"), 0);
});
