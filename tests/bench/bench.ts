import { parseArgs } from "node:util";
import { CASES, shortened } from "./cases.ts";
import { measure, type MeasureOptions } from "./measure.ts";
import { PEERS } from "./peers.ts";
import { writeReport } from "./report.ts";
import { mergeResults, type Results } from "./results.ts";

const HELP = `Measures Parley beside other chat servers; see docs/benchmarks.md.

  --quick         one short run of each instead of five
  --runs N        runs of each, interleaved
  --case LIST     only these cases, comma-separated
  --peer LIST     only these servers, comma-separated
  --beside DIR    another checkout of Parley, measured as servers other and other-memory
  --others N      try again when other programs took more than so much of a core (default 0.2)
  --data DIR      folder on the disk to measure (default: where temporary files go)
  --out FILE      where the results go as JSON (default dist/bench/results.json)
  --from LIST     measure nothing, take results from these files, comma-separated
  --docs          write tables and plot into docs/benchmarks.md and docs/benchmarks.svg
  --list          names of cases and servers
`;

const FLAGS = {
  quick: { type: "boolean", default: false },
  runs: { type: "string" },
  case: { type: "string" },
  peer: { type: "string" },
  beside: { type: "string" },
  others: { type: "string", default: "0.2" },
  data: { type: "string" },
  out: { type: "string", default: "dist/bench/results.json" },
  from: { type: "string" },
  docs: { type: "boolean", default: false },
  list: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Flags = ReturnType<typeof readFlags>;

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const flags = readFlags(args);
  if (flags.help) return console.log(HELP);
  if (flags.list) return listNames();
  await Deno.mkdir(folderOf(flags.out), { recursive: true });
  const results = flags.from === undefined
    ? await measure(measureOptions(flags))
    : mergeResults(await readAll(flags.from.split(",")));
  await writeReport(results, { folder: folderOf(flags.out), isForDocs: flags.docs });
  if (results.failures.length > 0) Deno.exitCode = 1;
}

function readFlags(args: string[]) {
  return parseArgs({ args, options: FLAGS }).values;
}

function measureOptions(flags: Flags): MeasureOptions {
  const cases = chosen(CASES, flags.case);
  return {
    cases: flags.quick ? cases.map(shortened) : cases,
    peers: chosen(PEERS, flags.peer),
    runs: Number(flags.runs ?? (flags.quick ? 1 : 5)),
    maxOthers: Number(flags.others),
    tries: flags.quick ? 3 : 10,
    ...(flags.beside === undefined ? {} : { otherCheckout: folderUrl(flags.beside) }),
    dataDir: flags.data ?? Deno.env.get("TMPDIR") ?? "/tmp",
    onRound: (results) => Deno.writeTextFile(flags.out, JSON.stringify(results, null, 2)),
  };
}

function readAll(paths: readonly string[]): Promise<Results[]> {
  return Promise.all(paths.map(async (path) => JSON.parse(await Deno.readTextFile(path))));
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

function folderUrl(path: string): URL {
  return new URL(`${path}/`, `file://${Deno.cwd()}/`);
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}
