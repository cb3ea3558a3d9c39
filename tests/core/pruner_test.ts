import { assertEquals } from "@std/assert";
import { createLog } from "../../core/log.ts";
import { Pruner } from "../../core/pruner.ts";
import { ManualClock } from "../support/manual_clock.ts";

function createPruner(removals: (number | Error)[], expiries: boolean[] = []) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const steps: number[] = [];
  const expired: number[] = [];
  const log = createLog({
    level: "debug",
    format: "json",
    clock,
    write: (line) => lines.push(line),
  });
  const store = {
    prune(limit: number): Promise<number> {
      steps.push(limit);
      const removed = removals.shift() ?? 0;
      return removed instanceof Error ? Promise.reject(removed) : Promise.resolve(removed);
    },
    expire(nameTtlMs: number): Promise<boolean> {
      expired.push(nameTtlMs);
      return Promise.resolve(expiries.shift() ?? false);
    },
  };
  const pruner = new Pruner({ store, clock, log, nameTtlMs: 7 });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { clock, lines, steps, expired, pruner, pass };
}

Deno.test("Pruner goes on in small steps until nothing is left, then looks again later", async () => {
  const { steps, pass, pruner } = createPruner([50, 50, 7]);

  for (let i = 0; i < 10; i++) await pass(20);
  assertEquals(steps, [50, 50, 50]);
  await pass(10_000);

  assertEquals(steps.length, 4);
  await pruner.close();
});

Deno.test("Pruner removes what nothing refers to once no old events are left", async () => {
  const { steps, expired, pass, pruner } = createPruner([50, 0], [true, true]);

  for (let i = 0; i < 10; i++) await pass(20);

  assertEquals([steps.length, expired], [4, [7, 7, 7]]);
  await pruner.close();
});

Deno.test("Pruner logs a failure and tries again", async () => {
  const { steps, lines, pass, pruner } = createPruner([new Error("disk full")]);

  await pass(0);
  await pass(10_000);

  assertEquals(steps.length, 2);
  assertEquals(lines.length, 1);
  await pruner.close();
});

Deno.test("Pruner.close() leaves no timer behind, also during a step", async () => {
  const { clock, pass, pruner } = createPruner([50]);
  clock.advance(0);

  await pruner.close();
  await pass(60_000);

  assertEquals(clock.pending, 0);
});
