import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { startProgram } from "../support/program.ts";
import { credentialFor } from "./support_crowd.ts";
import { makeDataFolder, serveCommand } from "./support_server.ts";
import { scale } from "./support_trial.ts";

const PEOPLE = scale(9_000, 200);
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
Deno.test("main.ts stops with 0 within three seconds, and everyone is told to come back", async () => {
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
  assert(tookMs < 3_000, `stopping took ${tookMs} ms`);
});
