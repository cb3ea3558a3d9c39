import { assertEquals } from "@std/assert";
import { Latencies, percentile } from "./latencies.ts";

Deno.test("percentile() takes the nearest rank", () => {
  const sorted = Array.from({ length: 200 }, (_, index) => index + 1);

  assertEquals([0.5, 0.99, 1].map((share) => percentile(sorted, share)), [100, 198, 200]);
  assertEquals(percentile([], 0.5), 0);
});

Deno.test("Latencies.summary() forgets what came before clear()", () => {
  const latencies = new Latencies();
  latencies.add(1000);
  latencies.clear();

  for (const ms of [3, 1, 2]) latencies.add(ms);

  assertEquals(latencies.summary(), { p50: 2, p99: 3, max: 3, samples: 3 });
});
