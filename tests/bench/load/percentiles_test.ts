import { assertEquals } from "@std/assert";
import { percentilesOf } from "./percentiles.ts";

Deno.test("percentilesOf() takes the nearest rank, in any order of times", () => {
  const times = Array.from({ length: 200 }, (_, index) => 200 - index);

  assertEquals(percentilesOf(times), { p50: 100, p99: 198, max: 200 });
  assertEquals(percentilesOf([]), { p50: 0, p99: 0, max: 0 });
});
