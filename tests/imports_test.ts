import { assertEquals } from "@std/assert";

Deno.test("tests/imports.json holds every import of deno.json, in the same version", async () => {
  const server = await importsOf("../deno.json");
  const tests = await importsOf("./imports.json");

  for (const [name, specifier] of Object.entries(server)) assertEquals(tests[name], specifier);
});

Deno.test("core/deno.json, which checks core/ without Deno's types, imports the same versions", async () => {
  const server = await importsOf("../deno.json");
  const core = await importsOf("../core/deno.json");

  for (const [name, specifier] of Object.entries(core)) assertEquals(server[name], specifier);
});

Deno.test("deno.lock holds only what the server and its page need", async () => {
  const lock = JSON.parse(await Deno.readTextFile(new URL("../deno.lock", import.meta.url)));

  const packages = Object.keys(lock.npm).map((name) => name.replace(/@[\d.]+$/, ""));
  assertEquals(packages.sort(), [
    "deno-std",
    "hono",
    "ipaddr.js",
    "lean-qr",
    "preact",
    "sugar-high",
    "zod",
  ]);
});

async function importsOf(path: string): Promise<Record<string, string>> {
  return JSON.parse(await Deno.readTextFile(new URL(path, import.meta.url))).imports;
}
