import type { Percentiles } from "./percentiles.ts";

/** The dialect in which the load client speaks to a server. */
export type Speech = "plain" | "parley" | "parley.v1" | "parley.v1.deflate" | "socket.io";

/** What a load client does, from connecting to the last message. Times in milliseconds. */
export interface Job {
  readonly port: number;
  readonly speech: Speech;
  /** Number of connections; the first of them send. */
  readonly connections: number;
  /** Most connections between the start of their handshake and the end of their welcome. */
  readonly connectAtOnce: number;
  readonly senders: number;
  /** Messages that each sender keeps in flight; with 0, it sends at `perSecond` instead. */
  readonly inFlight: number;
  /** Messages sent per second by all senders together, however slow the server is. */
  readonly perSecond: number;
  /** Bytes of a message's text. */
  readonly textBytes: number;
  /** Public, or from each sender to its own partner (and back to itself). */
  readonly audience: "everyone" | "partner";
  readonly warmupMs: number;
  readonly durationMs: number;
  /** Silence between connecting and sending, during which memory and idle CPU are measured. */
  readonly idleMs: number;
  /** Every so many deliveries, one is timed. */
  readonly sampleEvery: number;
  /** The server's process, whose CPU time and memory are read. */
  readonly serverPid: number;
}

/** What a job measured: rates and latencies over `durationMs`, counts over the whole job. */
export interface JobResult {
  /** Messages delivered per second: one message to a thousand readers counts a thousand. */
  readonly deliveredPerSecond: number;
  /** Bytes that readers received per delivered message, with headers. */
  readonly bytesPerDelivery: number;
  readonly latencyMs: Percentiles;
  /** Seconds of the server's CPU time per million deliveries. */
  readonly serverCpuPerMillion: number;
  /** Share of one core. */
  readonly serverCpu: number;
  readonly clientCpu: number;
  /** What other programs used. A run beside much of it says little. */
  readonly otherCpu: number;
  readonly idleCpu: number;
  /** Until the last connection's welcome was complete. */
  readonly connectMs: number;
  /** The server's resident bytes: before the first connection, and after `idleMs` of silence. */
  readonly memory: { readonly before: number; readonly idle: number };
  readonly sent: number;
  readonly acks: number;
  readonly delivered: number;
}
