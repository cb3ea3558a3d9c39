import { assertEquals, assertStringIncludes } from "@std/assert";
import { startProgram } from "../support/program.ts";
import { makeDataFolder, serveCommand } from "./support_server.ts";

// The runtime can't cut what is left once it was asked to stop: the attempt threw, what it waited
// for never came, and the process ended with 1 after all its time was up.
Deno.test("main.ts stops with 0 though a request never ends", async () => {
  await using data = await makeDataFolder();
  await using server = await startProgram(serveCommand({ dataDir: data.path }));
  using stalled = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const head = [
    "POST /api/sign-in HTTP/1.1",
    "host: localhost",
    "content-type: application/json",
    "content-length: 100",
    "expect: 100-continue",
  ];
  await stalled.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  // The runtime answers “100 Continue” when the request is being handled and its body is read.
  const answer = new Uint8Array(64);
  const count = await stalled.read(answer);

  server.signal("SIGTERM");
  const { code, stderr } = await server.ended;

  assertStringIncludes(new TextDecoder().decode(answer.subarray(0, count ?? 0)), "100");
  assertEquals(code, 0, stderr);
});
