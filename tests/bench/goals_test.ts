import { assertEquals } from "@std/assert";
import { CASES } from "./cases.ts";
import { type Goal, GOALS, isReached } from "./goals.ts";
import type { JobResult } from "./job.ts";
import { PEERS } from "./peers.ts";
import type { Results } from "./results.ts";

/** Results in which every number of every server is the same. */
function evenResults(): Results {
  const result = {
    deliveredPerSecond: 1,
    latencyMs: { p50: 1, p99: 1, max: 1, samples: 1 },
    serverCpuPerMillion: 1,
    connectMs: 1,
    idleCpu: 0,
    memory: { before: 1, idle: 2, peak: 2 },
  } as JobResult;
  const runs = CASES.flatMap((one) =>
    PEERS.map((peer) => ({ peer: peer.name, case: one.name, round: 0, result }))
  );
  return { runs } as unknown as Results;
}

Deno.test("every goal is measured on cases and servers that exist", () => {
  const results = evenResults();

  const missing = GOALS.filter((goal) => goal.measure(results) === undefined);

  assertEquals(missing.map(({ title }) => title), []);
});

Deno.test("isReached() takes a bound itself for reached, from above and from below", () => {
  const goal = (bound: Goal["bound"]): Goal => ({ title: "", bound, measure: () => undefined });
  const measured = (median: number) => ({ median, low: 0, high: 9, runs: 1 });

  assertEquals([1.1, 1.2, 1.3].map((n) => isReached(goal({ atLeast: 1.2 }), measured(n))), [
    false,
    true,
    true,
  ]);
  assertEquals([1.1, 1.2, 1.3].map((n) => isReached(goal({ atMost: 1.2 }), measured(n))), [
    true,
    true,
    false,
  ]);
});
