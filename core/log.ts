import type { Clock } from "./clock.ts";

/** Severities, least first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

/** What a line may say besides its event: never message text, a credential or a header. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where the server tells its operator what happened. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** How lines are made and where they go. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "pretty" | "json";
  readonly clock: Pick<Clock, "now">;
  /** Takes one line without its line break. */
  readonly write: (line: string) => void;
}

/** Makes a log whose lines are one JSON object each, or readable text for a terminal. */
export function createLog(options: LogOptions): Log {
  const { level, format, clock, write } = options;
  const line = format === "json" ? jsonLine : prettyLine;
  const at = (severity: LogLevel) => (event: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(severity) < LOG_LEVELS.indexOf(level)) return;
    write(line(clock.now(), severity, event, fields));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function jsonLine(now: number, level: LogLevel, event: string, fields: LogFields): string {
  return escapeControls(
    JSON.stringify({ at: new Date(now).toISOString(), level, event, ...fields }),
  );
}

function prettyLine(now: number, level: LogLevel, event: string, fields: LogFields): string {
  const time = new Date(now).toISOString().slice(11, 19);
  const details = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${typeof value === "string" ? JSON.stringify(value) : value}`);
  return escapeControls(`${time} ${level.padEnd(5)} ${event}${details.join("")}`);
}

/** Keeps a hostile name from moving the cursor or reversing a line; JSON leaves these as they are. */
function escapeControls(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
