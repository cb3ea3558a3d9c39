import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ChatClient } from "./support/chat_client.ts";
import { PROJECT, runProgram, startProgram, taskCommand } from "./support/program.ts";

/**
 * The single binary is compiled by the Deno that runs the tests, or by the one that
 * `PARLEY_TEST_DENO` names, on Deno's compile base: downloaded, or the one `DENORT_BIN` names.
 */
Deno.test("deno task compile makes a binary that serves page, files and sockets", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "parley-binary-" });
  try {
    const binary = await compileInto(folder);
    if (binary !== undefined) await drive(t, binary, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Compiles as the task does, into another folder; nothing if no compile base could be had. */
async function compileInto(folder: string): Promise<string | undefined> {
  const binary = `${folder}/parley`;
  const [deno, ...args] = await taskCommand("compile", Deno.env.get("PARLEY_TEST_DENO"));
  const command = args.map((arg) => arg === "dist/parley" ? binary : arg);
  const { code, stderr } = await runProgram([deno, ...command]);
  if (code === 0) return binary;
  assertStringIncludes(stderr, "Setting up base binary");
  console.log("Skipped: the single binary, as no compile base for it could be downloaded.");
  return undefined;
}

async function drive(t: Deno.TestContext, binary: string, folder: string): Promise<void> {
  await t.step("--version", async () => {
    assertMatch((await runProgram([binary, "--version"])).stdout, /^parley \d+\.\d+\.\d+\n$/);
  });
  await using server = await startProgram([binary, "--port", "0"], folder);
  await t.step("page and static files", async () => {
    const html = await (await fetch(server.url)).text();
    const path = /static\/[0-9a-f]{16}\/main\.js/.exec(html)?.[0];
    const code = await (await fetch(`${server.url}${path}`)).text();

    assertStringIncludes(html, "<title>");
    assertEquals(code, await Deno.readTextFile(new URL("dist/page/main.js", PROJECT)));
  });
  await t.step("socket and signal", async () => {
    const alice = await ChatClient.connect(`ws://127.0.0.1:${server.port}`, "alice");
    alice.send({ message: "hello" });
    const copy = await alice.next("message");
    server.signal("SIGTERM");

    assertEquals(copy.message, "hello");
    assertEquals((await server.ended).code, 0);
    assertEquals((await alice.closed).code, 4001);
  });
}
