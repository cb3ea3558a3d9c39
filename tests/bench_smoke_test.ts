import { assertEquals } from "@std/assert";
import { type Case, CASES } from "./bench/cases.ts";
import { PEERS } from "./bench/peers.ts";
import { runClient } from "./bench/run.ts";
import { startTestServer } from "./support/test_server.ts";

/** A case with the shape of the whole one, small enough for any machine's spare time. */
function small({ job }: Case): Case["job"] {
  const connections = Math.min(job.connections, 100);
  return {
    ...job,
    connections,
    connectAtOnce: Math.min(job.connectAtOnce, connections),
    senders: Math.min(job.senders, connections / (job.audience === "partner" ? 2 : 1)),
    inFlight: Math.min(job.inFlight, 4),
    warmupMs: 0,
    durationMs: Math.min(job.durationMs, 300),
    idleMs: Math.min(job.idleMs, 100),
  };
}

async function run(speech: (typeof PEERS)[number]["speech"], one: Case): Promise<void> {
  await using server = await startTestServer();
  const port = Number(new URL(server.url).port);
  const { audience, connections, senders } = small(one);

  const job = { ...small(one), port, speech, serverPid: Deno.pid };
  const { sent, acks, delivered } = await runClient(job, false);

  assertEquals(sent > 0, senders > 0);
  assertEquals([acks, delivered], [sent, sent * (audience === "partner" ? 2 : connections)]);
}

// The load client makes Linux system calls.
const ignore = Deno.build.os !== "linux";

for (const one of CASES) {
  Deno.test({
    name: `the benchmark's case ${one.name} delivers every message once`,
    ignore,
    fn: () => run("parley.v1.deflate", one),
  });
}

for (const { name, speech } of PEERS.filter(({ name }) => /^parley-(plain|v1)$/.test(name))) {
  Deno.test({
    name: `the benchmark speaks the dialect of ${name}`,
    ignore,
    fn: () => run(speech, CASES[0]!),
  });
}
