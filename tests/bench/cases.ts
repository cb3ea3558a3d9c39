import type { Job } from "./load/job.ts";

/** A load that every server gets alike, and what is reported of it. */
export interface Case {
  readonly name: string;
  /** Heading of its table. */
  readonly title: string;
  readonly job: Omit<Job, "port" | "speech" | "serverPid">;
  /** Columns of its table. Servers are compared by the first. */
  readonly columns: readonly [Column, ...Column[]];
  /** How good Parley must be compared with another checkout: 1 is as good as the other. */
  readonly atLeast: number;
}

/** What a table can show; `METRICS` in `report.ts` says how each is calculated. */
export type Column =
  | "delivered"
  | "bytes"
  | "p50"
  | "p99"
  | "max"
  | "cpuPerMillion"
  | "cpu"
  | "idleCpu"
  | "memory"
  | "connect";

const SATURATED: Case["job"] = {
  connections: 200,
  connectAtOnce: 100,
  senders: 16,
  inFlight: 8,
  perSecond: 0,
  textBytes: 40,
  audience: "everyone",
  warmupMs: 1500,
  durationMs: 4000,
  idleMs: 0,
  sampleEvery: 64,
};
const SILENT: Case["job"] = { ...SATURATED, senders: 0, warmupMs: 0, durationMs: 0 };
const THROUGHPUT = ["delivered", "bytes", "p50", "p99", "max", "cpuPerMillion"] as const;

/** Every case, in the order in which the report shows them. */
export const CASES: readonly Case[] = [
  {
    name: "200x16",
    title: "200 connections, 16 senders with 8 in flight",
    job: SATURATED,
    columns: THROUGHPUT,
    atLeast: 0.95,
  },
  {
    name: "1000x16",
    title: "1,000 connections, 16 senders with 8 in flight",
    job: { ...SATURATED, connections: 1000 },
    columns: THROUGHPUT,
    atLeast: 0.95,
  },
  {
    name: "1000-50s",
    title: "1,000 connections, 50 messages a second",
    job: {
      ...SATURATED,
      connections: 1000,
      senders: 50,
      inFlight: 0,
      perSecond: 50,
      sampleEvery: 4,
    },
    columns: ["p99", "p50", "max", "cpu"],
    atLeast: 0.95,
  },
  {
    name: "1000-pairs",
    title: "Private messages among 1,000 pairs, 1 in flight each",
    job: { ...SATURATED, connections: 2000, senders: 1000, inFlight: 1, audience: "partner" },
    columns: THROUGHPUT,
    atLeast: 0.8,
  },
  {
    // With few readers, storing a message costs more than delivering it.
    name: "commits",
    title: "4 connections, all of them senders with 64 in flight",
    job: { ...SATURATED, connections: 4, senders: 4, inFlight: 64 },
    columns: THROUGHPUT,
    atLeast: 0.95,
  },
  {
    name: "one-commit",
    title: "1 connection with 1 message in flight",
    job: { ...SATURATED, connections: 1, senders: 1, inFlight: 1, sampleEvery: 1 },
    columns: THROUGHPUT,
    atLeast: 0.95,
  },
  {
    name: "4000-storm",
    title: "4,000 clients connecting at once",
    job: { ...SILENT, connections: 4000, connectAtOnce: 4000 },
    columns: ["connect"],
    atLeast: 0.8,
  },
  {
    // Parley asks clients to come back later when more than 5,000 connect within a few seconds.
    name: "5000-idle",
    title: "5,000 connections idle for 30 s",
    job: { ...SILENT, connections: 5000, idleMs: 30_000 },
    columns: ["memory", "idleCpu"],
    atLeast: 0.95,
  },
];

/** The same case, shorter: for a first look, not for the documentation. */
export function shortened({ job, ...rest }: Case): Case {
  const { warmupMs, durationMs, idleMs } = job;
  const shorter = {
    warmupMs: Math.min(warmupMs, 1000),
    durationMs: Math.min(durationMs, 3000),
    idleMs: Math.min(idleMs, 5000),
  };
  return { ...rest, job: { ...job, ...shorter } };
}
