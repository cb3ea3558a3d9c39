/** Farthest moment from 1970 that a calendar knows, in milliseconds (ECMA-262, section 21.4.1.1). */
const LAST_MOMENT_MS = 8.64e15;
/** Said in place of a moment that no calendar has. */
const NO_DATE = "Unknown date";

/**
 * Words for moments, in the reader's language and time zone. Formatters are costly to make, so
 * they are made once.
 */
export class Dates {
  #time;
  #day;
  #exact;
  #relative;
  #key;

  /**
   * @param {string} [locale] Default: the browser's.
   * @param {string} [timeZone] Default: the reader's.
   */
  constructor(locale, timeZone) {
    const zone = timeZone === undefined ? {} : { timeZone };
    this.#time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", ...zone });
    this.#day = new Intl.DateTimeFormat(locale, { dateStyle: "full", ...zone });
    this.#exact = new Intl.DateTimeFormat(locale, {
      dateStyle: "full",
      timeStyle: "medium",
      ...zone,
    });
    // The page speaks English, so Today is said in English too.
    this.#relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
    this.#key = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", ...zone });
  }

  /** @param {number} at Epoch milliseconds. */
  time(at) {
    return isDate(at) ? this.#time.format(at) : "";
  }

  /** @param {number} at Epoch milliseconds. */
  exact(at) {
    return isDate(at) ? this.#exact.format(at) : NO_DATE;
  }

  /**
   * For programs, as in a `datetime` attribute; null for an impossible moment.
   *
   * @param {number} at Epoch milliseconds.
   */
  machine(at) {
    return isDate(at) ? new Date(at).toISOString() : null;
  }

  /**
   * The reader's calendar day, for comparing: `2026-11-22`; empty for an impossible moment.
   *
   * @param {number} at Epoch milliseconds.
   */
  dayKey(at) {
    return isDate(at) ? this.#key.format(at) : "";
  }

  /**
   * Today, Yesterday, or the date in full.
   *
   * @param {number} at Epoch milliseconds.
   * @param {number} now Epoch milliseconds.
   */
  dayLabel(at, now) {
    if (!isDate(at)) return NO_DATE;
    const days = (Date.parse(this.dayKey(at)) - Date.parse(this.dayKey(now))) / 86_400_000;
    if (days !== 0 && days !== -1) return this.#day.format(at);
    const word = this.#relative.format(days, "day");
    return word.charAt(0).toUpperCase() + word.slice(1);
  }
}

/**
 * Whether a calendar has this moment: formatting any other throws.
 *
 * @param {number} at Epoch milliseconds.
 */
function isDate(at) {
  return Math.abs(at) <= LAST_MOMENT_MS;
}
