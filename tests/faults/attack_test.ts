import { assert } from "@std/assert";
import { usernameKey } from "../../core/usernames.ts";
import { startProgram } from "../support/program.ts";
import { ATTACKS, hanText, STRANGERS, type Target } from "./support_attacks.ts";
import { standBy, type Waits } from "./support_bystander.ts";
import { openLog } from "./support_log.ts";
import { makeDataFolder, serveCommand } from "./support_server.ts";
import { IS_FULL, scale } from "./support_trial.ts";

/** Long messages in the log: searches and pages are as costly as they can be. */
const MESSAGES = scale(2_000, 100);
const DURATION_MS = scale(15_000, 1_000);
const STRENGTH = scale(1, 0.2);
/**
 * What others may have to wait, in milliseconds, 99 times in 100, and what the server may hold. In
 * the short form, on a machine that does much else, only that all of it is answered counts.
 */
const BOUNDS = {
  acks: scale(250, 60_000),
  pages: scale(1_000, 60_000),
  joins: scale(1_000, 60_000),
};
const MAX_RSS_MB = 700;

Deno.test("others are served while one address does its worst", async (t) => {
  await using data = await makeDataFolder();
  await fill(data.path);
  const args = ["--trusted-proxies", "127.0.0.1"];
  await using server = await startProgram(serveCommand({ dataDir: data.path, args, limits: true }));
  let number = 0;
  for (const attack of Object.keys(ATTACKS)) {
    await t.step(`while it ${attack}`, async () => {
      number++;
      const target = {
        port: server.port,
        address: `192.0.2.${number}`,
        durationMs: DURATION_MS,
        strength: STRENGTH,
      };
      const attacked = runAttack(attack, target);
      const memory = watchMemory(server.pid, attacked);
      const waits = await standBy(server.port, `198.51.100.${number}`, attacked);
      await attacked;
      const rssMb = await memory;

      const figures = Object.entries(waits).map(([what, times]) => [what, percentiles(times)]);
      if (IS_FULL) console.log(rowOf(attack, waits, rssMb));
      for (const [what, bound] of Object.entries(BOUNDS)) {
        const { p99 } = percentiles(waits[what as keyof Waits]);
        assert(p99 < bound, `${what}: ${JSON.stringify(figures)}`);
      }
      assert(rssMb < MAX_RSS_MB, `the server held ${rssMb} MB`);
    });
  }
});

/** Puts long messages into a new log, and accounts for an attacker to write to. */
async function fill(dataDir: string): Promise<void> {
  const store = await openLog(dataDir);
  const claim = (username: string) =>
    store.claimName({
      username,
      nameKey: usernameKey(username),
      sessionId: `session of ${username}`,
      nameTtlMs: 1e10,
    });
  const author = await claim("author");
  if (author === "taken") throw new TypeError("Cannot fill the log: the name is taken");
  for (let count = 0; count < STRANGERS; count++) await claim(`stranger${count}`);
  for (let count = 0; count < MESSAGES; count++) {
    const to = { kind: "lobby" } as const;
    const text = hanText(4_000);
    await store.append([{
      kind: "message",
      to,
      author: author.account,
      from: author.username,
      text,
    }]);
  }
  // Or the server would do it while others are measured.
  await store.indexAll();
  await store.close();
}

/** Lets an attacker do its worst; resolves when it has. */
async function runAttack(attack: string, target: Target): Promise<void> {
  const worker = new Worker(new URL("./support_attacker.ts", import.meta.url), { type: "module" });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`Expected the attacker to go on: ${event.message}`));
      };
      worker.postMessage({ attack, target });
    });
  } finally {
    worker.terminate();
  }
}

/** The most memory a process holds until something is over, in MB; 0 where the system doesn't say. */
async function watchMemory(pid: number, until: Promise<void>): Promise<number> {
  let isOver = false;
  until.finally(() => isOver = true).catch(() => {}); // Whoever began it hears of it.
  let most = 0;
  while (!isOver) {
    most = Math.max(most, await residentMb(pid));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return most;
}

async function residentMb(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  // Deno itself reads there with every permission only, which tests don't have.
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/status`] }).output();
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(new TextDecoder().decode(stdout)) ?? [];
  return Math.round(Number(kib) / 1024);
}

function percentiles(times: readonly number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1]!);
  return { p50: at(0.5), p99: at(0.99) };
}

/** A row for the table in docs/benchmarks.md. */
function rowOf(attack: string, waits: Waits, rssMb: number): string {
  const cells = Object.values(waits).map((times) => {
    const { p50, p99 } = percentiles(times);
    return `${p50} / ${p99}`;
  });
  return `| ${[attack, ...cells, rssMb].join(" | ")} |`;
}
