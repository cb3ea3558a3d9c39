import type { JobResult } from "./job.ts";
import type { Results, Run } from "./results.ts";

/** One number of a result. */
export type Metric = (result: JobResult) => number;

/** A median and how far the runs lay apart. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** What a number is measured on. */
export interface Subject {
  readonly peer: string;
  readonly case: string;
}

/** The number's median over a server's runs in a case; `undefined` if there was no run. */
export function spreadOf(results: Results, subject: Subject, metric: Metric): Spread | undefined {
  return spread(runsOf(results, subject).map(({ result }) => metric(result)));
}

/**
 * How many times the one's number is the other's, round by round, so that what slowed a whole
 * round down takes no side.
 */
export function ratioOf(
  results: Results,
  one: Subject,
  other: Subject,
  metric: Metric,
): Spread | undefined {
  const others = new Map(runsOf(results, other).map((run) => [run.round, run.result]));
  return spread(
    runsOf(results, one).flatMap(({ round, result }) => {
      const paired = others.get(round);
      return paired ? [metric(result) / metric(paired)] : [];
    }),
  );
}

/** Memory of one connection: what all of them added to the server's, shared among them. */
export function memoryPerConnection(connections: number): Metric {
  return ({ memory }) => (memory.idle - memory.before) / connections;
}

function runsOf(results: Results, subject: Subject): Run[] {
  return results.runs.filter((run) => run.peer === subject.peer && run.case === subject.case);
}

function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { median: median(sorted), low: sorted[0]!, high: sorted.at(-1)!, runs: sorted.length };
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
