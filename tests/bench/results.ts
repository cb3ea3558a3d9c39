import type { JobResult } from "./job.ts";
import type { Machine } from "./machine.ts";

/** One run of one server in one case. */
export interface Run {
  readonly peer: string;
  readonly case: string;
  /** Runs of one round followed each other directly: ratios are taken within it. */
  readonly round: number;
  readonly result: JobResult;
}

/** A run that gave no numbers, and why. */
export interface Failure extends Omit<Run, "result"> {
  readonly problem: string;
}

/** Everything that one start of the benchmark found out; kept as JSON. */
export interface Results {
  readonly machine: Machine;
  /** By the name of the peer. */
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: Run[];
  readonly failures: Failure[];
}

/**
 * Makes one of the results of several starts on one machine. Their rounds stay apart: only runs
 * that followed each other directly are paired.
 *
 * @throws {RangeError} If there is nothing to merge.
 */
export function mergeResults([first, ...rest]: readonly Results[]): Results {
  if (!first) throw new RangeError("Cannot merge results: there are none");
  return rest.reduce(mergeTwo, first);
}

function mergeTwo(one: Results, other: Results): Results {
  const rounds = Math.max(0, ...one.runs.map(({ round }) => round + 1));
  const later = other.runs.map((run) => ({ ...run, round: run.round + rounds }));
  return {
    machine: one.machine,
    versions: { ...one.versions, ...other.versions },
    runs: [...one.runs, ...later],
    failures: [...one.failures, ...other.failures],
  };
}

/** A run in one line, for whoever watches. */
export function lineOf({ peer, result }: Run): string {
  const { deliveredPerSecond, latencyMs, serverCpuPerMillion, memory } = result;
  const percent = (share: number) => `${Math.round(share * 100)}`.padStart(3);
  return [
    `  ${peer.padEnd(20)}`,
    `${Math.round(deliveredPerSecond).toLocaleString("en")}/s`.padStart(12),
    `p50 ${latencyMs.p50.toFixed(1)} p99 ${latencyMs.p99.toFixed(1)}`.padEnd(22),
    `max ${latencyMs.max.toFixed(0)} ms`.padEnd(12),
    `${(serverCpuPerMillion || 0).toFixed(3)} s/M`,
    `server${percent(result.serverCpu)} % client${percent(result.clientCpu)} %`,
    `others${percent(result.otherCpu)} % idle ${(result.idleCpu * 100).toFixed(1)} %`,
    `in after ${result.connectMs.toFixed(0)} ms`,
    `RSS ${mebibytes(memory.before)}→${mebibytes(memory.idle)}→${mebibytes(memory.peak)} MiB`,
  ].join("  ");
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1048576);
}
