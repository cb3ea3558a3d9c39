/** How a program ended. */
export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A server in a process of its own, ready to be opened. Dispose of it after use. */
export interface RunningProgram extends AsyncDisposable {
  /** As it printed it: `http://localhost:41234/`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly ended: Promise<Ending>;
  signal(name: Deno.Signal): void;
}

/** What comes before the settings: a binary, or Deno with its flags. */
export type ProgramCommand = readonly [path: string, ...args: string[]];

/** The folder of the project. */
export const PROJECT = new URL("../../", import.meta.url);

/** Runs a program to its end. */
export async function runProgram(
  [path, ...args]: ProgramCommand,
  env: Record<string, string> = {},
): Promise<Ending> {
  const output = await new Deno.Command(path, { args, env, cwd: PROJECT }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => decode(bytes));
  return { code: output.code, stdout: stdout!, stderr: stderr! };
}

/** How long a server may take to say where it is, in milliseconds. */
const START_LIMIT_MS = 30_000;

/**
 * Starts a server and waits until it says where it is.
 *
 * @throws {Error} When it ends before, or doesn't say so in time and is killed.
 */
export async function startProgram(
  [path, ...args]: ProgramCommand,
  cwd: URL | string = PROJECT,
): Promise<RunningProgram> {
  const child = new Deno.Command(path, { args, cwd, stdout: "piped", stderr: "piped" }).spawn();
  const ready = Promise.withResolvers<string>();
  const texts = Promise.all([readAll(child.stdout, ready.resolve), readAll(child.stderr)]);
  let isRunning = true;
  const ended = (async () => {
    const [[stdout, stderr], { code }] = [await texts, await child.status];
    isRunning = false;
    ready.reject(new Error(`Ended before it was ready, with code ${code}: ${stderr}`));
    return { code, stdout: stdout!, stderr: stderr! };
  })();
  const limit = setTimeout(() => child.kill("SIGKILL"), START_LIMIT_MS);
  const url = await ready.promise.finally(() => clearTimeout(limit));
  const signal = (name: Deno.Signal) => child.kill(name);
  const dispose = async () => {
    if (isRunning) signal("SIGKILL");
    await ended;
  };
  const { pid } = child;
  const port = Number(new URL(url).port);
  return { url, port, pid, ended, signal, [Symbol.asyncDispose]: dispose };
}

/** The command that `deno task start` stands for, without the task runner in between. */
export function startCommand(project?: URL): Promise<ProgramCommand> {
  return taskCommand("start", Deno.execPath(), project);
}

/** The command that a task stands for. What the task depends on isn't run. */
export async function taskCommand(
  name: string,
  deno: string = Deno.execPath(),
  project: URL = PROJECT,
): Promise<ProgramCommand> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", project)));
  const command: string = tasks[name].command ?? tasks[name];
  const [, ...args] = command.replaceAll("'", "").split(" ");
  return [deno, ...args];
}

async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onUrl: (url: string) => void = () => {},
): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    const url = /open (http:\S+)\s/.exec(text)?.[1];
    if (url !== undefined) onUrl(url);
  }
  return text;
}

function decode(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder().decode(bytes);
}
