import * as z from "zod";
import { parseIp, parseIpRange } from "./ip_ranges.ts";
import { LOG_LEVELS } from "./log.ts";
import type { Retention } from "./store.ts";

/** What the defaults depend on; found out by whoever starts the server. */
export interface Facts {
  /** The process's limit of open files, if the system tells it. */
  readonly fileDescriptors?: number | undefined;
  /** Whether log lines are read by a person at a terminal. */
  readonly isTerminal: boolean;
}

/** One setting: how it is named, read and explained. */
export interface Setting {
  /** Flag without its dashes; the environment variable's name follows from it. */
  readonly flag: string;
  /** What stands for the value in `--help`. */
  readonly placeholder: string;
  /** Unit or form of the value, for the manual. */
  readonly unit: string;
  /** The default as it would be typed, or how it follows from the machine. */
  readonly default: string | ((facts: Facts) => string);
  /** How a default that follows from the machine is explained. */
  readonly shownDefault?: string;
  /** What it does, as one sentence. */
  readonly effect: string;
  /** Reads the text that was typed. Its message completes "--flag must be …". */
  readonly schema: z.ZodType<unknown, string>;
}

/** File-descriptor limit taken where the system tells none: the usual one of a login shell. */
const ASSUMED_FILE_DESCRIPTORS = 1024;
/** Part of the descriptors that sockets may use; the rest is for the log, files and the listener. */
const SOCKET_SHARE = 0.9;

const MS_PER_UNIT = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Longest duration that can be set: ten years. */
const MAX_DURATION_MS = 3650 * MS_PER_UNIT.d;

const Limit = wholeNumber(1_000_000_000);

/** Every setting, by its name in {@linkcode Config}. Help, manual and parser all read this table. */
export const SETTINGS = {
  host: {
    flag: "host",
    placeholder: "ADDRESS",
    unit: "address or name",
    default: "127.0.0.1",
    effect: "Address to listen on; 0.0.0.0 or :: listens on all addresses.",
    schema: z.string().refine(isAddressOrName, "an IP address or a host name"),
  },
  port: {
    flag: "port",
    placeholder: "NUMBER",
    unit: "port",
    default: "8000",
    effect: "Port to listen on; 0 picks a free port and prints it.",
    schema: wholeNumber(65_535),
  },
  dataDir: {
    flag: "data",
    placeholder: "DIR",
    unit: "folder",
    default: "./data",
    effect: "Folder for the log: messages, names and sessions.",
    schema: z.string().refine(
      (text) => text !== "" && !text.includes("\0"),
      "the path of a folder",
    ),
  },
  store: {
    flag: "store",
    placeholder: "sqlite|memory",
    unit: "sqlite, memory",
    default: "sqlite",
    effect: "Where the log is kept: on disk, or in memory until the server stops.",
    schema: choice(["sqlite", "memory"]),
  },
  keep: {
    flag: "keep",
    placeholder: "RETENTION",
    unit: "duration, number of messages, forever, none",
    default: "forever",
    effect: "Messages to keep: by age (30d), by number (10000), forever, or none.",
    schema: retention(),
  },
  origins: {
    flag: "origins",
    placeholder: "LIST",
    unit: "origins, comma-separated",
    default: "",
    effect: "Other sites whose pages may connect, such as https://example.com.",
    schema: list(readOrigin, "a comma-separated list of origins such as https://example.com"),
  },
  hosts: {
    flag: "hosts",
    placeholder: "LIST",
    unit: "host names, comma-separated",
    default: "",
    effect: "Host names to accept besides localhost and IP addresses.",
    schema: list(readHostName, "a comma-separated list of host names without ports"),
  },
  trustedProxies: {
    flag: "trusted-proxies",
    placeholder: "LIST",
    unit: "addresses or CIDR ranges, comma-separated",
    default: "",
    effect: "Proxies whose X-Forwarded-For and X-Forwarded-Proto headers are trusted.",
    schema: list(
      (text) => parseIpRange(text) && text,
      "a comma-separated list of IP addresses or ranges such as 10.0.0.0/8",
    ),
  },
  robots: {
    flag: "robots",
    placeholder: "deny|allow",
    unit: "deny, allow",
    default: "deny",
    effect: "Whether robots.txt allows crawlers.",
    schema: choice(["deny", "allow"]),
  },
  rate: {
    flag: "rate",
    placeholder: "NUMBER",
    unit: "messages per second; 0 = off",
    default: "10",
    effect: "Sustained messages per second per account, over all its connections.",
    schema: z.string().regex(
      /^\d{1,6}(\.\d{1,3})?$/,
      "a number of messages per second, or 0 for no limit",
    )
      .transform(Number),
  },
  burst: {
    flag: "burst",
    placeholder: "NUMBER",
    unit: "messages",
    default: "20",
    effect: "Messages an account may send at once before --rate applies.",
    schema: wholeNumber(1_000_000),
  },
  maxConnections: {
    flag: "max-connections",
    placeholder: "NUMBER",
    unit: "connections; 0 = off",
    default: ({ fileDescriptors = ASSUMED_FILE_DESCRIPTORS }) =>
      String(Math.floor(fileDescriptors * SOCKET_SHARE)),
    shownDefault: "0.9 of the file-descriptor limit",
    effect: "Maximum connections in total.",
    schema: Limit,
  },
  maxPerAddress: {
    flag: "max-per-address",
    placeholder: "NUMBER",
    unit: "connections; 0 = off",
    default: "100",
    effect: "Maximum connections per client address; an IPv6 /64 counts as one address.",
    schema: Limit,
  },
  maxPerSession: {
    flag: "max-per-session",
    placeholder: "NUMBER",
    unit: "connections; 0 = off",
    default: "20",
    effect: "Maximum connections per session.",
    schema: Limit,
  },
  nameTtlMs: {
    flag: "name-ttl",
    placeholder: "DURATION",
    unit: "duration (ms, s, m, h, d)",
    default: "30d",
    effect: "How long a name stays reserved after its owner disconnects.",
    schema: duration(),
  },
  trustClock: {
    flag: "trust-clock",
    placeholder: "yes|no",
    unit: "yes, no",
    default: "no",
    effect: "At startup, count the whole downtime toward expiry, even beyond 7 days.",
    schema: choice(["yes", "no"]).transform((text) => text === "yes"),
  },
  leaveGraceMs: {
    flag: "leave-grace",
    placeholder: "DURATION",
    unit: "duration (ms, s, m, h, d)",
    default: "5s",
    effect: "How long a session may be disconnected before others see it leave.",
    schema: duration(),
  },
  logLevel: {
    flag: "log-level",
    placeholder: "LEVEL",
    unit: LOG_LEVELS.join(", "),
    default: "info",
    effect: "Minimum severity of log lines: debug, info, warn or error.",
    schema: choice(LOG_LEVELS),
  },
  logFormat: {
    flag: "log-format",
    placeholder: "pretty|json",
    unit: "pretty, json",
    default: ({ isTerminal }) => isTerminal ? "pretty" : "json",
    shownDefault: "pretty on a terminal, json otherwise",
    effect: "Log lines as text, or one JSON object per line.",
    schema: choice(["pretty", "json"]),
  },
} as const satisfies Record<string, Setting>;

