import { assertEquals } from "@std/assert";
import type { JobResult } from "./job.ts";
import type { Results } from "./results.ts";
import { ratioOf, spreadOf } from "./stats.ts";

const delivered = (result: JobResult) => result.deliveredPerSecond;

/** Results in which a server delivered so much in each of its rounds; `null`: it failed. */
function resultsOf(rates: Readonly<Record<string, readonly (number | null)[]>>): Results {
  const runs = Object.entries(rates).flatMap(([peer, values]) =>
    values.flatMap((deliveredPerSecond, round) =>
      deliveredPerSecond === null
        ? []
        : [{ peer, case: "c", round, result: { deliveredPerSecond } as JobResult }]
    )
  );
  return { runs } as unknown as Results;
}

Deno.test("spreadOf() takes the middle of odd and even counts", () => {
  const results = resultsOf({ odd: [5, 1, 3], even: [4, 1, 2, 9] });

  const odd = spreadOf(results, { peer: "odd", case: "c" }, delivered);
  const even = spreadOf(results, { peer: "even", case: "c" }, delivered);

  assertEquals(odd, { median: 3, low: 1, high: 5, runs: 3 });
  assertEquals(even, { median: 3, low: 1, high: 9, runs: 4 });
});

Deno.test("ratioOf() pairs the runs of one round and leaves out those without a partner", () => {
  const results = resultsOf({ a: [10, null, 90], b: [5, 1, 30] });

  const ratio = ratioOf(results, { peer: "a", case: "c" }, { peer: "b", case: "c" }, delivered);

  assertEquals(ratio, { median: 2.5, low: 2, high: 3, runs: 2 });
});

Deno.test("spreadOf() has nothing to say of a server that never ran", () => {
  assertEquals(spreadOf(resultsOf({}), { peer: "a", case: "c" }, delivered), undefined);
});
