import type * as z from "zod";
import { helpText } from "./config_help.ts";
import { environmentName, type Facts, type Setting, SETTINGS } from "./settings.ts";
import { type ToolName, TOOLS, usageOf } from "./tools.ts";

export type { Facts };

/** Every setting, complete and frozen; see `docs/configuration.md`. */
export type Config = {
  readonly [Name in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Name]["schema"]>;
};

/** What the command line asks for. */
export type Command =
  | { readonly kind: "run"; readonly config: Config }
  | {
    readonly kind: "tool";
    readonly tool: ToolName;
    /** Absent: standard input or output, or the tool needs none. */
    readonly file: string | undefined;
    readonly config: Config;
  }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" };

/** Environment variables by name; one that is empty counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A command line or environment that can't be followed; its message is one line for people. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** A value somebody typed, and where. */
interface Given {
  readonly text: string;
  /** `--port` or `PARLEY_PORT`. */
  readonly source: string;
}

/**
 * Reads the command line and the environment; a flag wins over its environment variable.
 *
 * @param args What follows the program's name.
 * @throws {ConfigError} On an unknown or repeated flag, a bad value, or settings that contradict
 * each other.
 */
export function parseConfig(args: readonly string[], env: Environment, facts: Facts): Command {
  if (args.some((arg) => arg === "--help" || arg === "-h")) {
    return { kind: "help", text: helpText() };
  }
  if (args.includes("--version") || args.includes("-V")) return { kind: "version" };
  const { flags, words } = readFlags(args);
  const values = Object.entries(SETTINGS).map(([name, setting]) => {
    const given = flags.get(setting.flag) ?? fromEnvironment(setting, env);
    return [name, readValue(setting, given, facts)];
  });
  const config = Object.freeze(Object.fromEntries(values)) as Config;
  rejectContradictions(config);
  return words.length === 0 ? { kind: "run", config } : readTool(words, config);
}

function readTool([tool = "", file, ...more]: readonly string[], config: Config): Command {
  if (!isTool(tool)) throw new ConfigError(`Unexpected argument ${quote(tool)}.`);
  const takesFile = TOOLS[tool].file !== "none";
  const stray = takesFile ? more[0] : file;
  if (stray !== undefined) throw new ConfigError(`Unexpected argument ${quote(stray)}.`);
  if (TOOLS[tool].file === "needed" && file === undefined) {
    throw new ConfigError(`A file is missing: parley ${usageOf(tool)}.`);
  }
  return { kind: "tool", tool, file, config };
}

function isTool(word: string): word is ToolName {
  return Object.hasOwn(TOOLS, word);
}

/** The flags, and the words between them. */
function readFlags(args: readonly string[]) {
  const flags = new Map<string, Given>();
  const words: string[] = [];
  const known = new Set<string>(Object.values(SETTINGS).map((setting) => setting.flag));
  for (let index = 0; index < args.length; index++) {
    if (args[index] === "--") continue; // Out of habit, between a task's name and its flags.
    if (!args[index]!.startsWith("-")) {
      words.push(args[index]!);
      continue;
    }
    const [, flag, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(args[index]!) ?? [];
    if (flag === undefined) throw new ConfigError(`Unexpected argument ${quote(args[index]!)}.`);
    const source = `--${flag}`;
    if (!known.has(flag)) throw new ConfigError(`Unknown flag ${quote(source)}; see --help.`);
    if (flags.has(flag)) throw new ConfigError(`${source} is given more than once.`);
    const text = inline ?? args[++index];
    if (text === undefined) throw new ConfigError(`${source} needs a value; see --help.`);
    flags.set(flag, { text, source });
  }
  return { flags, words };
}

function fromEnvironment(setting: Setting, env: Environment): Given | undefined {
  const source = environmentName(setting.flag);
  const text = env[source];
  return text === undefined || text === "" ? undefined : { text, source };
}

function readValue(setting: Setting, given: Given | undefined, facts: Facts): unknown {
  const text = given?.text ?? defaultText(setting, facts);
  const result = setting.schema.safeParse(text);
  if (result.success) return result.data;
  const source = given?.source ?? `--${setting.flag}`;
  throw new ConfigError(
    `${source} must be ${result.error.issues[0]!.message}: it is ${quote(text)}.`,
  );
}

function defaultText(setting: Setting, facts: Facts): string {
  return typeof setting.default === "string" ? setting.default : setting.default(facts);
}

function rejectContradictions(config: Config): void {
  if (config.rate > 0 && config.burst === 0) {
    throw new ConfigError("--burst must be at least 1 unless --rate is 0: nothing could be sent.");
  }
  if (config.nameTtlMs < config.leaveGraceMs) {
    throw new ConfigError("--name-ttl must not be shorter than --leave-grace.");
  }
}

/** Quotes what was typed so that it stays on one line. */
function quote(text: string): string {
  return `“${JSON.stringify(text).slice(1, -1).slice(0, 100)}”`;
}
