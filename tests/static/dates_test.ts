import { assertEquals, assertMatch } from "@std/assert";
import { type ClockChoice, dateLanguage, Dates } from "../../static/text/dates.ts";

Deno.test("Dates.dayLabel() says Today and Yesterday in the reader's time zone", () => {
  const dates = new Dates({ language: "en-GB", timeZone: "Pacific/Auckland" });
  const now = Date.parse("2026-11-22T11:30:00Z");

  assertEquals(dates.dayLabel(Date.parse("2026-11-22T11:05:00Z"), now), "Today");
  assertEquals(dates.dayLabel(Date.parse("2026-11-22T10:55:00Z"), now), "Yesterday");
  // Versions of the language data differ in the comma.
  assertMatch(
    dates.dayLabel(Date.parse("2026-11-21T10:00:00Z"), now),
    /^Saturday,? 21 November 2026$/,
  );
});

Deno.test("Dates says so when no calendar has a moment, and throws at none", () => {
  const dates = new Dates({ language: "en-GB", timeZone: "UTC" });
  for (const at of [1e300, -9e15, 2 ** 53 - 1, NaN, Infinity]) {
    assertEquals([dates.time(at), dates.exact(at), dates.dayKey(at)], ["", "Unknown date", ""]);
    assertEquals([dates.dayLabel(at, 0), dates.machine(at)], ["Unknown date", null]);
  }

  assertEquals(dates.machine(0), "1970-01-01T00:00:00.000Z");
});

Deno.test("Dates.time() tells the hours as the language does, or as the reader chose", () => {
  const at = Date.parse("2026-11-22T13:05:00Z");
  // Versions of the language data differ in the space and the case.
  const time = (language: string, clock: ClockChoice) =>
    new Dates({ language, clock, timeZone: "UTC" }).time(at).replace(/\s/u, " ").toUpperCase();

  assertEquals([time("en-US", "language"), time("en-GB", "language")], ["1:05 PM", "13:05"]);
  assertEquals([time("en-US", "24"), time("en-GB", "12")], ["13:05", "1:05 PM"]);
  assertEquals(time("de", "language"), "13:05");
});

Deno.test("Dates.time() tells midnight and noon as people do", () => {
  const hours = (clock: ClockChoice) => {
    const dates = new Dates({ language: "en-US", clock, timeZone: "UTC" });
    return ["00", "12"].map((hour) =>
      dates.time(Date.parse(`2026-11-22T${hour}:00:00Z`)).slice(0, 5)
    );
  };

  assertEquals(hours("12"), ["12:00", "12:00"]);
  assertEquals(hours("24"), ["00:00", "12:00"]);
});

Deno.test("Dates.exact() follows the choice of hours, too", () => {
  const at = Date.parse("2026-11-22T13:05:09Z");
  const exact = (clock: ClockChoice) =>
    new Dates({ language: "en-US", clock, timeZone: "UTC" }).exact(at);

  assertMatch(exact("24"), /Sunday, November 22, 2026.*13:05:09/u);
  assertMatch(exact("12"), /1:05:09\sPM/u);
});

Deno.test("Dates uses one language, also for Today", () => {
  const dates = new Dates({ language: "de", timeZone: "UTC" });

  assertEquals(dates.dayLabel(0, 0), "Heute");
  assertEquals(dates.dayLabel(0, 7 * 86_400_000), "Donnerstag, 1. Januar 1970");
});

Deno.test("dateLanguage() takes the reader's variety of the page's language, and no other", () => {
  assertEquals(dateLanguage("en", ["de-DE", "en-GB", "en-US"]), "en-GB");
  assertEquals(dateLanguage("en", ["de-DE", "fr"]), "en");
  assertEquals(dateLanguage("en", []), "en");
});
