import { assertEquals } from "@std/assert";
import { Indexer } from "../../core/indexer.ts";
import { ManualClock } from "../support/manual_clock.ts";

function createIndexer() {
  const clock = new ManualClock();
  const steps: { atMs: number; limit: number }[] = [];
  const warnings: string[] = [];
  let unindexed = 0;
  let failure: Error | undefined;
  const indexer = new Indexer({
    clock,
    log: { warn: (event) => void warnings.push(event) },
    index(limit) {
      if (failure) return Promise.reject(failure);
      steps.push({ atMs: clock.monotonic(), limit });
      const count = Math.min(limit, unindexed);
      unindexed -= count;
      return Promise.resolve(count);
    },
  });
  return {
    clock,
    steps,
    warnings,
    indexer,
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

Deno.test("Indexer takes a step a second when it is never quiet", async () => {
  const { add, pass, steps } = createIndexer();

  for (let i = 0; i < 250; i++) {
    add(1);
    await pass(10);
  }

  assertEquals(steps.length, 2);
});

Deno.test("Indexer takes more steps when it is far behind", async () => {
  const { add, pass, steps } = createIndexer();
  add(50_000);

  for (let i = 0; i < 100; i++) {
    add(10);
    await pass(10);
  }

  assertEquals(steps.length >= 8 && steps.length <= 11, true, `${steps.length} steps`);
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
