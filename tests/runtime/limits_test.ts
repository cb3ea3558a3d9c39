import { assert, assertEquals } from "@std/assert";
import { OPCODES, RawWebSocket } from "../support/raw_websocket.ts";
import { turnUntil } from "../support/turn_until.ts";
import { next, serveSockets } from "./serve_sockets.ts";

const MIB = 1024 * 1024;

/** A raw client and the server's socket, both open. */
async function open(server: ReturnType<typeof serveSockets>) {
  const client = await RawWebSocket.connect({ port: server.port });
  const socket = await server.accept();
  if (socket.readyState !== WebSocket.OPEN) await next(socket, "open");
  return { client, socket };
}

Deno.test("the runtime drops a packet over 64 MiB by itself, once its header is there", async () => {
  await using server = serveSockets();
  const { client, socket } = await open(server);
  using _client = client;
  const failed = next(socket, "error");
  const closed = next(socket, "close");

  await client.sendHeader(OPCODES.binary, true, 65 * MIB);

  await failed;
  const { code } = await closed;
  assert([0, 1006, 1009].includes(code), `code ${code}`);
});

Deno.test("the runtime hands a packet of 63 MiB to JavaScript", async () => {
  await using server = serveSockets();
  const { client, socket } = await open(server);
  using _client = client;
  const message = next(socket, "message");
  const part = new Uint8Array(MIB);

  await client.sendHeader(OPCODES.binary, true, 63 * MIB);
  for (let sent = 0; sent < 63; sent++) await client.sendBytes(part);

  assertEquals((await message).data.byteLength, 63 * MIB);
});

Deno.test("the runtime gathers unfinished fragments beyond any limit, and says nothing", async () => {
  await using server = serveSockets();
  const { client, socket } = await open(server);
  using _client = client;
  let packets = 0;
  socket.onmessage = () => packets++;
  const payload = new Uint8Array(MIB);

  await client.send({ opcode: OPCODES.binary, isFinal: false, payload });
  for (let sent = 1; sent < 72; sent++) {
    await client.send({ opcode: OPCODES.continuation, isFinal: false, payload });
  }
  // The server answers a ping only when it has read everything before it.
  await client.send({ opcode: OPCODES.ping, isFinal: true, payload: new Uint8Array(0) });
  const answer = await client.read();

  assertEquals(answer?.opcode, OPCODES.pong);
  assertEquals(packets, 0);
  assertEquals(socket.readyState, WebSocket.OPEN);
});

Deno.test("WebSocket.bufferedAmount grows when the peer stops reading, and shrinks again", async () => {
  await using server = serveSockets();
  const { client, socket } = await open(server);
  using _client = client;
  const packets = 32;

  for (let sent = 0; sent < packets; sent++) socket.send(new Uint8Array(MIB));
  let before = -1;
  // What the kernel's buffers take is gone once two turns see the same amount.
  await turnUntil(() => before === (before = socket.bufferedAmount));
  const stuck = socket.bufferedAmount;
  for (let read = 0; read < packets; read++) await client.read();
  await turnUntil(() => socket.bufferedAmount === 0);

  assert(stuck >= MIB, `${stuck} bytes waited`);
});

Deno.test("WebSocket.send() keeps the order of thousands of packets", async () => {
  await using server = serveSockets();
  const { client, socket } = await open(server);
  using _client = client;

  for (let i = 0; i < 5000; i++) socket.send(String(i));

  for (let i = 0; i < 5000; i++) assertEquals(await client.readText(), String(i));
});

Deno.test("message data's length counts UTF-16 units, not bytes", async () => {
  await using server = serveSockets();
  const { client, socket } = await open(server);
  using _client = client;
  const message = next(socket, "message");

  await client.sendText("é𝒳");

  assertEquals((await message).data.length, 3);
});
