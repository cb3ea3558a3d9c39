import { cpuSeconds, machineCpuSeconds, residentBytes } from "./proc.ts";

/** CPU time used between two moments, as shares of one core. */
export interface Shares {
  readonly seconds: number;
  readonly serverCpu: number;
  readonly clientCpu: number;
  /** What everything else on the machine used. */
  readonly otherCpu: number;
}

/** Reads what server and client take of the machine. The client is this process. */
export class Meter {
  /** The server's resident bytes when this was made. */
  readonly bytesBefore: number;
  #serverPid: number;

  constructor(serverPid: number) {
    this.#serverPid = serverPid;
    this.bytesBefore = this.residentBytes();
  }

  /** The server's resident bytes now. */
  residentBytes(): number {
    return residentBytes(this.#serverPid).now;
  }

  /** The most that were resident at any time. */
  peakBytes(): number {
    return residentBytes(this.#serverPid).peak;
  }

  /** Begins to measure; the function it returns tells what was used since. */
  start(): () => Shares {
    const before = this.#read();
    return () => {
      const after = this.#read();
      const seconds = (after.nowMs - before.nowMs) / 1000;
      const share = (name: "server" | "client" | "machine") =>
        seconds === 0 ? 0 : (after[name] - before[name]) / seconds;
      const [serverCpu, clientCpu] = [share("server"), share("client")];
      const otherCpu = Math.max(0, share("machine") - serverCpu - clientCpu);
      return { seconds, serverCpu, clientCpu, otherCpu };
    };
  }

  #read() {
    return {
      nowMs: performance.now(),
      server: cpuSeconds(this.#serverPid),
      client: cpuSeconds("self"),
      machine: machineCpuSeconds(),
    };
  }
}
