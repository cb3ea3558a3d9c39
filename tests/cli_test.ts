import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ChatClient } from "./support/chat_client.ts";
import { runProgram, startCommand, startProgram } from "./support/program.ts";
import { RawWebSocket } from "./support/raw_websocket.ts";

/** Signals of a person and a terminal that are closer than this count as one. */
const SAME_SIGNAL_MS = 100;
/** The log in memory: these tests leave no data behind. */
const START = [...await startCommand(), "--store", "memory"] as const;

Deno.test("main.ts shows every setting when asked for help", async () => {
  const { code, stdout, stderr } = await runProgram([...START, "--help"]);

  assertEquals(code, 0);
  assertEquals(stderr, "");
  assertStringIncludes(stdout, "--max-per-address NUMBER");
});

Deno.test("main.ts shows its version", async () => {
  const { code, stdout } = await runProgram([...START, "--version"]);

  assertEquals(code, 0);
  assertMatch(stdout, /^parley \d+\.\d+\.\d+\n$/);
});

Deno.test("main.ts ends with one line and code 2 when a flag is unknown", async () => {
  const { code, stdout, stderr } = await runProgram([...START, "--prot", "1"]);

  assertEquals(code, 2);
  assertEquals(stdout, "");
  assertEquals(stderr, "parley: Unknown flag “--prot”; see --help.\n");
});

Deno.test("main.ts ends with one line and code 2 when a variable's value is bad", async () => {
  const { code, stderr } = await runProgram(START, { PARLEY_RATE: "fast" });

  assertEquals(code, 2);
  assertEquals(
    stderr,
    "parley: PARLEY_RATE must be a number of messages per second, or 0 for no limit, not “fast”.\n",
  );
});

Deno.test("main.ts ends with one line and code 1 when the port is in use", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;

  const { code, stdout, stderr } = await runProgram([...START, "--port", String(port)]);

  assertEquals(code, 1);
  assertEquals(stdout, "");
  assertEquals(
    stderr,
    `parley: Cannot listen on 127.0.0.1, port ${port}: the port is in use; choose another with --port.\n`,
  );
});

Deno.test("main.ts ends with one line and code 1 when the address isn't this machine's", async () => {
  const { code, stderr } = await runProgram([...START, "--host", "192.0.2.1"]);

  assertEquals(code, 1);
  assertMatch(stderr, /^parley: Cannot listen on 192\.0\.2\.1, port 8000: [^\n]+\n$/);
});

Deno.test("deno task start hands settings on and prints the real port", async () => {
  const data = await Deno.makeTempDir({ prefix: "parley-data-" });
  const command = [Deno.execPath(), "task", "start", "--port", "0", "--data", data] as const;
  await using server = await startProgram([...command]);

  const page = await (await fetch(server.url)).text();

  assertMatch(server.url, /^http:\/\/localhost:[1-9]\d*\/$/);
  assertStringIncludes(page, "<!doctype html>");
  server.signal("SIGTERM");
  await server.ended;
  await Deno.remove(data, { recursive: true });
});

