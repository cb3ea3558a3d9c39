import { assertEquals } from "@std/assert";
import type { Job, Speech } from "./bench/job.ts";
import { runClient } from "./bench/run_case.ts";
import { startTestServer } from "./support/test_server.ts";

/** A second of load, small enough to be done in any machine's spare time. */
function smallJob(port: number, speech: Speech): Job {
  return {
    port,
    speech,
    connections: 100,
    connectAtOnce: 50,
    senders: 10,
    inFlight: 0,
    perSecond: 50,
    textBytes: 40,
    audience: "everyone",
    warmupMs: 0,
    durationMs: 500,
    idleMs: 0,
    stalledShare: 0,
    churnPerSecond: 0,
    sampleEvery: 1,
    serverPid: Deno.pid,
  };
}

for (const speech of ["parley", "parley.v1", "parley.v1.deflate"] as const) {
  Deno.test({
    name: `runClient() finds every message delivered once to all who speak ${speech}`,
    // The load client makes the system's calls by itself, as Linux has them.
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using server = await startTestServer();
      const port = Number(new URL(server.url).port);

      const result = await runClient(smallJob(port, speech), { canPin: false });

      assertEquals(result.acks, result.sent);
      assertEquals(result.delivered, result.sent * 100);
    },
  });
}
