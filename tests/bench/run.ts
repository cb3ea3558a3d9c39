import type { Case } from "./cases.ts";
import type { Job, JobResult } from "./load/job.ts";
import type { Peer, Program } from "./peers.ts";

/** Limit for a server's start. */
const START_LIMIT_MS = 20_000;
const POLL_MS = 25;
/** A core with this load is saturated. */
const SATURATED = 0.9;
/** Cores that server and client are pinned to. */
const CORES = { server: "0", client: "1" } as const;
const CLIENT = decodeURIComponent(new URL("./load/load.ts", import.meta.url).pathname);

/** A server to measure, and the folder on the disk to measure. */
export interface RunOptions {
  readonly peer: Peer;
  readonly program: Program;
  readonly canPin: boolean;
  readonly dataDir: string;
}

/**
 * Starts a server, lets a load client carry out a case, and stops the server.
 *
 * @throws {Error} If the server fails, a message is lost or duplicated, or the client was saturated.
 */
export async function runCase(measured: Case, options: RunOptions): Promise<JobResult> {
  const { peer, program, canPin } = options;
  const port = freePort();
  const dataDir = await Deno.makeTempDir({ dir: options.dataDir, prefix: "parley-bench-" });
  const [path, ...args] = pinned(program.command(port, dataDir), CORES.server, canPin);
  const stdio = { stdout: "null", stderr: "piped" } as const;
  const server = new Deno.Command(path, { args, cwd: program.cwd, ...stdio }).spawn();
  const output = new Response(server.stderr).text();
  let isRunning = true;
  void server.status.then(() => isRunning = false);
  const stop = async () => {
    if (isRunning) server.kill("SIGKILL");
    await server.status;
    return await output;
  };
  try {
    await listening(port, () => isRunning);
    const job: Job = { ...measured.job, port, speech: peer.speech, serverPid: server.pid };
    return refuseIfLimited(await runClient(job, canPin));
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${(await stop()).slice(-2000)}`.trim());
  } finally {
    await stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Carries out a job in a process of its own. */
export async function runClient(job: Job, canPin: boolean): Promise<JobResult> {
  const command = [Deno.execPath(), "run", "-A", "--quiet", CLIENT, JSON.stringify(job)] as const;
  const [path, ...args] = pinned(command, CORES.client, canPin);
  const output = await new Deno.Command(path, { args }).output();
  const [text, problem] = [output.stdout, output.stderr].map((b) => new TextDecoder().decode(b));
  if (!output.success) throw new Error(problem!.trim());
  return JSON.parse(text!);
}

/** A saturated client beside a server with time to spare has measured itself. */
function refuseIfLimited(result: JobResult): JobResult {
  const { clientCpu, serverCpu } = result;
  if (clientCpu <= SATURATED || serverCpu >= SATURATED) return result;
  const shares = [clientCpu, serverCpu].map((share) => `${Math.round(share * 100)} %`);
  throw new Error(`The client was the limit: it took ${shares[0]}, the server ${shares[1]}`);
}

/** `taskset` replaces itself by the command, so the process id is the command's. */
function pinned(
  command: readonly [string, ...string[]],
  core: string,
  canPin: boolean,
): readonly [string, ...string[]] {
  return canPin ? ["taskset", "-c", core, ...command] : command;
}

/** Resolves once a server accepts connections on a port. */
async function listening(port: number, isRunning: () => boolean): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (isRunning() && performance.now() < deadline) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error("The server did not start");
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
