import type { Results } from "./results.ts";
import { memoryPerConnection, type Metric, ratioOf, type Spread, spreadOf } from "./stats.ts";

/** Something Parley must reach, as a ratio of two medians or their difference. */
export interface Goal {
  readonly title: string;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
  measure(results: Results): Spread | undefined;
}

const SATURATED = [
  "200x16",
  "200x100",
  "1000x16",
  "1000x100",
  "200x16-both",
  "1000x16-both",
] as const;
const IDLE = "10000-idle";

const delivered: Metric = (result) => result.deliveredPerSecond;
const p99: Metric = (result) => result.latencyMs.p99;
const cost: Metric = (result) => result.serverCpuPerMillion;

/** Every goal, in the order in which they are shown. */
export const GOALS: readonly Goal[] = [
  ...SATURATED.flatMap((name) => [
    beside(`${name}: delivered, × Bun’s pub/sub`, name, "parley", "bun", delivered, atLeast(1.2)),
    beside(`${name}: delivered, × FastAPI`, name, "parley", "fastapi", delivered, atLeast(30)),
    beside(`${name}: p99, × Bun’s`, name, "parley", "bun", p99, atMost(2)),
    beside(
      `${name}: plain delivered, × the naive loop on Deno`,
      name,
      "parley-plain",
      "deno",
      delivered,
      atLeast(0.95),
    ),
  ]),
  ...(["200x16", "1000x16"] as const).map((name) =>
    beside(
      `${name}: delivered, × the other checkout’s`,
      name,
      "parley",
      "other",
      delivered,
      atLeast(0.95),
    )
  ),
  beside("1000-50s: p99, × the other checkout’s", "1000-50s", "parley", "other", p99, atMost(1.05)),
  beside("1000-50s: p99, × Bun’s", "1000-50s", "parley", "bun", p99, atMost(1.3)),
  beside(
    "10,000 idle: memory a connection, × bare Deno’s",
    IDLE,
    "parley",
    "deno",
    memoryPerConnection(10_000),
    atMost(1.2),
  ),
  {
    title: "10,000 idle: CPU beyond bare Deno’s, share of a core",
    bound: atMost(0.01),
    measure: (results) => differenceOf(results, ({ idleCpu }) => idleCpu),
  },
  beside(
    "4000-storm: time until all are in, × bare Deno’s",
    "4000-storm",
    "parley",
    "deno",
    ({ connectMs }) => connectMs,
    atMost(2),
  ),
  {
    title: "one reader in ten stalled: the others’ p99, × without",
    bound: atMost(1.2),
    measure: (results) => ratioOf(results, subject("200-stalled"), subject("200-all-read"), p99),
  },
  {
    title: "CPU of a delivery, 10,000 connections × 100",
    bound: atMost(1.5),
    measure: (results) => ratioOf(results, subject("10000-5s"), subject("100-500s"), cost),
  },
];

/** Whether a number is what the goal asks for. */
export function isReached({ bound }: Goal, { median }: Spread): boolean {
  return "atLeast" in bound ? median >= bound.atLeast : median <= bound.atMost;
}

function beside(
  title: string,
  name: string,
  one: string,
  other: string,
  metric: Metric,
  bound: Goal["bound"],
): Goal {
  const of = (peer: string) => ({ peer, case: name });
  return { title, bound, measure: (results) => ratioOf(results, of(one), of(other), metric) };
}

function differenceOf(results: Results, metric: Metric): Spread | undefined {
  const [one, other] = ["parley", "deno"].map((peer) =>
    spreadOf(results, { peer, case: IDLE }, metric)
  );
  if (!one || !other) return undefined;
  const { runs } = one;
  return {
    median: one.median - other.median,
    low: one.low - other.high,
    high: one.high - other.low,
    runs,
  };
}

function subject(name: string) {
  return { peer: "parley", case: name };
}

function atLeast(bound: number) {
  return { atLeast: bound };
}

function atMost(bound: number) {
  return { atMost: bound };
}
