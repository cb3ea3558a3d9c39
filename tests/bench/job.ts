import type { Percentiles } from "./latencies.ts";

/** How the load client speaks to a server. */
export type Speech =
  | "plain"
  | "joined"
  | "parley"
  | "parley.v1"
  | "parley.v1.deflate"
  | "socket.io";

/** What a load client does, from connecting to the last message. Times in milliseconds. */
export interface Job {
  readonly port: number;
  readonly speech: Speech;
  /** Connections that are there all the time; the first of them are the senders. */
  readonly connections: number;
  /** Most connections between their first packet and the end of their welcome. */
  readonly connectAtOnce: number;
  readonly senders: number;
  /** Messages each sender keeps under way; 0 sends at `perSecond` instead. */
  readonly inFlight: number;
  /** Messages sent a second, by all senders together, whatever comes back. */
  readonly perSecond: number;
  /** Bytes of a message's text. */
  readonly textBytes: number;
  /** Public to all, or each sender to one partner of its own and back to itself. */
  readonly audience: "everyone" | "partner";
  readonly warmupMs: number;
  readonly durationMs: number;
  /** Silence between connecting and sending, over which memory and idle CPU are taken. */
  readonly idleMs: number;
  /** Share of the connections, from the last one down, that stop reading once they are in. */
  readonly stalledShare: number;
  /** Further connections that come each second, stay one second and leave. */
  readonly churnPerSecond: number;
  /** One in so many deliveries is timed. */
  readonly sampleEvery: number;
  /** The server's process, whose CPU time and memory are read. */
  readonly serverPid: number;
}

/** What came of it. Rates are of the measured time alone; counts are of the whole job. */
export interface JobResult {
  /** Messages delivered a second: one to a thousand readers counts a thousand. */
  readonly deliveredPerSecond: number;
  /** Bytes that came to the readers for each message delivered, headers and all. */
  readonly bytesPerDelivery: number;
  readonly latencyMs: Percentiles;
  /** Seconds of CPU time that a million deliveries took on the server. */
  readonly serverCpuPerMillion: number;
  /** Share of one core. */
  readonly serverCpu: number;
  readonly clientCpu: number;
  /** What the rest of the machine used: a run beside much of it says little. */
  readonly otherCpu: number;
  readonly idleCpu: number;
  /** Until the last connection's welcome was complete. */
  readonly connectMs: number;
  /** The server's resident bytes: before anyone came, after `idleMs` of silence, and at most. */
  readonly memory: { readonly before: number; readonly idle: number; readonly peak: number };
  readonly sent: number;
  readonly acks: number;
  readonly delivered: number;
  /** Frames that were no messages and no acks. */
  readonly otherFrames: number;
  readonly churned: number;
  /** Connections that were told to come back later, and did. */
  readonly refused: number;
}
