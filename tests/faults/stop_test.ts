import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { CLOSE_CODES, type CloseCode } from "../../core/close_codes.ts";
import { ConnectionManager } from "../../core/connection_manager.ts";
import { SqliteStore } from "../../core/store_sqlite.ts";
import { startProgram } from "../support/program.ts";
import { silentLog } from "../support/test_app.ts";
import { credentialFor } from "./support_crowd.ts";
import { makeDataFolder, serveCommand } from "./support_server.ts";
import { scale } from "./support_trial.ts";

/** People over real sockets, whose other ends share this machine, and over none. */
const PEOPLE = scale(2_000, 200);
const PEOPLE_WITHOUT_SOCKETS = scale(9_000, 1_000);
/**
 * Most that stopping may take. In the short form, on a machine that does much else, only that it is
 * done counts.
 */
const STOP_LIMIT_MS = scale(3_000, 60_000);
/** People who arrive at a time. */
const GROUP = 500;

/** Somebody who is connected and reads nothing of what is said. */
interface Person {
  readonly socket: WebSocket;
  /** Code of the close. */
  readonly ended: Promise<number>;
}

/** Connects somebody, and waits for the welcome. */
async function arrive(port: number, name: string): Promise<Person> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${name}`, {
    headers: { authorization: `Bearer ${credentialFor(name)}` },
    protocols: ["parley.v1.deflate"],
  });
  const welcome = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    welcome.resolve();
    if (data === '{"type":"ping"}') socket.send('{"type":"pong"}');
  };
  const ended = new Promise<number>((resolve) => {
    socket.onerror = () => {}; // A close follows.
    socket.onclose = ({ code }) => resolve(code);
  });
  await Promise.race([welcome.promise, ended]);
  return { socket, ended };
}

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

// Names were released one by one, each in a commit of its own: the time to stop was up before
// anybody had been told, and the process ended with 1.
Deno.test("main.ts stops with 0 in time, and everyone is told to come back", async () => {
  await using data = await makeDataFolder();
  await using server = await startProgram(serveCommand({ dataDir: data.path }));
  const people: Person[] = [];
  while (people.length < PEOPLE) {
    const size = Math.min(GROUP, PEOPLE - people.length);
    const names = Array.from({ length: size }, (_, i) => `u${people.length + i}`);
    people.push(...await Promise.all(names.map((name) => arrive(server.port, name))));
  }
  const [speaker, ...others] = people;
  const flood = setInterval(() => speaker!.socket.send('{"message":"on and on"}'), 1);

  const startedAt = performance.now();
  server.signal("SIGTERM");
  const { code, stderr } = await server.ended;
  const tookMs = performance.now() - startedAt;
  clearInterval(flood);
  // The code may get lost for one whose own packets are on their way.
  await speaker!.ended;
  const codes = new Set(await Promise.all(others.map(({ ended }) => ended)));

  assertEquals(code, 0, stderr);
  assertEquals([...codes], [CLOSE_CODES.shuttingDown.code]);
  assert(tookMs < STOP_LIMIT_MS, `stopping took ${tookMs} ms`);
});

// The writer waits five seconds for another program, and everything asked of it waits behind that.
Deno.test("main.ts tells clients and stops with 0 while another program has the log locked", async () => {
  await using data = await makeDataFolder();
  await using server = await startProgram(serveCommand({ dataDir: data.path }));
  const person = await arrive(server.port, "alice");
  const other = new DatabaseSync(`${data.path}/parley.db`, { timeout: 5_000 });
  other.exec("BEGIN IMMEDIATE");
  person.socket.send('{"message":"waits"}');

  server.signal("SIGTERM");
  const { code, stderr } = await server.ended;
  other.close();

  assertEquals([code, await person.ended], [0, CLOSE_CODES.shuttingDown.code], stderr);
});

Deno.test(`shutdown() lets ${PEOPLE_WITHOUT_SOCKETS} named people go in time`, async () => {
  await using data = await makeDataFolder();
  const log = silentLog;
  await using store = await SqliteStore.open({ dataDir: data.path, clock: systemClock, log });
  const manager = new ConnectionManager({
    clock: systemClock,
    store,
    log,
    server: "parley/test",
    rate: { perSecond: 0, burst: 0 },
    limits: { maxConnections: 0, maxPerAddress: 0, maxPerSession: 0 },
    nameTtlMs: 60_000,
    leaveGraceMs: 5_000,
  });
  const codes: number[] = [];
  const close = ({ code }: CloseCode) => void codes.push(code);
  const join = (name: string) =>
    manager.connect({ bufferedAmount: 0, send() {}, close }, { username: name, sessionId: name });
  await Promise.all(Array.from({ length: PEOPLE_WITHOUT_SOCKETS }, (_, i) => join(`u${i}`)));

  const startedAt = performance.now();
  await manager.shutdown();
  const tookMs = performance.now() - startedAt;

  assertEquals(codes, Array(PEOPLE_WITHOUT_SOCKETS).fill(CLOSE_CODES.shuttingDown.code));
  assert(tookMs < STOP_LIMIT_MS, `stopping took ${tookMs} ms`);
});
