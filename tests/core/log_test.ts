import { assert, assertEquals, assertMatch } from "@std/assert";
import { createLog, LOG_LEVELS, type LogLevel } from "../../core/log.ts";

const NOON = Date.UTC(2026, 0, 2, 12, 0, 0, 7);

function collect(format: "pretty" | "json", level: LogLevel = "debug") {
  const lines: string[] = [];
  const log = createLog({
    level,
    format,
    clock: { now: () => NOON },
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

Deno.test("createLog() writes one JSON object a line", () => {
  const { log, lines } = collect("json");

  log.info("connected", { username: "alice", online: 2, first: true, address: undefined });

  assertEquals(lines.map((line) => JSON.parse(line)), [{
    at: "2026-01-02T12:00:00.007Z",
    level: "info",
    event: "connected",
    username: "alice",
    online: 2,
    first: true,
  }]);
});

Deno.test("createLog() writes a readable line for a terminal", () => {
  const { log, lines } = collect("pretty");

  log.warn("slow_consumer", { username: "alice", bytes: 7, address: undefined });

  assertEquals(lines, [`12:00:00 warn  slow_consumer username="alice" bytes=7`]);
});

for (const [index, level] of LOG_LEVELS.entries()) {
  Deno.test(`createLog() at level ${level} leaves out what is less severe`, () => {
    const { log, lines } = collect("json", level);

    for (const severity of LOG_LEVELS) log[severity]("event");

    assertEquals(lines.map((line) => JSON.parse(line).level), LOG_LEVELS.slice(index) as never);
  });
}

for (const format of ["pretty", "json"] as const) {
  Deno.test(`createLog() escapes what moves a cursor or turns text around, in ${format}`, () => {
    const { log, lines } = collect(format);

    log.error("joined", { username: "a\nb\u001b[2J\u202E\u2028\u009b\u{E0001}" });

    const line = lines[0]!;
    assert(!/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(line));
    assertMatch(line, /a\\nb\\u001b\[2J\\u202e\\u2028\\u009b\\udb40\\udc01/);
  });
}
