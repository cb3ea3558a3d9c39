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
    return this.#time.format(at);
  }

  /** @param {number} at Epoch milliseconds. */
  exact(at) {
    return this.#exact.format(at);
  }

  /**
   * The reader's calendar day, for comparing: `2026-11-22`.
   *
   * @param {number} at Epoch milliseconds.
   */
  dayKey(at) {
    return this.#key.format(at);
  }

  /**
   * Today, Yesterday, or the date in full.
   *
   * @param {number} at Epoch milliseconds.
   * @param {number} now Epoch milliseconds.
   */
  dayLabel(at, now) {
    const days = (Date.parse(this.dayKey(at)) - Date.parse(this.dayKey(now))) / 86_400_000;
    if (days !== 0 && days !== -1) return this.#day.format(at);
    const word = this.#relative.format(days, "day");
    return word.charAt(0).toUpperCase() + word.slice(1);
  }
}
