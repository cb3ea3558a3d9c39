import { assertEquals } from "@std/assert";
import { Indexer } from "../../core/indexer.ts";
import { ManualClock } from "../support/manual_clock.ts";

function createIndexer() {
  const clock = new ManualClock();
  const steps: { atMs: number; limit: number }[] = [];
  const warnings: string[] = [];
  let unindexed = 0;
  let failure: Error | undefined;
  let stepMs = 0;
  const indexer = new Indexer({
    clock,
    log: { warn: (event) => void warnings.push(event) },
    index(limit) {
      if (failure) return Promise.reject(failure);
      clock.sleep(stepMs);
      steps.push({ atMs: clock.monotonic(), limit });
      const count = Math.min(limit, unindexed);
      unindexed -= count;
      return Promise.resolve({ count, isLast: unindexed === 0 });
    },
  });
  return {
    clock,
    steps,
    warnings,
    indexer,
    takeMs: (ms: number) => stepMs = ms,
    failWith: (error: Error | undefined) => failure = error,
    add(events: number) {
      unindexed += events;
      indexer.add(events);
    },
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 10) {
        clock.advance(10);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    },
    left: () => unindexed,
  };
}

Deno.test("Indexer waits until it is quiet, then goes on until nothing is left", async () => {
  const { add, pass, steps, left, clock } = createIndexer();

  add(300);
  await pass(40);
  add(900);
  await pass(40);
  assertEquals(steps, []);
  await pass(50);

  assertEquals(steps.length, 3);
  assertEquals(left(), 0);
  assertEquals(clock.pending, 0);
});

Deno.test("Indexer takes four small steps a second when it is never quiet", async () => {
  const { add, pass, steps } = createIndexer();

  for (let i = 0; i < 110; i++) {
    add(1);
    await pass(10);
  }

  assertEquals(steps.map(({ limit }) => limit), [100, 100, 100, 100]);
});

Deno.test("Indexer takes more small steps when it is far behind, and long ones when it is quiet", async () => {
  const { add, pass, steps, takeMs } = createIndexer();
  add(50_000);
  takeMs(4);

  for (let i = 0; i < 100; i++) {
    add(10);
    await pass(10);
  }

  // A step of 4 ms, and a rest of 76.
  assertEquals(steps.length >= 9 && steps.length <= 13, true, `${steps.length} steps`);
  assertEquals(steps.every(({ limit }) => limit === 100), true);
  await pass(100);
  assertEquals(steps.at(-1)!.limit, 500);
});

Deno.test("Indexer tries again after a failure, and stops when closed", async () => {
  const { add, pass, steps, warnings, indexer, failWith, clock } = createIndexer();
  failWith(new Error("disk full"));
  add(1);
  await pass(100);
  assertEquals(warnings, ["indexing failed"]);
  failWith(undefined);
  await pass(1_000);
  assertEquals(steps.length, 1);
  add(1);

  await indexer.close();

  assertEquals(clock.pending, 0);
});
