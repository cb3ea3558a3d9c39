import { assertEquals, assertThrows } from "@std/assert";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { next, serveSockets } from "./serve_sockets.ts";

Deno.test("upgradeWebSocket() sends headers set on its response with the 101", async () => {
  await using server = serveSockets((request) => {
    const upgrade = Deno.upgradeWebSocket(request);
    upgrade.response.headers.set("set-cookie", "parley-8000=secret; HttpOnly");
    return upgrade;
  });

  using client = await RawWebSocket.connect({ port: server.port });

  assertEquals(client.response.status, 101);
  assertEquals(client.response.headers.get("set-cookie"), "parley-8000=secret; HttpOnly");
});

Deno.test("upgradeWebSocket() throws when asked for a protocol that was not offered", async () => {
  await using server = serveSockets((request) => {
    assertThrows(() => Deno.upgradeWebSocket(request, { protocol: "parley.v1" }));
    return new Response("refused", { status: 400 });
  });

  using client = await RawWebSocket.connect({
    port: server.port,
    headers: { "sec-websocket-protocol": "foo" },
  });

  assertEquals(client.response.status, 400);
});

Deno.test("upgradeWebSocket() finds no protocol in a list without blanks", async () => {
  await using server = serveSockets((request) => {
    assertThrows(() => Deno.upgradeWebSocket(request, { protocol: "parley.v1" }));
    return new Response("refused", { status: 400 });
  });

  using client = await RawWebSocket.connect({
    port: server.port,
    headers: { "sec-websocket-protocol": "parley.v1,foo" },
  });

  assertEquals(client.response.status, 400);
});

Deno.test("upgradeWebSocket() lets the protocol be chosen by a header set by hand", async () => {
  await using server = serveSockets((request) => {
    const upgrade = Deno.upgradeWebSocket(request);
    upgrade.response.headers.set("sec-websocket-protocol", "parley.v1");
    return upgrade;
  });

  const client = new WebSocket(`ws://127.0.0.1:${server.port}`, ["foo", "parley.v1"]);
  await next(client, "open");

  assertEquals(client.protocol, "parley.v1");
  const closed = next(client, "close");
  client.close();
  await closed;
});

Deno.test("upgradeWebSocket() checks neither Origin nor Host", async () => {
  await using server = serveSockets();

  using client = await RawWebSocket.connect({
    port: server.port,
    headers: { origin: "https://evil.example", host: "evil.example" },
  });

  assertEquals(client.response.status, 101);
});

Deno.test("WebSocket.send() throws before the socket is open", async () => {
  let error: unknown;
  await using server = serveSockets((request) => {
    const upgrade = Deno.upgradeWebSocket(request);
    error = assertThrows(() => upgrade.socket.send("too early"));
    return upgrade;
  });

  using _client = await RawWebSocket.connect({ port: server.port });

  assertEquals((error as Error).name, "InvalidStateError");
});

Deno.test("new WebSocket() sends the headers it is given, and no Origin", async () => {
  const seen: (string | null)[] = [];
  await using server = serveSockets((request) => {
    seen.push(request.headers.get("authorization"), request.headers.get("origin"));
    return Deno.upgradeWebSocket(request);
  });

  const client = new WebSocket(`ws://127.0.0.1:${server.port}`, {
    headers: { authorization: "Bearer secret" },
  });
  await next(client, "open");
  const closed = next(client, "close");
  client.close();
  await closed;

  assertEquals(seen, ["Bearer secret", null]);
});