Deno.test("main.ts takes its connection limit from the files it may open", async () => {
  await using server = await startProgram([...START, "--port", "0"]);

  server.signal("SIGTERM");
  const { stderr } = await server.ended;

  const started = JSON.parse(stderr.split("\n")[0]!);
  assertEquals(started.event, "started");
  assert(started.maxConnections > 100, String(started.maxConnections));
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.test(`main.ts tells clients to come back and exits 0 on ${signal}`, async () => {
    await using server = await startProgram([...START, "--port", "0"]);
    const alice = await ChatClient.connect(`ws://127.0.0.1:${server.port}`, "alice");

    server.signal(signal);
    const { code, stderr } = await server.ended;

    assertEquals(code, 0);
    assertStringIncludes(stderr, '"event":"stopped"');
    assertEquals(alice.framesOf("error").map((frame) => frame.code), ["shutting_down"]);
    assertEquals((await alice.closed).code, 4001);
  });
}

Deno.test("main.ts counts two SIGINTs of one moment, as under deno task, as one", async () => {
  await using server = await startProgram([...START, "--port", "0"]);
  const alice = await ChatClient.connect(`ws://127.0.0.1:${server.port}`, "alice");

  server.signal("SIGINT");
  server.signal("SIGINT");
  const { code } = await server.ended;

  assertEquals(code, 0);
  assertEquals((await alice.closed).code, 4001);
});

Deno.test("main.ts exits 0 although a client never answers the close", async () => {
  await using server = await startProgram([...START, "--port", "0"]);
  using _silent = await RawWebSocket.connect({ port: server.port, path: "/ws/alice" });

  server.signal("SIGTERM");
  const { code, stderr } = await server.ended;

  assertEquals(code, 0);
  // By itself, before its time to stop was up.
  assertStringIncludes(stderr, '"event":"stopped"');
});

Deno.test("main.ts exits at once on a second signal from somebody who won't wait", async () => {
  const data = await Deno.makeTempDir({ prefix: "parley-data-" });
  await using server = await startProgram([...await startCommand(), "--port", "0", "--data", data]);
  const alice = await ChatClient.connect(`ws://127.0.0.1:${server.port}`, "alice");
  // A message that can't be stored, as another program has the log locked, keeps it for seconds.
  const other = new DatabaseSync(`${data}/parley.db`, { timeout: 5_000 });
  other.exec("BEGIN IMMEDIATE");
  alice.send({ message: "waits" });
  alice.send("no frame: its answer says that the message has been taken");
  await alice.next("error");

  server.signal("SIGINT");
  assertEquals((await alice.closed).code, 4001);
  await new Promise((resolve) => setTimeout(resolve, 2 * SAME_SIGNAL_MS));
  server.signal("SIGINT");
  const { code } = await server.ended;
  other.close();
  await Deno.remove(data, { recursive: true });

  assertEquals(code, 130);
});

Deno.test({
  name: "main.ts keeps those who are in when files run out, and accepts again when there is room",
  ignore: Deno.build.os === "windows",
  async fn() {
    const [deno, ...args] = START;
    const script = 'ulimit -n 60; exec "$0" "$@" --port 0 --max-connections 0';
    await using server = await startProgram(["sh", "-c", script, deno, ...args]);
    const alice = await ChatClient.connect(`ws://127.0.0.1:${server.port}`, "alice");

    const crowd = await connectUntilRefused(server.port, 100);
    alice.send({ message: "still here" });
    await alice.next("message");
    for (const connection of crowd) connection.close();
    const bob = await connectPatiently(`ws://127.0.0.1:${server.port}`, "bob");
    bob.send({ message: "me too" });
    await alice.next("message", ({ message }) => message === "me too");
    server.signal("SIGTERM");
    const { code, stderr } = await server.ended;

    assertEquals(code, 0);
    assertStringIncludes(stderr, '"event":"accepting connections failed"');
    assertStringIncludes(stderr, '"event":"listening again"');
    assertEquals((await alice.closed).code, 4001);
    await bob.closed;
  },
});

/** Connects as soon as the server listens again. */
async function connectPatiently(wsUrl: string, username: string): Promise<ChatClient> {
  for (let tries = 0;; tries++) {
    try {
      return await ChatClient.connect(wsUrl, username);
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function connectUntilRefused(port: number, atMost: number): Promise<Deno.Conn[]> {
  const connections: Deno.Conn[] = [];
  try {
    while (connections.length < atMost) connections.push(await Deno.connect({ port }));
  } catch (error) {
    const isRefused = error instanceof Deno.errors.ConnectionRefused ||
      error instanceof Deno.errors.ConnectionReset ||
      // Accepted and closed again before this end had asked who the other is.
      error instanceof Deno.errors.NotConnected;
    if (!isRefused) throw error;
  }
  return connections;
}

Deno.test("main.ts logs JSON lines without what people say when not at a terminal", async () => {
  const command = [...START, "--port", "0", "--log-level", "debug"] as const;
  await using server = await startProgram([...command] as [string, ...string[]]);
  const alice = await ChatClient.connect(`ws://127.0.0.1:${server.port}`, "alice");

  alice.send({ message: "a-secret-text" });
  await alice.next("message");
  server.signal("SIGTERM");
  const { stdout, stderr } = await server.ended;

  const events = stderr.trim().split("\n").map((line) => JSON.parse(line).event);
  assertEquals(events.filter((event) => ["started", "stopping", "stopped"].includes(event)), [
    "started",
    "stopping",
    "stopped",
  ]);
  assert(!`${stdout}${stderr}`.includes("a-secret-text"));
});

for (const redirection of ["2>/dev/full", ">/dev/full 2>/dev/full"]) {
  // A line that couldn't be written threw, the report of that threw again, and the server ended.
  Deno.test({
    name: `main.ts serves although its lines can't be written: ${redirection}`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const port = freePort();
      const script = `exec "$0" "$@" --port ${port} --log-level debug ${redirection}`;
      const [deno, ...args] = START;
      const command = new Deno.Command("sh", {
        args: ["-c", script, deno, ...args],
        stdout: "null",
      });
      const child = command.spawn();

      const alice = await connectPatiently(`ws://127.0.0.1:${port}`, "alice");
      alice.send("no frame at all");
      alice.send({ message: "still here" });
      await alice.next("message", ({ message }) => message === "still here");
      child.kill("SIGTERM");

      assertEquals((await child.status).code, 0);
      assertEquals((await alice.closed).code, 4001);
    },
  });
}

/** A port that nobody listens on: the server can't tell which one it took. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
