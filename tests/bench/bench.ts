import { parseArgs } from "node:util";
import { type Case, CASES, shortened } from "./cases.ts";
import type { JobResult } from "./load/job.ts";
import { percentilesOf } from "./load/percentiles.ts";
import { type Peer, PEERS } from "./peers.ts";
import { lineOf, markdownOf, type Results, setbacksOf } from "./report.ts";
import { runCase, type RunOptions } from "./run.ts";
import { findTools, runText } from "./tools.ts";

const HELP = `Measures Parley beside other chat servers; see docs/benchmarks.md.

  --quick         one short run of each instead of five
  --runs N        runs of each, interleaved
  --case LIST     only these cases, comma-separated
  --peer LIST     only these servers, comma-separated
  --beside DIR    another checkout of Parley, measured as server “other”; fails if Parley is slower
  --others N      repeat a run beside which other programs used more of a core (default 0.2)
  --data DIR      folder on the disk to measure (default: $TMPDIR or /tmp)
  --out DIR       folder for results.json and report.md (default dist/bench)
  --list          names of cases and servers
`;

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    runs: { type: "string" },
    case: { type: "string" },
    peer: { type: "string" },
    beside: { type: "string" },
    others: { type: "string", default: "0.2" },
    data: { type: "string", default: Deno.env.get("TMPDIR") ?? "/tmp" },
    out: { type: "string", default: "dist/bench" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
/** How often a run is repeated beside other programs; the least disturbed one counts. */
const TRIES = flags.quick ? 3 : 10;

if (flags.help) console.log(HELP);
else if (flags.list) {
  for (const { name, title } of [...CASES, ...PEERS]) console.log(`${name.padEnd(16)}${title}`);
} else await main();

async function main(): Promise<void> {
  await Deno.mkdir(flags.out, { recursive: true });
  const results = await measure();
  const markdown = markdownOf(results);
  await Deno.writeTextFile(`${flags.out}/report.md`, `${markdown}\n`);
  await runText([
    Deno.execPath(),
    "fmt",
    "--no-config",
    "--line-width",
    "100",
    `${flags.out}/report.md`,
  ]);
  console.log(`\n${markdown}`);
  const setbacks = setbacksOf(results);
  for (const setback of setbacks) console.error(setback);
  if (setbacks.length > 0 || results.failures.length > 0) Deno.exitCode = 1;
}

/** In each round every server runs once, so that other programs disturb all servers alike. */
async function measure(): Promise<Results> {
  const cases = chosen(CASES, flags.case).map((one) => flags.quick ? shortened(one) : one);
  const servers = await findServers(chosen(PEERS, flags.peer));
  const versions = Object.fromEntries(servers.map((one) => [one.peer.name, one.program.version]));
  const results: Results = { machine: await machineText(), versions, runs: [], failures: [] };
  for (const measured of cases) {
    console.log(`\n${measured.name}: ${measured.title}`);
    for (let round = 0; round < Number(flags.runs ?? (flags.quick ? 1 : 5)); round++) {
      for (const server of servers) await measureOnce(results, measured, server, round);
      await Deno.writeTextFile(`${flags.out}/results.json`, JSON.stringify(results, null, 2));
    }
  }
  return results;
}

async function measureOnce(results: Results, measured: Case, on: RunOptions, round: number) {
  const about = { peer: on.peer.name, case: measured.name, round };
  try {
    const run = { ...about, result: await runUndisturbed(measured, on) };
    results.runs.push(run);
    console.log(lineOf(run, measured));
  } catch (error) {
    const problem = (error as Error).message;
    results.failures.push({ ...about, problem });
    console.log(`  ${on.peer.name.padEnd(15)}failed: ${problem}`);
  }
}

async function runUndisturbed(measured: Case, on: RunOptions): Promise<JobResult> {
  let best = await runCase(measured, on);
  for (let i = 1; i < TRIES && best.otherCpu > Number(flags.others); i++) {
    const next = await runCase(measured, on);
    if (next.otherCpu < best.otherCpu) best = next;
  }
  return best;
}

/** The servers that are installed; prints what the others need. */
async function findServers(peers: readonly Peer[]): Promise<RunOptions[]> {
  const other = flags.beside && new URL(`${flags.beside}/`, `file://${Deno.cwd()}/`);
  const tools = await findTools(`${flags.data}/parley-bench-packages`, other || undefined);
  const servers: RunOptions[] = [];
  for (const peer of peers) {
    const program = await peer.find(tools);
    if (typeof program === "string") console.log(`${peer.name} is skipped: it ${program}`);
    else servers.push({ peer, program, canPin: tools.canPin, dataDir: flags.data });
  }
  return servers;
}

function chosen<T extends { readonly name: string }>(all: readonly T[], list?: string): T[] {
  const names = list?.split(",");
  const unknown = names?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) throw new RangeError(`There is no “${unknown}”; see --list`);
  return all.filter(({ name }) => names?.includes(name) ?? true);
}

async function machineText(): Promise<string> {
  const cpuInfo = await Deno.readTextFile("/proc/cpuinfo");
  const cpu = /^model name\s*:\s*(.+)$/m.exec(cpuInfo)?.[1] ?? Deno.build.arch;
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const fileSystem = (await runText(["df", "--output=fstype", flags.data])).split("\n").at(-1);
  const { p50, p99 } = percentilesOf(fsyncTimes());
  return `Measured ${new Date().toISOString().slice(0, 10)} on ${navigator.hardwareConcurrency} ` +
    `cores (${cpu}), ${memory} GiB, Linux ${Deno.osRelease()}, Deno ${Deno.version.deno}; the ` +
    `log on ${fileSystem}, where an fsync took ${p50.toFixed(2)} ms (p50) and ` +
    `${p99.toFixed(2)} ms (p99).`;
}

/** Times to append a block to a file and sync it, as the smallest commit does. */
function fsyncTimes(): number[] {
  const path = Deno.makeTempFileSync({ dir: flags.data, prefix: "parley-bench-sync-" });
  using file = Deno.openSync(path, { append: true });
  Deno.removeSync(path);
  const block = new Uint8Array(4096);
  return Array.from({ length: 300 }, () => {
    const startedAt = performance.now();
    file.writeSync(block);
    file.syncDataSync();
    return performance.now() - startedAt;
  });
}
