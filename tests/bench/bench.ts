import { parseArgs } from "node:util";
import { type Case, CASES, shortened } from "./cases.ts";
import { describeMachine } from "./machine.ts";
import { type Peer, PEERS } from "./peers.ts";
import { writeReport } from "./report.ts";
import { lineOf, type Results, type Run } from "./results.ts";
import { runCase } from "./run_case.ts";
import { findTools, type Tools } from "./tools.ts";

const HELP = `Measures Parley beside other chat servers; see docs/benchmarks.md.

  --quick         one short run of each instead of five
  --runs N        runs of each, interleaved (default 5)
  --case LIST     only these cases, comma-separated
  --peer LIST     only these servers, comma-separated
  --out FILE      where the results go as JSON (default dist/bench/results.json)
  --from FILE     measure nothing, take results from there
  --docs          write table and plot into docs/benchmarks.md and docs/benchmarks.svg
  --list          names of cases and servers

`;

const FLAGS = {
  quick: { type: "boolean" },
  runs: { type: "string" },
  case: { type: "string" },
  peer: { type: "string" },
  out: { type: "string" },
  from: { type: "string" },
  docs: { type: "boolean" },
  list: { type: "boolean" },
  help: { type: "boolean" },
} as const;

interface Options {
  readonly runs: number;
  readonly cases: readonly Case[];
  readonly peers: readonly Peer[];
  readonly out: string;
}

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help) return console.log(HELP);
  if (values.list) return listNames();
  const out = values.out ?? "dist/bench/results.json";
  const results = values.from === undefined
    ? await measure(readOptions(values, out))
    : JSON.parse(await Deno.readTextFile(values.from)) as Results;
  await writeReport(results, { folder: folderOf(out), isForDocs: values.docs ?? false });
  if (results.failures.length > 0) Deno.exitCode = 1;
}

function readOptions(
  values: { quick?: boolean; runs?: string; case?: string; peer?: string },
  out: string,
): Options {
  const cases = chosen(CASES, values.case);
  return {
    runs: Number(values.runs ?? (values.quick ? 1 : 5)),
    cases: values.quick ? cases.map(shortened) : cases,
    peers: chosen(PEERS, values.peer),
    out,
  };
}

/** Runs every server once in a case before any runs again, so that a busy moment hits all alike. */
async function measure({ runs, cases, peers, out }: Options): Promise<Results> {
  const tools = await findTools(`${tempFolder()}/parley-bench-packages`);
  const present = await findPresent(peers, tools);
  const machine = await describeMachine(tempFolder());
  const versions = await versionsOf(present, tools);
  const results: Results = { machine, versions, runs: [], failures: [] };
  await Deno.mkdir(folderOf(out), { recursive: true });
  for (const measured of cases) {
    console.log(`\n${measured.name}: ${measured.title}`);
    for (let round = 0; round < runs; round++) {
      for (const peer of present) await measureOnce({ peer, measured, round, tools, results });
      await Deno.writeTextFile(out, JSON.stringify(results, null, 2));
    }
  }
  return results;
}

interface Once {
  readonly peer: Peer;
  readonly measured: Case;
  readonly round: number;
  readonly tools: Tools;
  readonly results: Results;
}

async function measureOnce({ peer, measured, round, tools, results }: Once): Promise<void> {
  try {
    const result = await runCase(peer, measured, tools);
    const run: Run = { peer: peer.name, case: measured.name, round, result };
    results.runs.push(run);
    console.log(lineOf(run));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    results.failures.push({ peer: peer.name, case: measured.name, round, problem });
    console.log(`  ${peer.name.padEnd(20)} failed: ${problem}`);
  }
}

/** Servers whose programs are there; a line tells of each that is not. */
async function findPresent(peers: readonly Peer[], tools: Tools): Promise<Peer[]> {
  const present: Peer[] = [];
  for (const peer of peers) {
    const options = { port: 0, tools, dataDir: tempFolder(), hasDefaultLimits: false };
    const command = await peer.command(options);
    if (typeof command === "string") console.log(`${peer.name} is left out: ${command}`);
    else present.push(peer);
  }
  return present;
}

async function versionsOf(peers: readonly Peer[], tools: Tools): Promise<Record<string, string>> {
  const entries = peers.map(async (peer) => [peer.name, await peer.version(tools)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function chosen<T extends { readonly name: string }>(all: readonly T[], list?: string): T[] {
  const names = list?.split(",");
  const unknown = names?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) throw new RangeError(`There is no “${unknown}”; see --list`);
  return all.filter(({ name }) => names?.includes(name) ?? true);
}

function listNames(): void {
  for (const { name, title } of [...CASES, ...PEERS]) console.log(`${name.padEnd(22)}${title}`);
}

function tempFolder(): string {
  return Deno.env.get("TMPDIR") ?? "/tmp";
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}
