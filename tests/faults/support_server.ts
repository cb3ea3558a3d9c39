import {
  type Ending,
  type ProgramCommand,
  type RunningProgram,
  runProgram,
  startCommand,
  startProgram,
} from "../support/program.ts";

const [DENO, ...START] = await startCommand();
/** Limits that are not what these tests are about. */
const NO_LIMITS = [
  "--rate",
  "--max-connections",
  "--max-per-address",
  "--max-per-session",
].flatMap((flag) => [flag, "0"]);

/** A new folder for a log, removed with all that is in it on disposal. */
export interface DataFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes a {@linkcode DataFolder}. */
export async function makeDataFolder(): Promise<DataFolder> {
  const path = await Deno.makeTempDir({ prefix: "parley-faults-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What a server serves, and how. */
export interface ServeOptions {
  readonly dataDir: string;
  /** 0 takes a free one. @default {0} */
  readonly port?: number;
  /** Settings beside the usual ones. */
  readonly args?: readonly string[];
  /** What comes before the command, such as `env` with variables. */
  readonly prefix?: readonly string[];
  /** Whether the limits that it has by default hold. @default {false} */
  readonly limits?: boolean;
}

/** The command that serves the log in a folder. */
export function serveCommand(options: ServeOptions): ProgramCommand {
  const { dataDir, port = 0, args = [], prefix = [], limits = false } = options;
  const noLimits = limits ? [] : NO_LIMITS;
  const settings = ["--port", String(port), "--data", dataDir, ...noLimits, ...args];
  return [...prefix, DENO, ...START, ...settings] as unknown as ProgramCommand;
}

/** Serves the log in a folder until the server ends, as it does when it refuses to start. */
export function serveUntilEnd(dataDir: string): Promise<Ending> {
  return runProgram(serveCommand({ dataDir }));
}

/**
 * The server in a process of its own, which can die and be started again on the same data. Dispose
 * of it after use.
 */
export class MortalServer implements AsyncDisposable {
  #options: ServeOptions;
  #program: RunningProgram | undefined;
  #up = Promise.withResolvers<void>();
  #isOver = false;

  private constructor(options: ServeOptions) {
    this.#options = options;
  }

  /** Starts it on a folder. */
  static async start(
    dataDir: string,
    args: readonly string[] = [],
    prefix: readonly string[] = [],
  ): Promise<MortalServer> {
    const server = new MortalServer({ dataDir, args, prefix });
    await server.restart();
    return server;
  }

  get port(): number {
    if (!this.#program) throw new TypeError("Cannot tell the port: the server is down");
    return this.#program.port;
  }

  /** As in `http://127.0.0.1:41234`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Where a client should connect, once there is a server. */
  endpoint = async (): Promise<string> => {
    while (!this.#program && !this.#isOver) await this.#up.promise;
    return this.#program ? `ws://127.0.0.1:${this.port}` : "ws://127.0.0.1:9";
  };

  /** Starts it again, on the same port if there is one to be had. @param port 0 takes a free one. */
  async restart(port = 0): Promise<void> {
    this.#program = await startProgram(serveCommand({ ...this.#options, port })).catch((error) => {
      // Another program of this machine may have taken the port meanwhile.
      if (port === 0 || !/the port is in use/.test(String(error))) throw error;
      return startProgram(serveCommand(this.#options));
    });
    this.#up.resolve();
  }

  /** Ends it with SIGKILL, in the middle of whatever it does. */
  kill(): Promise<void> {
    return this.#endBy("SIGKILL");
  }

  /** Ends it as an operator does. */
  stop(): Promise<void> {
    return this.#endBy("SIGTERM");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    if (this.#program) await this.kill();
    this.#up.resolve();
  }

  async #endBy(signal: Deno.Signal): Promise<void> {
    const program = this.#program;
    if (!program) return;
    this.#program = undefined;
    this.#up = Promise.withResolvers();
    program.signal(signal);
    await program.ended;
  }
}
