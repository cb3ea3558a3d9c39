import { type Case, CASES, type Column } from "./cases.ts";
import type { JobResult } from "./load/job.ts";
import { PEERS } from "./peers.ts";

/** One run of one server in one case. */
export interface Run {
  readonly peer: string;
  readonly case: string;
  /** Runs of one round directly followed each other: ratios are calculated within it. */
  readonly round: number;
  readonly result: JobResult;
}

/** What one start of the benchmark measured; kept as JSON. */
export interface Results {
  /** A sentence that describes machine, disk and date. */
  readonly machine: string;
  /** By the name of the server. */
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: Run[];
  /** Runs without a result, and why. */
  readonly failures: (Omit<Run, "result"> & { readonly problem: string })[];
}

/** A median, and how far the runs were apart. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** A metric of a server in a case. */
export interface Subject {
  readonly peer: string;
  readonly measured: Pick<Case, "name" | "job">;
  readonly column: Column;
}

interface Metric {
  readonly heading: string;
  readonly value: (result: JobResult, job: Case["job"]) => number;
  readonly format: (value: number) => string;
  readonly isMoreBetter?: boolean;
}

const METRICS: Readonly<Record<Column, Metric>> = {
  delivered: {
    heading: "delivered a second",
    value: (result) => result.deliveredPerSecond,
    format: whole,
    isMoreBetter: true,
  },
  bytes: { heading: "bytes each", value: (result) => result.bytesPerDelivery, format: whole },
  p50: { heading: "p50 ms", value: (result) => result.latencyMs.p50, format: short },
  p99: { heading: "p99 ms", value: (result) => result.latencyMs.p99, format: short },
  max: { heading: "max ms", value: (result) => result.latencyMs.max, format: short },
  cpuPerMillion: {
    heading: "CPU s a million",
    value: (result) => result.serverCpuPerMillion,
    format: short,
  },
  cpu: { heading: "server CPU", value: (result) => result.serverCpu, format: percent },
  idleCpu: { heading: "idle CPU", value: (result) => result.idleCpu, format: percent },
  memory: {
    heading: "KiB a connection",
    value: ({ memory }, { connections }) => (memory.idle - memory.before) / 1024 / connections,
    format: short,
  },
  connect: { heading: "all in after ms", value: (result) => result.connectMs, format: whole },
};

/** The median over a server's runs in a case; `undefined` if there was no run. */
export function spreadOf(results: Results, subject: Subject): Spread | undefined {
  return spread([...valuesOf(results, subject).values()]);
}

/**
 * How many times better one server is than another, round by round, because what slows a whole
 * round down affects both. A server that takes half as long is 2 times better.
 */
export function ratioOf(results: Results, one: Subject, other: string): Spread | undefined {
  const others = valuesOf(results, { ...one, peer: other });
  const { isMoreBetter } = METRICS[one.column];
  const ratios = [...valuesOf(results, one)].flatMap(([round, mine]) => {
    const theirs = others.get(round);
    if (theirs === undefined) return [];
    return [isMoreBetter ? mine / theirs : theirs / mine];
  });
  return spread(ratios);
}

/** A table for each case, with Parley's ratio to every other server. */
export function markdownOf(results: Results): string {
  const measured = CASES.filter(({ name }) => results.runs.some((run) => run.case === name));
  const others = results.runs.map(({ result }) => result.otherCpu);
  const { median, high } = spread(others) ?? { median: 0, high: 0 };
  return [
    `${results.machine} Medians of interleaved runs, with the lowest and the highest in ` +
    `parentheses. Other programs used ${percent(median)} of a core (median; at most ` +
    `${percent(high)}). _Parley is_: how many times better Parley (deflated, log on) is by the ` +
    `first column, as the median of the ratios of all rounds.`,
    ...measured.map((one) => caseText(results, one)),
    failuresText(results),
    peersText(results),
  ].filter((text) => text !== "").join("\n\n");
}

/** Cases in which Parley is worse than another checkout by more than they allow. */
export function setbacksOf(results: Results): string[] {
  return CASES.flatMap(({ atLeast, ...measured }) => {
    const subject = { peer: "parley", measured, column: measured.columns[0] };
    const ratio = ratioOf(results, subject, "other");
    if (!ratio || ratio.median >= atLeast) return [];
    return [`${measured.name}: ${spreadText(ratio)} × the other checkout, not ${atLeast}`];
  });
}

/** A run in one line, for the terminal. */
export function lineOf({ peer, result }: Run, { columns, job }: Case): string {
  const cells = columns.map((column) => {
    const { heading, value, format } = METRICS[column];
    return `${heading} ${format(value(result, job))}`;
  });
  const cpus = `client ${percent(result.clientCpu)}, others ${percent(result.otherCpu)}`;
  return `  ${peer.padEnd(15)}${cells.join(", ")} (${cpus})`;
}

function caseText(results: Results, measured: Case): string {
  const { columns, name, title } = measured;
  const rows = PEERS.flatMap(({ name: peer, title }) => {
    const spreads = columns.map((column) => spreadOf(results, { peer, measured, column }));
    if (spreads.every((one) => one === undefined)) return [];
    const cells = spreads.map((one, i) => one ? spreadText(one, METRICS[columns[i]!].format) : "");
    const ratio = ratioOf(results, { peer: "parley", measured, column: columns[0] }, peer);
    return [[title, ...cells, ratio && peer !== "parley" ? `${spreadText(ratio)} ×` : ""]];
  });
  const headings = ["", ...columns.map((column) => METRICS[column].heading), "Parley is"];
  return `### ${title}\n\n\`--case ${name}\`\n\n${tableText(headings, rows)}`;
}

function failuresText({ failures }: Results): string {
  if (failures.length === 0) return "";
  const lines = failures.map(({ peer, case: name, problem }) =>
    `- ${peer}, ${name}: ${problem.split("\n")[0]}`
  );
  return `### Failed runs\n\n${lines.join("\n")}`;
}

function peersText({ versions }: Results): string {
  const rows = PEERS.filter(({ name }) => name in versions)
    .map(({ name, title, promise }) => [title, `\`${name}\``, versions[name]!, promise]);
  const headings = ["", "`--peer`", "version", "promises"];
  return `### Servers and their guarantees\n\n${tableText(headings, rows)}`;
}

function valuesOf(
  { runs }: Results,
  { peer, measured, column }: Subject,
): Map<number, number> {
  const own = runs.filter((run) => run.peer === peer && run.case === measured.name);
  return new Map(
    own.map(({ round, result }) => [round, METRICS[column].value(result, measured.job)]),
  );
}

function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, low: sorted[0]!, high: sorted.at(-1)!, runs: sorted.length };
}

function spreadText({ median, low, high, runs }: Spread, format = short): string {
  return runs < 2 ? format(median) : `${format(median)} (${format(low)}–${format(high)})`;
}

/** A Markdown table, to be aligned by `deno fmt`. */
function tableText(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, headings.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function short(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(value >= 1 ? 3 : 2);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
