import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { OPCODES, RawWebSocket } from "../support/raw_websocket.ts";
import { next, serveSockets } from "./serve_sockets.ts";

Deno.test("WebSocket.close() on the server delivers every code the product uses", async () => {
  await using server = serveSockets();
  const codes = [...Object.values(CLOSE_CODES).map(({ code }) => code), 3000, 4499, 4999];

  for (const code of codes) {
    using client = await RawWebSocket.connect({ port: server.port });
    const socket = await server.accept();
    if (socket.readyState !== WebSocket.OPEN) await next(socket, "open");
    socket.close(code, "why");

    assertEquals(await client.readCloseCode(), code);
  }
});

Deno.test("WebSocket.close() throws at a reason over 123 bytes", async () => {
  await using server = serveSockets();
  using _client = await RawWebSocket.connect({ port: server.port });
  const socket = await server.accept();
  if (socket.readyState !== WebSocket.OPEN) await next(socket, "open");

  assertThrows(() => socket.close(4000, "é".repeat(62)));
  socket.close(4000, "é".repeat(61));
});

Deno.test("HttpServer.shutdown() closes every socket with 1001", async () => {
  // Deno 2.9 does so at once, 2.6 only after the idle timeout.
  await using server = serveSockets((request) =>
    Deno.upgradeWebSocket(request, { idleTimeout: 1 })
  );
  using client = await RawWebSocket.connect({ port: server.port });
  const socket = await server.accept();
  if (socket.readyState !== WebSocket.OPEN) await next(socket, "open");

  const stopped = server.server.shutdown();

  assertEquals(await client.readCloseCode(), 1001);
  client[Symbol.dispose]();
  await stopped;
});

Deno.test("WebSocket.close() reaches the peer when shutdown waits for the close event", async () => {
  await using server = serveSockets();
  const client = new WebSocket(`ws://127.0.0.1:${server.port}`);
  const socket = await server.accept();
  if (socket.readyState !== WebSocket.OPEN) await next(socket, "open");
  const clientClosed = next(client, "close");
  const serverClosed = next(socket, "close");

  socket.close(4001, "shutting down");
  await serverClosed;
  await server.server.shutdown();

  assertEquals((await clientClosed).code, 4001);
});

/** Runs a server whose socket handler fails, and sends it a packet. */
function runFailing(handler: string): Promise<Deno.CommandOutput> {
  const program = `
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ${handler};
      return response;
    });
    const client = new WebSocket("ws://127.0.0.1:" + server.addr.port);
    client.onopen = () => client.send("hello");
    client.onclose = () => Deno.exit(0);
  `;
  const url = `data:application/typescript,${encodeURIComponent(program)}`;
  const args = ["run", "--no-config", "--no-lock", "--allow-net=127.0.0.1", url];
  return new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
}

for (
  const [what, handler] of [["throws", "() => { throw new Error('boom'); }"], [
    "rejects",
    "async () => { await null; throw new Error('boom'); }",
  ]] as const
) {
  Deno.test(`a socket handler that ${what} ends the process`, async () => {
    const { code, stderr } = await runFailing(handler);

    assertEquals(code, 1);
    assertStringIncludes(new TextDecoder().decode(stderr), "boom");
  });
}

Deno.test("a socket whose peer crashed hears of it at once", async () => {
  await using server = serveSockets();
  const client = await RawWebSocket.connect({ port: server.port });
  const socket = await server.accept();
  if (socket.readyState !== WebSocket.OPEN) await next(socket, "open");
  const closed = next(socket, "close");

  client[Symbol.dispose]();

  const { code, wasClean } = await closed;
  assert([0, 1005, 1006].includes(code), `code ${code}`);
  assertEquals(wasClean, false);
});

Deno.test("idleTimeout ends a socket whose peer answers no pings", async () => {
  await using server = serveSockets((request) =>
    Deno.upgradeWebSocket(request, { idleTimeout: 1 })
  );
  using _client = await RawWebSocket.connect({ port: server.port });
  const closed = next(await server.accept(), "close");

  assertEquals((await closed).wasClean, false);
});

Deno.test("idleTimeout pings a socket after half of it, before it ends it", async () => {
  let startedAt = 0;
  await using server = serveSockets((request) => {
    startedAt = performance.now();
    return Deno.upgradeWebSocket(request, { idleTimeout: 2 });
  });
  using client = await RawWebSocket.connect({ port: server.port });
  const socket = await server.accept();

  const frame = await client.read();
  const silentMs = performance.now() - startedAt;

  assertEquals(frame?.opcode, 0x9);
  // A busy machine may read the ping late, but never early, nor before the server sent it.
  assert(silentMs > 800, `after ${silentMs} ms`);
  const closed = next(socket, "close");
  client[Symbol.dispose]();
  await closed;
});

Deno.test("WebSocket.close() on the server loses its code under packets that are on their way", async () => {
  await using server = serveSockets();
  const client = new WebSocket(`ws://127.0.0.1:${server.port}`);
  const closed = new Promise<number>((resolve) => {
    client.onclose = ({ code }) => resolve(code);
  });
  await new Promise((resolve) => client.onopen = resolve);
  const socket = await server.accept();
  socket.onmessage = () => socket.close(4500, "why");

  for (let i = 0; i < 400; i++) client.send("x".repeat(1000));
  const code = await closed;

  assert(code !== 4500, "Deno delivers the code now: say so in docs/operations.md");
});

for (
  const [what, frame] of [
    ["invalid UTF-8", { opcode: OPCODES.text, isFinal: true, payload: new Uint8Array([0xff]) }],
    ["a ping over 125 bytes", {
      opcode: OPCODES.ping,
      isFinal: true,
      payload: new Uint8Array(126),
    }],
  ] as const
) {
  Deno.test(`The runtime ends a socket that sends ${what} without a close code`, async () => {
    await using server = serveSockets();
    using client = await RawWebSocket.connect({ port: server.port });
    const socket = await server.accept();
    if (socket.readyState !== WebSocket.OPEN) await next(socket, "open");
    // Without a listener the error would go to the console only.
    socket.onerror = () => {};
    const closed = next(socket, "close");

    await client.send(frame);

    assertEquals(await client.readCloseCode(), 1006);
    await closed;
  });
}
