import { percentile } from "./latencies.ts";
import { runText } from "./tools.ts";

/** What was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly deno: string;
  readonly fileSystem: string;
  /** How long the disk takes to make 4 KiB safe, in milliseconds. */
  readonly fsyncMs: { readonly p50: number; readonly p99: number };
  readonly at: string;
}

const SYNCS = 300;
const SYNC_BYTES = 4096;

/** Describes this machine and the disk that `folder` is on. */
export async function describeMachine(folder: string): Promise<Machine> {
  const cpuInfo = await Deno.readTextFile("/proc/cpuinfo");
  return {
    cpu: /^model name\s*:\s*(.+)$/m.exec(cpuInfo)?.[1] ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    system: `Linux ${Deno.osRelease()}`,
    deno: Deno.version.deno,
    fileSystem: await fileSystemOf(folder),
    fsyncMs: measureSyncs(folder),
    at: new Date().toISOString(),
  };
}

async function fileSystemOf(folder: string): Promise<string> {
  const table = await runText(["df", "--output=fstype", folder]);
  return table.split("\n").at(-1) ?? "an unknown file system";
}

/** Times appending a block and syncing it, which is what a commit costs at least. */
function measureSyncs(folder: string): { p50: number; p99: number } {
  const path = Deno.makeTempFileSync({ dir: folder, prefix: "parley-bench-sync-" });
  try {
    using file = Deno.openSync(path, { append: true });
    const block = new Uint8Array(SYNC_BYTES);
    const times = Array.from({ length: SYNCS }, () => {
      const startedAt = performance.now();
      file.writeSync(block);
      file.syncDataSync();
      return performance.now() - startedAt;
    }).sort((a, b) => a - b);
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
  } finally {
    Deno.removeSync(path);
  }
}
