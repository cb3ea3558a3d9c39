import { assertEquals } from "@std/assert";
import { CASES } from "./cases.ts";
import type { JobResult } from "./load/job.ts";
import { ratioOf, type Results, setbacksOf, spreadOf } from "./report.ts";

const measured = CASES.find(({ name }) => name === "1000-pairs")!;

/** Results in which a server delivered at these rates; `null`: its run of that round failed. */
function resultsOf(rates: Readonly<Record<string, readonly (number | null)[]>>): Results {
  const runs = Object.entries(rates).flatMap(([peer, values]) =>
    values.flatMap((rate, round) => {
      const result = { deliveredPerSecond: rate, latencyMs: { p99: rate } } as JobResult;
      return rate === null ? [] : [{ peer, case: measured.name, round, result }];
    })
  );
  return { machine: "", versions: {}, runs, failures: [] };
}

function subject(peer: string, column: "delivered" | "p99" = "delivered") {
  return { peer, measured, column };
}

Deno.test("spreadOf() takes the middle of odd and even counts", () => {
  const results = resultsOf({ odd: [5, 1, 3], even: [4, 1, 2, 9] });

  assertEquals(spreadOf(results, subject("odd")), { median: 3, low: 1, high: 5, runs: 3 });
  assertEquals(spreadOf(results, subject("even")), { median: 3, low: 1, high: 9, runs: 4 });
  assertEquals(spreadOf(results, subject("absent")), undefined);
});

Deno.test("ratioOf() pairs the runs of one round and leaves out those without a partner", () => {
  const results = resultsOf({ a: [10, null, 90], b: [5, 1, 30] });

  assertEquals(ratioOf(results, subject("a"), "b"), { median: 2.5, low: 2, high: 3, runs: 2 });
});

Deno.test("ratioOf() calls the shorter time the better one", () => {
  const results = resultsOf({ a: [5], b: [20] });

  assertEquals(ratioOf(results, subject("a", "p99"), "b")?.median, 4);
});

Deno.test("setbacksOf() lists a case whose median ratio is below its bound", () => {
  const bound = measured.atLeast;

  assertEquals(setbacksOf(resultsOf({ parley: [bound, 0.1, 9], other: [1, 1, 1] })), []);
  assertEquals(setbacksOf(resultsOf({ parley: [bound - 0.01, 0.1, 9], other: [1, 1, 1] })), [
    `1000-pairs: 0.79 (0.10–9.00) × the other checkout, not ${bound}`,
  ]);
  assertEquals(setbacksOf(resultsOf({ parley: [0.1] })), []);
});
