/** Clock ticks a second in `/proc`: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;
/** Columns of `/proc/<pid>/stat` behind the name in parentheses. */
const COLUMNS = { userTicks: 11, systemTicks: 12 } as const;

/** CPU time a process has used, all threads, in seconds. */
export function cpuSeconds(pid: number | "self"): number {
  const columns = read(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
  return (Number(columns[COLUMNS.userTicks]) + Number(columns[COLUMNS.systemTicks])) /
    TICKS_PER_SECOND;
}

/** CPU time the whole machine has used, in seconds. */
export function machineCpuSeconds(): number {
  const [user, nice, system, , , irq, softirq] = read("/proc/stat").split(/\s+/, 8).slice(1)
    .map(Number);
  return (user! + nice! + system! + irq! + softirq!) / TICKS_PER_SECOND;
}

/** Memory a process has resident, in bytes: now, and at most since it started. */
export function residentBytes(pid: number): { now: number; peak: number } {
  const status = read(`/proc/${pid}/status`);
  return { now: kibibytes(status, "VmRSS") * 1024, peak: kibibytes(status, "VmHWM") * 1024 };
}

function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? NaN);
}

function read(path: string): string {
  return Deno.readTextFileSync(path);
}
