import { PROJECT, startCommand } from "../support/program.ts";
import type { Speech } from "./load/job.ts";
import { runText, type Tools } from "./tools.ts";

/** A server that can be measured. */
export interface Peer {
  readonly name: string;
  /** What it is, for tables. */
  readonly title: string;
  /** What a client can rely on, for tables. */
  readonly promise: string;
  readonly speech: Speech;
  /** Finds its version and how to start it, or returns a sentence that says what is missing. */
  find(tools: Tools): Promise<Program | string>;
}

/** A server that is installed. */
export interface Program {
  readonly version: string;
  readonly cwd: string | URL;
  /** The command that starts it, with an empty folder on the disk that is measured. */
  command(port: number, dataDir: string): readonly [string, ...string[]];
}

const FOLDER = new URL("./peers/", import.meta.url);
const LIMITS_OFF = ["--rate", "--max-connections", "--max-per-address", "--max-per-session"]
  .flatMap((flag) => [flag, "0"]);

const PYTHON_VERSIONS = "import platform, fastapi, uvicorn, uvloop; " +
  'print(f"Python {platform.python_version()}, FastAPI {fastapi.__version__}, ' +
  'Uvicorn {uvicorn.__version__}, uvloop {uvloop.__version__}")';
const UVICORN_FLAGS = "--loop uvloop --http httptools --ws websockets --log-level warning " +
  "--no-access-log --backlog 4096";
const NO_PYTHON = "needs Python with fastapi, uvicorn, uvloop, httptools and websockets (Debian: " +
  "python3-fastapi python3-uvicorn python3-uvloop python3-httptools python3-websockets)";
const NO_PACKAGES = "needs packages from the npm registry, which could not be installed";
const NO_CHECKOUT = "needs another checkout of Parley: --beside DIR";

const NOTHING = "nothing: no log, no acks, no bound on what waits for a slow reader";
const IN_MEMORY = "acks, order, bounded queues; the log lasts as long as the process";
const ON_DISK = "the same, and an ack means that the message is on disk (fsync)";

/** Every server, in the order in which the report shows them. */
export const PEERS: readonly Peer[] = [
  peer("fastapi", "FastAPI + Uvicorn", "plain", uvicorn),
  peer("ws", "ws on Node", "plain", (tools) => node("ws", "node_ws.mjs", tools)),
  peer(
    "socket.io",
    "Socket.IO on Node",
    "socket.io",
    (tools) => node("socket.io", "node_socket_io.mjs", tools),
  ),
  peer("deno", "Hono on Deno, one `send` a reader", "plain", deno),
  peer("bun", "Bun’s pub/sub", "plain", (tools) => bun(tools)),
  peer("bun-joined", "Bun, messages of a turn joined", "plain", (tools) => bun(tools, "joined")),
  parley("parley-memory", "Parley, deflated, in memory", "parley.v1.deflate", "memory"),
  parley("parley-plain", "Parley, plain, log on", "parley", "sqlite"),
  parley("parley-v1", "Parley, `parley.v1`, log on", "parley.v1", "sqlite"),
  parley("parley", "Parley, deflated, log on", "parley.v1.deflate", "sqlite"),
  {
    ...parley("other", "The other Parley, log on", "parley.v1.deflate", "sqlite"),
    find: async ({ otherCheckout }) =>
      otherCheckout ? await programOf(otherCheckout, "sqlite") : NO_CHECKOUT,
  },
];

function peer(name: string, title: string, speech: Speech, find: Peer["find"]): Peer {
  return { name, title, promise: NOTHING, speech, find };
}

function parley(name: string, title: string, speech: Speech, store: "memory" | "sqlite"): Peer {
  const promise = store === "memory" ? IN_MEMORY : ON_DISK;
  return { name, title, promise, speech, find: () => programOf(PROJECT, store) };
}

async function programOf(project: URL, store: "memory" | "sqlite"): Promise<Program> {
  const start = await startCommand(project);
  const version = await runText([Deno.execPath(), "run", "-A", "main.ts", "--version"], project);
  const flags = ["--store", store, "--log-level", "warn", ...LIMITS_OFF];
  return {
    version,
    cwd: project,
    command: (port, dataDir) => [...start, "--port", `${port}`, "--data", dataDir, ...flags],
  };
}

async function uvicorn({ python }: Tools): Promise<Program | string> {
  if (python === undefined) return NO_PYTHON;
  const flags = UVICORN_FLAGS.split(" ");
  return {
    version: await runText([python, "-c", PYTHON_VERSIONS]),
    cwd: FOLDER,
    command: (port) => [python, "-m", "uvicorn", "fastapi_app:app", "--port", `${port}`, ...flags],
  };
}

async function node(name: string, script: string, { packages }: Tools): Promise<Program | string> {
  if (packages === undefined) return NO_PACKAGES;
  const manifest = await Deno.readTextFile(`${packages}/node_modules/${name}/package.json`);
  return {
    version: `Node ${await runText(["node", "--version"])}, ${name} ${
      JSON.parse(manifest).version
    }`,
    cwd: packages,
    command: (port) => ["node", pathOf(script), `${port}`],
  };
}

async function bun({ bun }: Tools, ...args: string[]): Promise<Program | string> {
  if (bun === undefined) return NO_PACKAGES;
  const version = `Bun ${await runText([bun, "--version"])}`;
  return { version, cwd: PROJECT, command: (port) => [bun, pathOf("bun.mjs"), `${port}`, ...args] };
}

function deno(): Promise<Program> {
  return Promise.resolve({
    version: `Deno ${Deno.version.deno}`,
    cwd: PROJECT,
    command: (port) => [Deno.execPath(), "run", "-A", pathOf("deno_hono.ts"), `${port}`],
  });
}

function pathOf(script: string): string {
  return decodeURIComponent(new URL(script, FOLDER).pathname);
}
