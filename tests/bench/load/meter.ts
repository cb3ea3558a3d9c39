/** Clock ticks per second in `/proc`: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;
/** Columns of `/proc/<pid>/stat` after the name in parentheses. */
const COLUMNS = { userTicks: 11, systemTicks: 12 } as const;

/** CPU time used between two moments, as shares of one core. */
export interface Shares {
  readonly seconds: number;
  readonly serverCpu: number;
  readonly clientCpu: number;
  /** What everything else on the machine used. */
  readonly otherCpu: number;
}

/** Starts to measure the CPU time of a server and of this process; call the result to stop. */
export function startMeter(serverPid: number): () => Shares {
  const read = () => ({
    seconds: performance.now() / 1000,
    server: cpuSeconds(serverPid),
    client: cpuSeconds("self"),
    machine: machineCpuSeconds(),
  });
  const before = read();
  return () => {
    const after = read();
    const seconds = after.seconds - before.seconds;
    const share = (name: "server" | "client" | "machine") =>
      seconds === 0 ? 0 : (after[name] - before[name]) / seconds;
    const [serverCpu, clientCpu] = [share("server"), share("client")];
    const otherCpu = Math.max(0, share("machine") - serverCpu - clientCpu);
    return { seconds, serverCpu, clientCpu, otherCpu };
  };
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) * 1024;
}

/** CPU time of all threads of a process. */
function cpuSeconds(pid: number | "self"): number {
  const columns = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
  return (Number(columns[COLUMNS.userTicks]) + Number(columns[COLUMNS.systemTicks])) /
    TICKS_PER_SECOND;
}

function machineCpuSeconds(): number {
  const [user, nice, system, , , irq, softirq] = Deno.readTextFileSync("/proc/stat")
    .split(/\s+/, 8).slice(1).map(Number);
  return (user! + nice! + system! + irq! + softirq!) / TICKS_PER_SECOND;
}