/** Name of the environment variable that sets what a flag sets. */
export function environmentName(flag: string): string {
  return `PARLEY_${flag.toUpperCase().replaceAll("-", "_")}`;
}

function wholeNumber(max: number) {
  const message = `a whole number from 0 to ${max}`;
  return z.string().regex(/^\d{1,10}$/, message).transform(Number)
    .refine((value) => value <= max, message);
}

function duration() {
  const message = "a duration such as 500ms, 5s, 10m or 30d";
  return z.string().regex(/^(0|\d{1,12}(ms|s|m|h|d))$/, message).transform((text) => {
    const unit = text.replace(/^\d+/, "") as keyof typeof MS_PER_UNIT;
    return parseInt(text) * (MS_PER_UNIT[unit] ?? 0);
  }).refine((ms) => ms <= MAX_DURATION_MS, `${message}, at most 3650d`);
}

/** `30d`, `10000`, `forever` or `none`. */
function retention() {
  const message = "a duration such as 30d, a number of messages, forever or none";
  return z.string().transform((text, context): Retention => {
    if (text === "forever" || text === "none") return { kind: text };
    if (/^[1-9]\d{0,11}$/.test(text)) return { kind: "count", maxEvents: Number(text) };
    const age = duration().safeParse(text);
    if (age.success && age.data > 0) return { kind: "age", maxAgeMs: age.data };
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

function choice<const T extends readonly string[]>(values: T) {
  return z.string().refine((text): text is T[number] => values.includes(text), {
    message: `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`,
  });
}

/** A comma-separated list, each item checked and put into its one form by `read`. */
function list(read: (item: string) => string | undefined, message: string) {
  return z.string().transform((text, context): readonly string[] => {
    const items = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
    const values = items.map(read).filter((value) => value !== undefined);
    if (values.length !== items.length) context.addIssue({ code: "custom", message });
    return Object.freeze([...new Set(values)]);
  });
}

function isAddressOrName(text: string): boolean {
  return parseIp(text) !== undefined || readHostName(text) !== undefined;
}

function readOrigin(text: string): string | undefined {
  const url = URL.parse(text);
  const isOrigin = /^https?:\/\/[^/?#@\\]+\/?$/i.test(text) && url !== null;
  return isOrigin ? url.origin : undefined;
}

function readHostName(text: string): string | undefined {
  if (!/^[\p{L}\p{M}\p{N}_.-]{1,253}$/u.test(text)) return undefined;
  return URL.parse(`http://${text}`)?.hostname.replace(/\.$/, "");
}
