import { strings } from "./strings.ts";

/** Farthest moment from 1970 that a calendar knows, in milliseconds (ECMA-262, section 21.4.1.1). */
const LAST_MOMENT_MS = 8.64e15;
const DAY_MS = 86_400_000;

/** How the hours of a day are told: as usual in the language, or as the reader chose. */
export type ClockChoice = "language" | "12" | "24";

/** How {@linkcode Dates} tells moments. */
export interface DatesOptions {
  /** Language tag. */
  readonly language: string;
  /** @default {"language"} */
  readonly clock?: ClockChoice;
  /** @default The reader's. */
  readonly timeZone?: string;
}

/**
 * The language that dates are told in: that of the page, in the reader's own variety of it.
 * English alone says "11/25, 1:05 PM", and a reader of British English expects "25/11, 13:05".
 *
 * @param page Language of the page.
 * @param reader Languages of the reader, best first, as in `navigator.languages`.
 */
export function dateLanguage(page: string, reader: readonly string[]): string {
  const base = (tag: string) => tag.toLowerCase().split("-")[0];
  return reader.find((tag) => base(tag) === base(page)) ?? page;
}

/**
 * Words for moments, in one language and the reader's time zone. Formatters are costly to make, so
 * they are made once.
 */
export class Dates {
  readonly #time: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #exact: Intl.DateTimeFormat;
  readonly #relative: Intl.RelativeTimeFormat;
  readonly #key: Intl.DateTimeFormat;
  readonly #language: string;

  constructor({ language, clock = "language", timeZone }: DatesOptions) {
    const zone = timeZone === undefined ? {} : { timeZone };
    const hours = hoursIn(language, clock);
    const make = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(language, { ...options, ...zone });
    this.#language = language;
    // "1:05 PM", but "01:05".
    const hour = hours.startsWith("h1") ? "numeric" : "2-digit";
    this.#time = make({ hour, minute: "2-digit", hourCycle: hours });
    this.#day = make({ dateStyle: "full" });
    this.#exact = make({ dateStyle: "full", timeStyle: "medium", hourCycle: hours });
    this.#relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    this.#key = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", ...zone });
  }

  /**
   * Hours and minutes; empty for an impossible moment.
   *
   * @param at Epoch milliseconds, as everywhere here.
   */
  time(at: number): string {
    return isDate(at) ? this.#time.format(at) : "";
  }

  /** Date and time in full. */
  exact(at: number): string {
    return isDate(at) ? this.#exact.format(at) : strings.dates.unknown;
  }

  /** For programs, as in a `datetime` attribute; null for an impossible moment. */
  machine(at: number): string | null {
    return isDate(at) ? new Date(at).toISOString() : null;
  }

  /** The reader's calendar day, for comparing: `2026-11-22`; empty for an impossible moment. */
  dayKey(at: number): string {
    return isDate(at) ? this.#key.format(at) : "";
  }

  /** Today, Yesterday, or the date in full. */
  dayLabel(at: number, now: number): string {
    if (!isDate(at)) return strings.dates.unknown;
    const days = (Date.parse(this.dayKey(at)) - Date.parse(this.dayKey(now))) / DAY_MS;
    if (days !== 0 && days !== -1) return this.#day.format(at);
    const word = this.#relative.format(days, "day");
    return word.charAt(0).toLocaleUpperCase(this.#language) + word.slice(1);
  }
}

/** Hours of the clock as `Intl` calls them. */
type Hours = "h11" | "h12" | "h23" | "h24";

function hoursIn(language: string, clock: ClockChoice): Hours {
  if (clock === "12") return "h12";
  if (clock === "24") return "h23";
  const { hourCycle } = new Intl.DateTimeFormat(language, { hour: "numeric" }).resolvedOptions();
  return hourCycle ?? "h23";
}

/** Whether a calendar has this moment: formatting any other throws. */
function isDate(at: number): boolean {
  return Math.abs(at) <= LAST_MOMENT_MS;
}
