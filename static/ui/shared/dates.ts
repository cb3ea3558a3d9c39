/// <reference lib="dom" />
import type { Settings } from "../../model/settings.ts";
import { dateLanguage, Dates } from "../../text/dates.ts";
import { strings } from "../../text/strings.ts";

/** Formatters are costly to make: one set for each choice of a clock. */
const made = new Map<string, Dates>();

/** Formats moments with the clock of the settings. */
export function datesFor(clock: Settings["clock"]): Dates {
  const language = dateLanguage(strings.language, navigator.languages);
  const key = `${language} ${clock}`;
  const dates = made.get(key) ?? new Dates({ language, clock });
  made.set(key, dates);
  return dates;
}
