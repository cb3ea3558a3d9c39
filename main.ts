import { systemClock } from "./core/clock.ts";
import { type Config, ConfigError, type Environment, parseConfig } from "./core/config.ts";
import { createLog, type Log } from "./core/log.ts";
import { StoreOpenError } from "./core/store.ts";
import { environmentName, type Facts, SETTINGS } from "./core/settings.ts";
import { VERSION } from "./core/version.ts";
import { writeLine } from "./routes/lines.ts";
import { BundleError } from "./routes/page_bundle.ts";
import { type RunningServer, startServer } from "./routes/server.ts";
import { runTool, type ToolCommand } from "./routes/tools.ts";

/** Exit codes: told wrong, or gone wrong. */
const EXIT = { usage: 2, failure: 1 } as const;
/** Ctrl-C under `deno task` arrives twice within milliseconds; signals this close are one. */
const SAME_SIGNAL_MS = 100;
/** How long stopping may take in all before the process ends regardless. */
const STOP_LIMIT_MS = 4500;
/** Where counting the files that may be open ends; a machine that allows more needs a setting. */
const MAX_COUNTED_FILES = 32_768;

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const command = readCommand(args);
  if (command.kind === "help") return writeLine(Deno.stdout, command.text);
  if (command.kind === "version") return writeLine(Deno.stdout, `parley ${VERSION}`);
  if (command.kind === "tool") return await runToEnd(command);
  await run(command.config);
}

async function runToEnd(command: ToolCommand): Promise<void> {
  try {
    Deno.exit(await runTool(command) ? 0 : EXIT.failure);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), EXIT.failure);
  }
}

function readCommand(args: string[]) {
  try {
    return parseConfig(args, readEnvironment(), readFacts());
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, EXIT.usage);
    throw error;
  }
}

/**
 * Has the runtime write long packets to sockets without copying them first, which it does only when
 * this variable is there by its first WebSocket: a quarter less CPU for a broadcast to 1,000.
 */
function writeWithoutCopying(): void {
  const name = "DENO_USE_WRITEV";
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return;
  if (Deno.env.get(name) === undefined) Deno.env.set(name, "1");
}

async function run(config: Config): Promise<void> {
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat,
    clock: systemClock,
    write: (line) => writeLine(Deno.stderr, line),
  });
  logMistakes(log);
  writeWithoutCopying();
  const server = await start(config, log);
  stopOnSignal(server, log);
  log.info("started", { url: server.url, maxConnections: config.maxConnections });
  writeLine(Deno.stdout, `Parley ${VERSION} is ready: open ${server.url}`);
}

async function start(config: Config, log: Log): Promise<RunningServer> {
  try {
    return await startServer({ config, log });
  } catch (error) {
    if (error instanceof StoreOpenError || error instanceof BundleError) {
      return fail(error.message, EXIT.failure);
    }
    const where = `${config.host}, port ${config.port}`;
    return fail(`Cannot listen on ${where}: ${reasonOf(error)}`, EXIT.failure);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "the port is in use; choose another with --port.";
  }
  return error instanceof Error ? error.message : String(error);
}

/** Stops at the first signal; a second one, from somebody who won't wait, ends the process. */
function stopOnSignal(server: RunningServer, log: Log): void {
  let stoppingSince: number | undefined;
  const onSignal = (signal: Deno.Signal, code: number) => {
    if (stoppingSince === undefined) {
      stoppingSince = performance.now();
      log.info("stopping", { signal });
      stop(server, log, 0);
    } else if (performance.now() - stoppingSince > SAME_SIGNAL_MS) {
      Deno.exit(code);
    }
  };
  Deno.addSignalListener("SIGINT", () => onSignal("SIGINT", 130));
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGTERM", () => onSignal("SIGTERM", 143));
  // A closed terminal: without a listener it would end the process without a word to clients.
  Deno.addSignalListener("SIGHUP", () => onSignal("SIGHUP", 129));
}

async function stop(server: RunningServer, log: Log, code: number): Promise<never> {
  setTimeout(() => {
    log.warn("stopping timed out; exiting anyway");
    Deno.exit(code);
  }, STOP_LIMIT_MS);
  try {
    await server.stop();
    log.info("stopped");
  } catch (cause) {
    log.error("stopping failed", { cause: describe(cause) });
  }
  Deno.exit(code);
}

/** A mistake in one handler is logged and costs its own work, not everybody's connection. */
function logMistakes(log: Log): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.error("uncaught error", { error: describe(event.error) });
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("unhandled rejection", { error: describe(event.reason) });
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

function fail(message: string, code: number): never {
  writeLine(Deno.stderr, `parley: ${message.replaceAll("\n", " ")}`);
  Deno.exit(code);
}

/** Only the variables of settings: the permission to read others isn't asked for. */
function readEnvironment(): Environment {
  const names = Object.values(SETTINGS).map((setting) => environmentName(setting.flag));
  return Object.fromEntries(names.map((name) => [name, Deno.env.get(name)]));
}

function readFacts(): Facts {
  return {
    get fileDescriptors() {
      return countFileDescriptors();
    },
    isTerminal: Deno.stderr.isTerminal(),
  };
}

/**
 * How many files this process may have open, found by opening them: the system's own account of it
 * (`/proc/self/limits`) is shown only to a process with every permission. 20,000 take 0.15 s.
 */
function countFileDescriptors(): number | undefined {
  const files: Deno.FsFile[] = [];
  try {
    const path = Deno.build.os === "windows" ? "NUL" : "/dev/null";
    while (files.length < MAX_COUNTED_FILES) files.push(Deno.openSync(path));
    return files.length;
  } catch {
    return files.length || undefined; // Too many open files: that is the answer.
  } finally {
    for (const file of files) file.close();
  }
}
