import { assertEquals, assertThrows } from "@std/assert";
import { withTables } from "./report.ts";

const BEGIN = "<!-- deno task bench: begin -->";
const END = "<!-- deno task bench: end -->";

Deno.test("withTables() replaces the tables and nothing around them", () => {
  const page = `# Benchmarks\n\n${BEGIN}\n\nold\n\n${END}\n\n## Store\n`;

  assertEquals(
    withTables(page, "new"),
    `# Benchmarks\n\n${BEGIN}\n\nnew\n\n${END}\n\n## Store\n`,
  );
});

Deno.test("withTables() refuses a page that has no place for them", () => {
  assertThrows(() => withTables("# Benchmarks\n", "new"), Error, "Cannot find");
});
