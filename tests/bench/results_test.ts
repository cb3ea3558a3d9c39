import { assertEquals, assertThrows } from "@std/assert";
import type { JobResult } from "./job.ts";
import { mergeResults, type Results } from "./results.ts";

function resultsOf(peer: string, rounds: readonly number[]): Results {
  const runs = rounds.map((round) => ({ peer, case: "c", round, result: {} as JobResult }));
  const versions = { [peer]: "1" };
  return { machine: {}, versions, runs, failures: [] } as unknown as Results;
}

Deno.test("mergeResults() keeps the rounds of different starts apart", () => {
  const merged = mergeResults([resultsOf("a", [0, 1]), resultsOf("b", [0, 1])]);

  assertEquals(merged.runs.map(({ peer, round }) => [peer, round]), [
    ["a", 0],
    ["a", 1],
    ["b", 2],
    ["b", 3],
  ]);
  assertEquals(merged.versions, { a: "1", b: "1" });
});

Deno.test("mergeResults() refuses to make something of nothing", () => {
  assertThrows(() => mergeResults([]), RangeError);
});
