import { assert, assertEquals } from "@std/assert";
import { Indexer } from "../../core/indexer.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** An indexer whose steps each do a part of `left`, and take `stepMs`. */
function createIndexer() {
  const clock = new ManualClock();
  const warnings: string[] = [];
  const work = { left: 0, stepMs: 0, failure: undefined as Error | undefined, during: () => {} };
  const steps: number[] = [];
  const indexer = new Indexer({
    clock,
    log: { warn: (event) => void warnings.push(event) },
    async index() {
      await Promise.resolve();
      if (work.failure) throw work.failure;
      clock.sleep(work.stepMs);
      work.during();
      steps.push(clock.monotonic());
      work.left = Math.max(0, work.left - 1);
      return { isLast: work.left === 0 };
    },
  });
  /** Lets time pass, doing something every 10 ms. */
  async function pass(ms: number, act: () => void = () => {}) {
    for (const end = clock.monotonic() + ms; clock.monotonic() < end;) {
      act();
      clock.advance(10);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  return { clock, warnings, work, steps, indexer, pass };
}

Deno.test("Indexer waits for more to come, then goes on until nothing is left", async () => {
  const { work, steps, indexer, pass, clock } = createIndexer();
  work.left = 3;

  indexer.wake();
  await pass(40);
  assertEquals(steps, []);
  await pass(100);

  assertEquals([steps.length, work.left], [3, 0]);
  await pass(1000);
  assertEquals([steps.length, clock.pending], [3, 0]);
});

Deno.test("Indexer takes a twentieth of the time while more and more is stored", async () => {
  const { work, steps, indexer, pass } = createIndexer();
  work.left = 1e6;
  work.stepMs = 10;

  await pass(4000, () => indexer.wake());

  assert(steps.length >= 18 && steps.length <= 21, `${steps.length} steps`);
});

Deno.test("Indexer looks again for what was stored during its last step", async () => {
  const { work, steps, indexer, pass } = createIndexer();
  work.during = () => {
    work.during = () => {};
    indexer.wake();
  };
  indexer.wake();

  await pass(1000);

  assertEquals(steps.length, 2);
});

Deno.test("Indexer tries again after a failure, and stops when closed", async () => {
  const { work, steps, warnings, indexer, pass, clock } = createIndexer();
  work.failure = new Error("disk full");
  indexer.wake();
  await pass(100);
  assertEquals(warnings, ["indexing failed"]);
  work.failure = undefined;
  await pass(10_000);
  assertEquals(steps.length, 1);
  indexer.wake();

  await indexer.close();

  assertEquals(clock.pending, 0);
});
