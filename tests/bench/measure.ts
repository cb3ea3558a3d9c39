import type { Case } from "./cases.ts";
import type { JobResult } from "./job.ts";
import { describeMachine } from "./machine.ts";
import type { Peer } from "./peers.ts";
import { lineOf, type Results } from "./results.ts";
import { runCase } from "./run_case.ts";
import { findTools, type Tools } from "./tools.ts";

/** What is measured, and how thoroughly. */
export interface MeasureOptions {
  readonly cases: readonly Case[];
  readonly peers: readonly Peer[];
  /** Runs of each server in each case. */
  readonly runs: number;
  /** Share of a core that other programs may take during a run; `Infinity` takes every run. */
  readonly maxOthers: number;
  /** How often a run is tried when others take more; the least disturbed try counts. */
  readonly tries: number;
  /** Folder on the disk to measure. */
  readonly dataDir: string;
  /** Another checkout of Parley to measure, as a folder's URL ending in a slash. */
  readonly otherCheckout?: URL;
  /** Told of the results so far after every round. */
  readonly onRound: (results: Results) => Promise<void>;
}

/** Runs every server once in a case before any runs again, so that a busy moment hits all alike. */
export async function measure(options: MeasureOptions): Promise<Results> {
  const found = await findTools(`${options.dataDir}/parley-bench-packages`);
  const { otherCheckout } = options;
  const tools = otherCheckout === undefined ? found : { ...found, otherCheckout };
  const peers = await findPresent(options, tools);
  const machine = await describeMachine(options.dataDir);
  const versions = Object.fromEntries(
    await Promise.all(peers.map(async (peer) => [peer.name, await peer.version(tools)])),
  );
  const results: Results = { machine, versions, runs: [], failures: [] };
  for (const measured of options.cases) {
    console.log(`\n${measured.name}: ${measured.title}`);
    const measurable = peers.filter(({ name }) => measured.peers?.includes(name) ?? true);
    for (let round = 0; round < options.runs; round++) {
      for (const peer of measurable) {
        await measureOnce({ peer, measured, round, tools, results }, options);
      }
      await options.onRound(results);
    }
  }
  return results;
}

interface Once {
  readonly peer: Peer;
  readonly measured: Case;
  readonly round: number;
  readonly tools: Tools;
  readonly results: Results;
}

async function measureOnce(once: Once, options: MeasureOptions): Promise<void> {
  const { peer, measured, round, results } = once;
  try {
    const result = await runUndisturbed(once, options);
    const run = { peer: peer.name, case: measured.name, round, result };
    results.runs.push(run);
    console.log(lineOf(run));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    results.failures.push({ peer: peer.name, case: measured.name, round, problem });
    console.log(`  ${peer.name.padEnd(20)} failed: ${problem}`);
  }
}

/** Tries until other programs leave the machine alone, and takes the least disturbed try. */
async function runUndisturbed(
  { peer, measured, tools }: Once,
  { maxOthers, tries, dataDir }: MeasureOptions,
): Promise<JobResult> {
  let best = await runCase(peer, measured, { tools, dataDir });
  for (let i = 1; i < tries && best.otherCpu > maxOthers; i++) {
    const next = await runCase(peer, measured, { tools, dataDir });
    if (next.otherCpu < best.otherCpu) best = next;
  }
  return best;
}

/** Servers whose programs are there; a line tells of each that is not. */
async function findPresent(options: MeasureOptions, tools: Tools): Promise<Peer[]> {
  const present: Peer[] = [];
  for (const peer of options.peers) {
    const start = { port: 0, tools, dataDir: options.dataDir, hasDefaultLimits: false };
    const command = await peer.command(start);
    if (typeof command === "string") console.log(`${peer.name} is left out: ${command}`);
    else present.push(peer);
  }
  return present;
}
