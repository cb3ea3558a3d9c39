import { PROJECT, startCommand } from "../support/program.ts";
import type { Speech } from "./job.ts";
import { runText, type Tools } from "./tools.ts";

/** A server that can be measured. */
export interface Peer {
  readonly name: string;
  /** What it is, for tables. */
  readonly title: string;
  /** What a client can rely on, for tables. */
  readonly promise: string;
  readonly speech: Speech;
  /** How it is started, or a sentence that says why it can't be. */
  command(options: StartOptions): Promise<PeerCommand | string>;
  /** What it runs on and in which version. */
  version(tools: Tools): Promise<string>;
}

/** What starting needs to know. */
export interface StartOptions {
  readonly port: number;
  readonly tools: Tools;
  /** An empty folder on the disk that is measured. */
  readonly dataDir: string;
  readonly hasDefaultLimits: boolean;
}

/** How a server is started. */
export interface PeerCommand {
  readonly path: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

const FOLDER = new URL("./peers/", import.meta.url);
const LIMITS_OFF = ["--rate", "--max-connections", "--max-per-address", "--max-per-session"]
  .flatMap((flag) => [flag, "0"]);

const PYTHON_VERSIONS = "import platform, fastapi, uvicorn, uvloop; " +
  'print(f"Python {platform.python_version()}, FastAPI {fastapi.__version__}, ' +
  'Uvicorn {uvicorn.__version__}, uvloop {uvloop.__version__}")';
const NO_PACKAGES = "needs packages from the npm registry, which could not be installed";

const NOTHING = "nothing: no log, no acks, no bound on what waits for a slow reader";
const IN_MEMORY = "acks, order, bounded queues; the log lasts as long as the process";
const ON_DISK = "the same, and an ack means that the message is on disk (fsync)";

/** Every server, in the order in which they are shown. */
export const PEERS: readonly Peer[] = [
  {
    name: "fastapi",
    title: "FastAPI + Uvicorn",
    promise: NOTHING,
    speech: "plain",
    command: ({ port, tools }) => Promise.resolve(uvicorn(port, tools)),
    version: ({ python }) => python ? runText([python, "-c", PYTHON_VERSIONS]) : unknown(),
  },
  {
    name: "ws",
    title: "ws on Node",
    promise: NOTHING,
    speech: "plain",
    command: (options) => Promise.resolve(node("node_ws.mjs", options)),
    version: (tools) => nodeVersion("ws", tools),
  },
  {
    name: "socket.io",
    title: "Socket.IO on Node",
    promise: NOTHING,
    speech: "socket.io",
    command: (options) => Promise.resolve(node("node_socket_io.mjs", options)),
    version: (tools) => nodeVersion("socket.io", tools),
  },
  {
    name: "deno",
    title: "Hono on Deno, one `send` a reader",
    promise: NOTHING,
    speech: "plain",
    command: ({ port }) =>
      Promise.resolve(inProject(Deno.execPath(), ["run", "-A", file("deno_hono.ts"), `${port}`])),
    version: () => Promise.resolve(`Deno ${Deno.version.deno}`),
  },
  bun("bun", "Bun’s pub/sub", "bun_pubsub.mjs", "plain"),
  bun("bun-joined", "Bun, messages of a turn joined", "bun_joined.mjs", "joined"),
  parley("parley-memory-plain", "Parley, plain, in memory", IN_MEMORY, "parley", "memory"),
  parley("parley-memory-v1", "Parley, `parley.v1`, in memory", IN_MEMORY, "parley.v1", "memory"),
  parley("parley-memory", "Parley, deflated, in memory", IN_MEMORY, "parley.v1.deflate", "memory"),
  parley("parley-plain", "Parley, plain, log on", ON_DISK, "parley", "sqlite"),
  parley("parley-v1", "Parley, `parley.v1`, log on", ON_DISK, "parley.v1", "sqlite"),
  parley("parley", "Parley, deflated, log on", ON_DISK, "parley.v1.deflate", "sqlite"),
  fromOtherCheckout("other-memory", "The other Parley, in memory", IN_MEMORY, "memory"),
  fromOtherCheckout("other", "The other Parley, log on", ON_DISK, "sqlite"),
];

function uvicorn(port: number, { python }: Tools): PeerCommand | string {
  if (python === undefined) {
    return "needs Python with fastapi, uvicorn, uvloop, httptools and websockets " +
      "(Debian: python3-fastapi python3-uvicorn python3-uvloop python3-httptools " +
      "python3-websockets)";
  }
  const options = ["--loop", "uvloop", "--http", "httptools", "--ws", "websockets"];
  const quiet = ["--log-level", "warning", "--no-access-log", "--backlog", "4096"];
  const args = ["-m", "uvicorn", "fastapi_app:app", "--port", `${port}`, ...options, ...quiet];
  return { path: python, args, cwd: decodeURIComponent(FOLDER.pathname) };
}

function node(name: string, { port, tools }: StartOptions): PeerCommand | string {
  if (tools.packages === undefined) return NO_PACKAGES;
  return { path: "node", args: [file(name), `${port}`], cwd: tools.packages };
}

async function nodeVersion(name: string, { packages }: Tools): Promise<string> {
  if (packages === undefined) return unknown();
  const manifest = await Deno.readTextFile(`${packages}/node_modules/${name}/package.json`);
  return `Node ${await runText(["node", "--version"])}, ${name} ${JSON.parse(manifest).version}`;
}

function bun(name: string, title: string, script: string, speech: Speech): Peer {
  return {
    name,
    title,
    promise: NOTHING,
    speech,
    command: ({ port, tools: { bun } }) =>
      Promise.resolve(bun ? inProject(bun, [file(script), `${port}`]) : NO_PACKAGES),
    version: async ({ bun }) => bun ? `Bun ${await runText([bun, "--version"])}` : unknown(),
  };
}

function parley(
  name: string,
  title: string,
  promise: string,
  speech: Speech,
  store: "memory" | "sqlite",
): Peer {
  return {
    name,
    title,
    promise,
    speech,
    command: (options) => commandOf(PROJECT, store, options),
    version: () => versionOf(PROJECT),
  };
}

/** Parley as another checkout has it, to see what a change has done to it. */
function fromOtherCheckout(
  name: string,
  title: string,
  promise: string,
  store: "memory" | "sqlite",
): Peer {
  return {
    name,
    title,
    promise,
    speech: "parley.v1.deflate",
    command: async (options) => {
      const { otherCheckout } = options.tools;
      return otherCheckout
        ? await commandOf(otherCheckout, store, options)
        : "needs a checkout of Parley, named by --beside";
    },
    version: async ({ otherCheckout }) =>
      otherCheckout ? await versionOf(otherCheckout) : unknown(),
  };
}

async function commandOf(
  project: URL,
  store: "memory" | "sqlite",
  { port, dataDir, hasDefaultLimits }: StartOptions,
): Promise<PeerCommand> {
  const [path, ...args] = await startCommand(project);
  const settings = ["--port", `${port}`, "--store", store, "--data", dataDir];
  const limits = hasDefaultLimits ? [] : LIMITS_OFF;
  return inProject(path, [...args, ...settings, "--log-level", "warn", ...limits], project);
}

function versionOf(project: URL): Promise<string> {
  return runText([Deno.execPath(), "run", "-A", "main.ts", "--version"], project);
}

function unknown(): Promise<string> {
  return Promise.resolve("not there");
}

function file(name: string): string {
  return decodeURIComponent(new URL(name, FOLDER).pathname);
}

function inProject(path: string, args: readonly string[], project = PROJECT): PeerCommand {
  return { path, args, cwd: decodeURIComponent(project.pathname) };
}
