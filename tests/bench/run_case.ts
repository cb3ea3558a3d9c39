import type { Case } from "./cases.ts";
import type { Job, JobResult } from "./job.ts";
import type { Peer, PeerCommand } from "./peers.ts";
import type { Tools } from "./tools.ts";

/** How long a server may take to listen. */
const START_LIMIT_MS = 20_000;
const POLL_MS = 25;
/** Ports are taken from below the range that clients get theirs from. */
const FIRST_PORT = 21_000;
const PORTS = 9000;
/** A core this busy is full. */
const FULL = 0.9;
/** Cores that server and client are pinned to; a server that may use both has the client's, too. */
const CORES = { server: "0", client: "1", both: "0,1" } as const;
const CLIENT = decodeURIComponent(new URL("./load_client.ts", import.meta.url).pathname);

let nextPort = FIRST_PORT + Math.floor(Math.random() * PORTS);

/** What a case is run with. */
export interface RunOn {
  readonly tools: Tools;
  /** Folder on the disk that is measured. */
  readonly dataDir: string;
}

/**
 * Starts a server, has a load client carry out a case on it, and stops it.
 *
 * @throws {Error} If what the server needs is not there, if a message was lost or doubled, or if the client was the limit.
 */
export async function runCase(peer: Peer, measured: Case, on: RunOn): Promise<JobResult> {
  const { tools } = on;
  const port = freePort();
  const dataDir = await Deno.makeTempDir({ dir: on.dataDir, prefix: "parley-bench-" });
  const hasDefaultLimits = measured.hasDefaultLimits ?? false;
  const command = await peer.command({ port, tools, dataDir, hasDefaultLimits });
  if (typeof command === "string") throw new Error(command);
  const cores = measured.hasBothCores ? CORES.both : CORES.server;
  await using server = new ServerProcess(command, { tools, cores });
  try {
    await server.listening(port);
    const job: Job = { ...measured.job, port, speech: peer.speech, serverPid: server.pid };
    return refuseIfLimited(await runClient(job, tools));
  } catch (error) {
    throw withOutput(error, await server.stop());
  } finally {
    await server.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Carries out a job in a process of its own. */
export async function runClient(job: Job, tools: Pick<Tools, "canPin">): Promise<JobResult> {
  const args = ["run", "-A", "--quiet", CLIENT, JSON.stringify(job)];
  const [path, ...rest] = pinned([Deno.execPath(), ...args], CORES.client, tools);
  const output = await new Deno.Command(path, { args: rest }).output();
  const [text, problem] = [output.stdout, output.stderr].map((b) => new TextDecoder().decode(b));
  if (!output.success) throw new Error(problem!.trim());
  return JSON.parse(text!);
}

/** A full client beside a server with time to spare has measured itself. */
export function refuseIfLimited(result: JobResult): JobResult {
  const { clientCpu, serverCpu } = result;
  if (clientCpu <= FULL || serverCpu >= FULL) return result;
  const shares = [clientCpu, serverCpu].map((share) => `${Math.round(share * 100)} %`);
  throw new Error(`The client was the limit: it took ${shares[0]}, the server ${shares[1]}`);
}

/** A server in a process of its own, whose output is kept for the case that it fails. */
class ServerProcess implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #output: Promise<string>;
  #isRunning = true;

  constructor(command: PeerCommand, { tools, cores }: { tools: Tools; cores: string }) {
    const [path, ...args] = pinned([command.path, ...command.args], cores, tools);
    const options = { args, cwd: command.cwd, stdout: "null", stderr: "piped" } as const;
    this.#child = new Deno.Command(path, options).spawn();
    this.#output = lastLines(this.#child.stderr);
    this.#child.status.then(() => this.#isRunning = false);
  }

  /** `taskset` becomes the server itself, so this is the server's. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves once the server accepts connections. */
  async listening(port: number): Promise<void> {
    const deadline = performance.now() + START_LIMIT_MS;
    while (this.#isRunning && performance.now() < deadline) {
      if (await isListening(port)) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error("The server did not start");
  }

  /** Ends the server and returns the last of what it wrote to standard error. */
  async stop(): Promise<string> {
    if (this.#isRunning) this.#child.kill("SIGKILL");
    await this.#child.status;
    return await this.#output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function pinned(
  command: readonly [string, ...string[]],
  cores: string,
  { canPin }: Pick<Tools, "canPin">,
): readonly [string, ...string[]] {
  return canPin ? ["taskset", "-c", cores, ...command] : command;
}

function withOutput(error: unknown, output: string): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(output === "" ? message : `${message}\n${output}`, { cause: error });
}

async function lastLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const MAX_LENGTH = 2000;
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-MAX_LENGTH);
  }
  return text.trim();
}

async function isListening(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

function freePort(): number {
  for (;;) {
    nextPort = FIRST_PORT + (nextPort - FIRST_PORT + 1) % PORTS;
    try {
      Deno.listen({ hostname: "127.0.0.1", port: nextPort }).close();
      return nextPort;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
