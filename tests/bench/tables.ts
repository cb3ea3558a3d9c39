import { type Case, CASES, type Column } from "./cases.ts";
import { GOALS, isReached } from "./goals.ts";
import type { JobResult } from "./job.ts";
import { percentile } from "./latencies.ts";
import { PEERS } from "./peers.ts";
import type { Results } from "./results.ts";
import { memoryPerConnection, type Metric, type Spread, spreadOf } from "./stats.ts";

/** One column as it is printed: its heading, and the number below it. */
interface Printed {
  readonly heading: string;
  readonly metric: (measured: Case) => Metric;
  readonly format: (value: number) => string;
}

const KIBIBYTE = 1024;

const PRINTED: Readonly<Record<Column, readonly Printed[]>> = {
  delivered: [
    column("delivered a second", (result) => result.deliveredPerSecond, whole),
    column("bytes each", (result) => result.bytesPerDelivery, whole),
  ],
  latency: [
    column("p50 ms", (result) => result.latencyMs.p50, short),
    column("p99 ms", (result) => result.latencyMs.p99, short),
    column("max ms", (result) => result.latencyMs.max, short),
  ],
  cpuPerMillion: [column("CPU s a million", (result) => result.serverCpuPerMillion, short)],
  cpu: [column("server CPU", (result) => result.serverCpu, percent)],
  idle: [column("idle CPU", (result) => result.idleCpu, percent)],
  memoryPerConnection: [{
    heading: "KiB a connection",
    metric: ({ job }) => memoryPerConnection(job.connections),
    format: (bytes) => short(bytes / KIBIBYTE),
  }],
  peakMemory: [
    column("peak MiB", (result) => result.memory.peak / KIBIBYTE / KIBIBYTE, whole),
  ],
  connect: [
    column("all in after ms", (result) => result.connectMs, whole),
    column("told to come back", (result) => result.refused, whole),
  ],
};

/** The tables of all cases that were run, what Parley must reach, and what was measured on. */
export function markdownOf(results: Results): string {
  const measured = CASES.filter(({ name }) => results.runs.some((run) => run.case === name));
  return [
    machineText(results),
    ...measured.map((one) => caseText(results, one)),
    goalsText(results),
    failuresText(results),
    peersText(results),
  ].filter((text) => text !== "").join("\n\n");
}

/** A median with its spread, as `1.25 (1.10–1.40)`. */
export function spreadText({ median, low, high, runs }: Spread, format = short): string {
  return runs < 2 ? format(median) : `${format(median)} (${format(low)}–${format(high)})`;
}

function machineText({ machine, runs }: Results): string {
  const { cpu, cores, memoryGiB, system, deno, fileSystem, fsyncMs, at } = machine;
  const others = runs.map(({ result }) => result.otherCpu).sort((a, b) => a - b);
  return `Measured ${at.slice(0, 10)} on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}, ` +
    `Deno ${deno}; the log on ${fileSystem}, where an fsync took ${short(fsyncMs.p50)} ms ` +
    `(p50) and ${short(fsyncMs.p99)} ms (p99). Medians of interleaved runs, with the lowest and ` +
    `the highest in parentheses. In half of the runs, other programs used less than ` +
    `${percent(percentile(others, 0.5))} of a core; the maximum was ${
      percent(others.at(-1) ?? 0)
    }.`;
}

function caseText(results: Results, measured: Case): string {
  const printed = measured.columns.flatMap((name) => PRINTED[name]);
  const rows = PEERS.flatMap(({ name, title }) => {
    const subject = { peer: name, case: measured.name };
    const spreads = printed.map((one) => spreadOf(results, subject, one.metric(measured)));
    if (spreads.every((spread) => spread === undefined)) return [];
    const cells = spreads.map((one, i) => one ? spreadText(one, printed[i]!.format) : "");
    return [[title, ...cells]];
  });
  const title = `### ${measured.title[0]!.toUpperCase()}${measured.title.slice(1)}`;
  const runs = Math.max(...PEERS.map(({ name }) => countRuns(results, name, measured.name)));
  const how = `\`--case ${measured.name}\`, ${runs} ${runs === 1 ? "run" : "runs"}`;
  return `${title}\n\n${how}\n\n${tableText(["", ...printed.map(({ heading }) => heading)], rows)}`;
}

function countRuns({ runs }: Results, peer: string, name: string): number {
  return runs.filter((run) => run.peer === peer && run.case === name).length;
}

function goalsText(results: Results): string {
  const rows = GOALS.flatMap((goal) => {
    const spread = goal.measure(results);
    if (!spread) return [];
    const bound = "atLeast" in goal.bound
      ? `at least ${goal.bound.atLeast}`
      : `at most ${goal.bound.atMost}`;
    return [[goal.title, bound, spreadText(spread), isReached(goal, spread) ? "yes" : "no"]];
  });
  if (rows.length === 0) return "";
  const about = "Each ratio is the median of the ratios of all rounds.";
  return `### Goals\n\n${about}\n\n${tableText(["", "goal", "measured", "reached"], rows)}`;
}

function failuresText({ failures }: Results): string {
  if (failures.length === 0) return "";
  const lines = failures.map((failure) =>
    `- ${failure.peer}, ${failure.case}: ${failure.problem.split("\n")[0]}`
  );
  return `### Failed runs\n\n${[...new Set(lines)].join("\n")}`;
}

function peersText({ versions }: Results): string {
  const rows = PEERS.filter(({ name }) => name in versions)
    .map(({ name, title, promise }) => [title, `\`${name}\``, versions[name]!, promise]);
  return `### Servers and their guarantees\n\n${
    tableText(["", "`--peer`", "version", "promises"], rows)
  }`;
}

function tableText(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, i) => Math.max(3, ...all.map((cells) => cells[i]!.length)));
  const line = (cells: readonly string[], fill = " ") =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!, fill)).join(" | ")} |`;
  return [line(headings), line(headings.map(() => ""), "-"), ...rows.map((row) => line(row))]
    .join("\n");
}

function column(
  heading: string,
  metric: (result: JobResult) => number,
  format: (value: number) => string,
): Printed {
  return { heading, metric: () => metric, format };
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function short(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(value >= 1 ? 3 : 2).replace(/e.*/, "");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
