/**
 * How many acks a second the log gives, and how late: through the journal, with the store in this
 * thread and in Workers, beside what the disk itself takes for an fsync.
 *
 * Run: `deno run -A tests/bench/commit_bench.ts [seconds of each run]`
 */
import { systemClock } from "../../core/clock.ts";
import { Journal } from "../../core/journal.ts";
import { createLog } from "../../core/log.ts";
import { SqliteStore, type SqliteStoreOptions } from "../../core/store_sqlite.ts";

const SENDERS = [1, 16, 256];
const RUN_MS = Number(Deno.args[0] ?? 5) * 1000;
/** Runs of each kind, the kinds in turn, of which the middle one is shown. */
const ROUNDS = 3;
const FSYNCS = 300;
const LAG_EVERY_MS = 5;

interface Result {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly lagP99: number;
  readonly lagMax: number;
}

const log = createLog({ level: "error", format: "json", clock: systemClock, write: console.error });

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

/** What one page written at a file's end and synced takes. */
async function measureDisk(folder: string): Promise<readonly [p50: number, p99: number]> {
  using file = await Deno.open(`${folder}/fsync`, { create: true, write: true });
  const page = new Uint8Array(4096).fill(1);
  const times: number[] = [];
  for (let i = 0; i < FSYNCS; i++) {
    const started = performance.now();
    file.writeSync(page);
    file.syncDataSync();
    times.push(performance.now() - started);
  }
  return [percentile(times, 0.5), percentile(times, 0.99)];
}

async function run(senders: number, options: Partial<SqliteStoreOptions>): Promise<Result> {
  const dataDir = await Deno.makeTempDir();
  const store = await SqliteStore.open({ dataDir, clock: systemClock, log, ...options });
  const journal = new Journal(store, systemClock, {
    onCommitted: () => {},
    onError: (cause) => console.error(cause),
  });
  const lag = watchLag();
  const latencies: number[] = [];
  const started = performance.now();
  const isOver = () => performance.now() - started >= RUN_MS;
  await Promise.all(Array.from({ length: senders }, async (_, sender) => {
    for (let n = 0; !isOver(); n++) latencies.push(await send(journal, sender, n));
  }));
  const seconds = (performance.now() - started) / 1000;
  const lags = lag.stop();
  await store.close();
  await Deno.remove(dataDir, { recursive: true });
  return {
    perSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    lagP99: percentile(lags, 0.99),
    lagMax: Math.max(...lags),
  };
}

/** Sends one message and waits for its ack. Returns how long that took, in milliseconds. */
function send(journal: Journal, sender: number, n: number): Promise<number> {
  const started = performance.now();
  const author = `a_${sender}`;
  const text = `message ${n} of sender ${sender}, as long as most of them are`;
  const about = { kind: "message", to: { kind: "lobby" }, from: `user${sender}` } as const;
  return new Promise((resolve, reject) =>
    journal.append({ ...about, author, text, key: `k${n}` }, ({ outcome }) => {
      if (outcome === "stored") resolve(performance.now() - started);
      else reject(new Error(`Cannot go on: ${outcome}`));
    })
  );
}

/** How late timers fire: what a turn of the event loop takes from everybody else. */
function watchLag() {
  const lags: number[] = [];
  let due = performance.now() + LAG_EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    lags.push(Math.max(0, now - due));
    due = now + LAG_EVERY_MS;
  }, LAG_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return lags;
    },
  };
}

function row(values: readonly (string | number)[]): void {
  const cells = values.map((value) => typeof value === "number" ? value.toFixed(1) : value);
  console.log(`| ${cells.join(" | ")} |`);
}

const folder = await Deno.makeTempDir();
const [p50, p99] = await measureDisk(folder);
await Deno.remove(folder, { recursive: true });
console.log(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores`);
console.log(`fsync of a page: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms\n`);
row(["senders", "store", "acks a second", "ack p50 ms", "p99 ms", "loop lag p99 ms", "max ms"]);
row(Array.from({ length: 7 }, () => "---"));
for (const senders of SENDERS) {
  const kinds = [["in this thread", false], ["in Workers", true]] as const;
  const results = new Map<string, Result[]>(kinds.map(([kind]) => [kind, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [kind, inWorkers] of kinds) {
      results.get(kind)!.push(await run(senders, { inWorkers }));
    }
  }
  for (const [kind, runs] of results) {
    const middle = runs.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(ROUNDS / 2)]!;
    const { perSecond, lagP99, lagMax } = middle;
    const acks = String(Math.round(perSecond));
    row([String(senders), kind, acks, middle.p50, middle.p99, lagP99, lagMax]);
  }
}
