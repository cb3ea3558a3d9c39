import { parseArgs, type ParseArgsConfig } from "node:util";
import type * as z from "zod";
import { helpText } from "./config_help.ts";
import { environmentName, type Facts, type Setting, SETTINGS } from "./settings.ts";
import { type Tool, type ToolName, TOOLS, usageOf } from "./tools.ts";

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
    /** Whether `--digest` was given. */
    readonly isDigested: boolean;
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

/** A flag that was met, with its value if there is one. */
interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
}

/** A value somebody typed, and where. */
interface Given {
  readonly text: string;
  /** `--port` or `PARLEY_PORT`. */
  readonly source: string;
}

/** Every flag, as `parseArgs` wants to know it. */
const FLAGS: NonNullable<ParseArgsConfig["options"]> = {
  ...Object.fromEntries(
    Object.values(SETTINGS).map(({ flag }) => [flag, { type: "string" }] as const),
  ),
  digest: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
};

const NO_DIGEST = "--digest is a flag of verify: parley verify --digest.";

/**
 * Reads the command line and the environment; a flag wins over its environment variable.
 *
 * @param args What follows the program's name.
 * @throws {ConfigError} On an unknown or repeated flag, a bad value, or settings that contradict
 * each other.
 */
export function parseConfig(args: readonly string[], env: Environment, facts: Facts): Command {
  const { options, words } = readArguments(args);
  if (options.some(({ name }) => name === "help")) return { kind: "help", text: helpText() };
  if (options.some(({ name }) => name === "version")) return { kind: "version" };
  const flags = readFlags(options);
  const values = Object.entries(SETTINGS).map(([name, setting]) => {
    const given = flags.get(setting.flag) ?? fromEnvironment(setting, env);
    return [name, readValue(setting, given, facts)];
  });
  const config = Object.freeze(Object.fromEntries(values)) as Config;
  rejectContradictions(config);
  const isDigested = flags.has("digest");
  if (words.length > 0) return readTool(words, isDigested, config);
  if (isDigested) throw new ConfigError(NO_DIGEST);
  return { kind: "run", config };
}

function readTool(words: readonly string[], isDigested: boolean, config: Config): Command {
  const [tool = "", file, ...more] = words;
  if (!isTool(tool)) throw new ConfigError(`Unknown command ${quote(tool)}; see --help.`);
  const { hasDigest = false }: Tool = TOOLS[tool];
  if (isDigested && !hasDigest) throw new ConfigError(NO_DIGEST);
  const takesFile = TOOLS[tool].file !== "none" && file !== "-";
  const stray = takesFile ? more[0] : file;
  if (stray !== undefined) throw new ConfigError(`Unexpected argument ${quote(stray)}.`);
  if (TOOLS[tool].file === "needed" && file === undefined) {
    throw new ConfigError(`${tool} needs a file: parley ${usageOf(tool)}.`);
  }
  return { kind: "tool", tool, file, isDigested, config };
}

function isTool(word: string): word is ToolName {
  return Object.hasOwn(TOOLS, word);
}

/** The flags as they were typed, and the words between them. */
function readArguments(args: readonly string[]) {
  const { tokens, positionals } = parseArgs({
    // Out of habit, `--` comes between a task's name and its flags.
    args: args.filter((arg) => arg !== "--"),
    options: FLAGS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return { options: tokens.filter((token) => token.kind === "option"), words: positionals };
}

function readFlags(options: readonly OptionToken[]): ReadonlyMap<string, Given> {
  const flags = new Map<string, Given>();
  for (const option of options) readFlag(option, flags);
  return flags;
}

function readFlag({ name, rawName, value }: OptionToken, flags: Map<string, Given>): void {
  const { type } = FLAGS[name] ?? {};
  if (type === undefined && !rawName.startsWith("--")) {
    throw new ConfigError(`Unexpected argument ${quote(rawName)}.`);
  }
  if (type === undefined) throw new ConfigError(`Unknown flag ${quote(rawName)}; see --help.`);
  if (flags.has(name)) throw new ConfigError(`${rawName} was given more than once.`);
  if (type === "string" && value === undefined) {
    throw new ConfigError(`${rawName} needs a value; see --help.`);
  }
  if (type === "boolean" && value !== undefined) {
    throw new ConfigError(`${rawName} takes no value; see --help.`);
  }
  flags.set(name, { text: value ?? "", source: rawName });
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
    `${source} must be ${result.error.issues[0]!.message}, not ${quote(text)}.`,
  );
}

function defaultText(setting: Setting, facts: Facts): string {
  return typeof setting.default === "string" ? setting.default : setting.default(facts);
}

function rejectContradictions(config: Config): void {
  if (config.rate > 0 && config.burst === 0) {
    throw new ConfigError(
      "--burst must be at least 1 unless --rate is 0; otherwise nothing could be sent.",
    );
  }
  if (config.nameTtlMs < config.leaveGraceMs) {
    throw new ConfigError("--name-ttl must not be shorter than --leave-grace.");
  }
}

/** Quotes what was typed so that it stays on one line. */
function quote(text: string): string {
  return `“${JSON.stringify(text).slice(1, -1).slice(0, 100)}”`;
}
