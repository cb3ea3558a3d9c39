import type { Job } from "./job.ts";

/** What is measured: a job for every server alike, and what its table shows. */
export interface Case {
  readonly name: string;
  /** What it is, as a heading. */
  readonly title: string;
  readonly job: Omit<Job, "port" | "speech" | "serverPid">;
  /** Whether limits are left at their defaults instead of being off. */
  readonly hasDefaultLimits?: boolean;
  /** Whether the server may use the client's core, too, as far as that is free. */
  readonly hasBothCores?: boolean;
  /** Servers it says something about, by name; absent: all. */
  readonly peers?: readonly string[];
  /** Columns of its table besides the server's name. */
  readonly columns: readonly Column[];
}

/** What a table can show; see {@linkcode JobResult} for how each is measured. */
export type Column =
  | "delivered"
  | "latency"
  | "cpuPerMillion"
  | "cpu"
  | "idle"
  | "memoryPerConnection"
  | "peakMemory"
  | "connect";

const BASE: Case["job"] = {
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
  stalledShare: 0,
  churnPerSecond: 0,
  sampleEvery: 64,
};

/** Where it doesn't matter how messages are joined, one server of each kind is enough. */
const ONE_EACH = ["fastapi", "ws", "socket.io", "deno", "bun", "parley-memory", "parley"] as const;

const THROUGHPUT = ["delivered", "latency", "cpuPerMillion"] as const;
const LATENCY = ["latency", "cpu"] as const;
const PACED = { senders: 50, inFlight: 0, perSecond: 50, sampleEvery: 4 } as const;

/** Every case, in the order in which they are shown. */
export const CASES: readonly Case[] = [
  saturated("200x16", "200 connections, 16 senders with 8 in flight", {}),
  saturated("200x100", "200 connections, 100 senders with 1 in flight", {
    senders: 100,
    inFlight: 1,
  }),
  saturated("1000x16", "1,000 connections, 16 senders with 8 in flight", { connections: 1000 }),
  saturated("1000x100", "1,000 connections, 100 senders with 1 in flight", {
    connections: 1000,
    senders: 100,
    inFlight: 1,
  }),
  bothCores(
    "200x16-both",
    "200 connections, 16 senders with 8 in flight, server on both cores",
    {},
  ),
  bothCores(
    "1000x16-both",
    "1,000 connections, 16 senders with 8 in flight, server on both cores",
    {
      connections: 1000,
    },
  ),
  saturated("200x16-400", "200 connections, 16 senders with 8 in flight, messages of 400 bytes", {
    textBytes: 400,
  }),
  saturated(
    "200x16-4000",
    "200 connections, 16 senders with 8 in flight, messages of 4,000 bytes",
    { textBytes: 4000 },
  ),
  saturated(
    "1000x16-400",
    "1,000 connections, 16 senders with 8 in flight, messages of 400 bytes",
    {
      connections: 1000,
      textBytes: 400,
    },
  ),
  saturated(
    "1000x16-4000",
    "1,000 connections, 16 senders with 8 in flight, messages of 4,000 bytes",
    {
      connections: 1000,
      textBytes: 4000,
    },
  ),
  {
    name: "1000-50s",
    title: "1,000 connections, 50 messages a second",
    job: { ...BASE, ...PACED, connections: 1000 },
    columns: LATENCY,
  },
  {
    name: "10000-idle",
    title: "10,000 connections idle for 30 s",
    job: { ...BASE, connections: 10_000, connectAtOnce: 200, durationMs: 0, idleMs: 30_000 },
    peers: ONE_EACH,
    columns: ["memoryPerConnection", "idle"],
  },
  {
    name: "10000-5s",
    title: "10,000 connections, 5 messages a second",
    job: {
      ...BASE,
      ...PACED,
      connections: 10_000,
      connectAtOnce: 200,
      perSecond: 5,
      durationMs: 10_000,
    },
    peers: ONE_EACH,
    columns: ["latency", "cpu", "cpuPerMillion"],
  },
  {
    // As many deliveries a second as with 10,000 connections: only the number of readers differs.
    name: "100-500s",
    title: "100 connections, 500 messages a second",
    job: { ...BASE, ...PACED, connections: 100, perSecond: 500 },
    peers: ONE_EACH,
    columns: ["latency", "cpu", "cpuPerMillion"],
  },
  {
    name: "4000-storm",
    title: "4,000 clients connecting at once",
    job: { ...BASE, connections: 4000, connectAtOnce: 4000, durationMs: 0 },
    hasDefaultLimits: true,
    peers: ONE_EACH,
    columns: ["connect"],
  },
  {
    name: "200-all-read",
    title: "200 connections, 200 messages a second of 4,000 bytes, every reader reads",
    job: stalling(0),
    peers: ONE_EACH,
    columns: ["latency", "cpu", "peakMemory"],
  },
  {
    name: "200-stalled",
    title: "200 connections, the same messages, one reader in ten has stopped reading",
    job: stalling(0.1),
    peers: ONE_EACH,
    columns: ["latency", "cpu", "peakMemory"],
  },
  {
    name: "1000-pairs",
    title: "private messages among 1,000 pairs, 1 in flight each",
    job: { ...BASE, connections: 2000, senders: 1000, inFlight: 1, audience: "partner" },
    peers: ONE_EACH,
    columns: THROUGHPUT,
  },
  {
    name: "1000-churn",
    title:
      "1,000 connections, 50 messages a second, and 200 arrivals a second that leave after 1 s",
    job: { ...BASE, ...PACED, connections: 1000, churnPerSecond: 200 },
    peers: ONE_EACH,
    columns: LATENCY,
  },
];

/** The same case, short: for a first look, not for a table. */
export function shortened({ job, ...rest }: Case): Case {
  const shorter = (ms: number, longest: number) => Math.min(ms, longest);
  return {
    ...rest,
    job: {
      ...job,
      warmupMs: shorter(job.warmupMs, 1000),
      durationMs: shorter(job.durationMs, 3000),
      idleMs: shorter(job.idleMs, 5000),
    },
  };
}

function saturated(name: string, title: string, job: Partial<Case["job"]>): Case {
  return { name, title, job: { ...BASE, ...job }, columns: THROUGHPUT };
}

function bothCores(name: string, title: string, job: Partial<Case["job"]>): Case {
  return { ...saturated(name, title, job), hasBothCores: true };
}

function stalling(stalledShare: number): Case["job"] {
  // Long enough to fill what kernel and server keep for a reader that does not read.
  return {
    ...BASE,
    ...PACED,
    perSecond: 200,
    textBytes: 4000,
    warmupMs: 8000,
    durationMs: 12_000,
    sampleEvery: 16,
    stalledShare,
  };
}
