import type { LogLevel } from "./log.ts";

/** Every setting, complete and frozen; see `docs/configuration.md`. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly origins: readonly string[];
  readonly hosts: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly rate: number;
  readonly burst: number;
  readonly maxConnections: number;
  readonly maxPerAddress: number;
  readonly maxPerSession: number;
  readonly nameTtlMs: number;
  readonly leaveGraceMs: number;
  readonly logLevel: LogLevel;
  readonly logFormat: "pretty" | "json";
}
