import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { HEARTBEAT_MS } from "../../core/heartbeat.ts";
import { MemoryStore } from "../../core/store_memory.ts";
import { IDLE_TIMEOUT_SECONDS } from "../../routes/ws.ts";
import { ChatClient } from "../support/chat_client.ts";
import { SequentialIds } from "../support/sequential_ids.ts";
import { storeWith } from "../support/store_with.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";

/** Status of a handshake with the given headers, read from a raw socket. */
async function handshake(server: TestServer, path: string, headers: Record<string, string>) {
  const { hostname, port } = new URL(server.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const all: Record<string, string> = {
    host: `${hostname}:${port}`,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== "").map(([k, v]) =>
    `${k}: ${v}`
  );
  const request = [`GET ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(16_384);
  const length = await connection.read(buffer) ?? 0;
  connection.close();
  const answer = new TextDecoder().decode(buffer.subarray(0, length));
  return { status: Number(answer.slice(9, 12)), answer };
}

Deno.test("the route refuses pages of other origins, and admits its own and whoever names none", async () => {
  await using server = await startTestServer({ origins: ["https://friend.example"] });
  const own = server.url;

  const statuses = [];
  for (const origin of [own, "https://friend.example", "", "https://evil.example", "null"]) {
    statuses.push((await handshake(server, "/ws/alice", { origin })).status);
  }

  assertEquals(statuses, [101, 101, 101, 403, 403]);
});

Deno.test("the route names the setting to change when it refuses a host or an origin", async () => {
  await using server = await startTestServer();

  const origin = await handshake(server, "/ws/alice", { origin: "https://evil.example" });
  const host = await handshake(server, "/ws/alice", { host: "evil.example" });
  const malformed = await handshake(server, "/ws/alice", { host: "a b" });
  const missing = await handshake(server, "/ws/alice", { host: "" });

  assertEquals([origin.status, host.status, malformed.status, missing.status], [
    403,
    403,
    400,
    400,
  ]);
  assert(origin.answer.includes("--origins"));
  assert(host.answer.includes("--hosts"));
});

Deno.test("the route chooses its own subprotocol however it is offered, and echoes no other", async () => {
  await using server = await startTestServer();
  const chosen = async (offered: string) => {
    const headers = { "sec-websocket-protocol": offered };
    const { answer } = await handshake(server, "/ws/alice", headers);
    return /^sec-websocket-protocol: *(.*)\r$/im.exec(answer)?.[1];
  };

  assertEquals(await chosen("parley.v1,foo"), "parley.v1");
  assertEquals(await chosen("foo, parley.v1"), "parley.v1");
  assertEquals(await chosen("parley.v1, parley.v1.deflate"), "parley.v1.deflate");
  assertEquals(await chosen("secret-token"), undefined);
});

Deno.test("the route hands a cookie to a client that brought no credential, and only to it", async () => {
  await using server = await startTestServer();
  const { port } = new URL(server.url);

  const guest = await handshake(server, "/ws/alice", {});
  const cookie = new RegExp(`set-cookie: (parley-${port}=[\\w-]{43});`, "i").exec(guest.answer)
    ?.[1];
  const again = await handshake(server, "/ws/alice", { cookie: cookie! });

  assert(cookie, guest.answer);
  assertEquals(again.status, 101);
  assert(!/set-cookie/i.test(again.answer));
});

Deno.test("the route asks for version 13 and a key", async () => {
  await using server = await startTestServer();

  const old = await handshake(server, "/ws/alice", { "sec-websocket-version": "8" });
  const keyless = await handshake(server, "/ws/alice", { "sec-websocket-key": "" });

  assertEquals([old.status, keyless.status], [426, 426]);
  assert(/^sec-websocket-version: 13\r$/im.test(old.answer), old.answer);
});

Deno.test("the route refuses a key that isn't 16 bytes in base64", async () => {
  await using server = await startTestServer();
  const statuses = [];
  for (const key of ["dGhlIHNhbXBsZSBub25jZQ==", "x", "dGhlIHNhbXBsZSBub25jZQ", "?".repeat(24)]) {
    statuses.push((await handshake(server, "/ws/alice", { "sec-websocket-key": key })).status);
  }

  assertEquals(statuses, [101, 400, 400, 400]);
});

Deno.test("the route names --trusted-proxies when its own page came by https, and logs it once", async () => {
  await using server = await startTestServer();
  const origin = server.url.replace("http:", "https:");

  const program = await handshake(server, "/ws/alice", { origin });
  const page = await handshake(server, "/ws/alice", {
    origin,
    "sec-websocket-protocol": "parley.v1",
  });

  assertEquals(program.status, 403);
  assert(
    program.answer.includes("untrusted_proxy") && program.answer.includes("--trusted-proxies"),
  );
  assertEquals(page.status, 101);
  const lines = server.lines.filter((line) => line.includes("proxy not trusted"));
  assertEquals(lines.length, 1);
  assert(lines[0]!.includes("127.0.0.1") && lines[0]!.includes("--trusted-proxies"));
});

Deno.test("the page hears over its socket that the proxy isn't trusted, and not to come back", async () => {
  await using server = await startTestServer();
  const headers = { origin: server.wsUrl.replace("ws:", "https:") };
  const client = new ChatClient(`${server.wsUrl}/ws/alice`, { protocols: ["parley.v1"], headers });

  const { code } = await client.closed;

  assertEquals(code, 4506);
  assertEquals(client.framesOf("error").map((frame) => frame.code), ["untrusted_proxy"]);
});

Deno.test("the route decodes the name once, and strictly", async () => {
  await using server = await startTestServer();
  const nameOf = async (path: string) => {
    const client = new ChatClient(`${server.wsUrl}/ws/${path}`);
    await client.until(() => client.frames.length > 0);
    const [frame] = client.frames;
    await client.close();
    return frame?.type === "welcome" ? frame.username : frame?.type === "error" && frame.code;
  };

  assertEquals(await nameOf("%E6%9D%8E%E9%9B%B7"), "李雷");
  assertEquals(await nameOf("zo%C3%AB"), "zoë");
  assertEquals(await nameOf("%2541"), "invalid_username");
  assertEquals(await nameOf("%FF"), "invalid_username");
  assertEquals(await nameOf("a%2Fb"), "invalid_username");
  assertEquals(await nameOf("a%00"), "invalid_username");
});

Deno.test("the runtime pings later than the heartbeat, so that nobody is pinged twice", () => {
  assert(HEARTBEAT_MS < IDLE_TIMEOUT_SECONDS * 1000 / 2);
});

/** A log that gives out no name until it is told to. */
function hesitantStore() {
  const { promise, resolve: letIn } = Promise.withResolvers<void>();
  const log = new MemoryStore({ clock: systemClock, ids: new SequentialIds() });
  const store = storeWith(log, {
    claimName: async (claim) => {
      await promise;
      return await log.claimName(claim);
    },
  });
  return { store, letIn };
}

for (
  const [what, packets] of [
    ["bytes", Array.from({ length: 5 }, () => "x".repeat(60_000))],
    ["packets", Array.from({ length: 257 }, () => '{"message":"x"}')],
  ] as const
) {
  Deno.test(`the route closes a socket that sends too many ${what} before it is let in, and handles none`, async () => {
    // Their number was bounded, their size was not.
    const { store, letIn } = hesitantStore();
    await using server = await startTestServer({}, { store });
    const client = new ChatClient(`${server.wsUrl}/ws/alice`);
    await client.opened;

    for (const packet of packets) client.send(packet);
    const { code } = await client.closed;
    letIn();

    assertEquals(code, CLOSE_CODES.slowConsumer.code);
    assertEquals([store.lastSeq, server.manager.connections], [0, 0]);
  });
}

Deno.test("the route handles what arrives before it has let somebody in, in order", async () => {
  const { store, letIn } = hesitantStore();
  await using server = await startTestServer({}, { store });
  const client = new ChatClient(`${server.wsUrl}/ws/alice`);
  await client.opened;

  for (let i = 1; i <= 100; i++) client.send({ message: `${i}` });
  letIn();
  await client.until(() => client.messages.length === 100);

  assertEquals(client.messages, Array.from({ length: 100 }, (_, i) => `${i + 1}`));
  await client.close();
});
