import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { parseConfig } from "../../core/config.ts";
import { startServer } from "../../routes/server.ts";
import { ChatClient } from "../support/chat_client.ts";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { silentLog } from "../support/test_app.ts";
import { startTestServer } from "../support/test_server.ts";

for (
  const [host, url] of [
    ["127.0.0.1", /^http:\/\/localhost:\d+\/$/],
    ["127.0.0.2", /^http:\/\/127\.0\.0\.2:\d+\/$/],
    ["localhost", /^http:\/\/localhost:\d+\/$/],
    ["0.0.0.0", /^http:\/\/localhost:\d+\/$/],
  ] as const
) {
  Deno.test(`startServer() says where to open it when it listens on ${host}`, async () => {
    const server = await startServer({
      config: configOf("--port", "0", "--host", host),
      log: silentLog,
    });

    const { status } = await fetch(`${server.url}healthz`, { method: "HEAD" });
    await server.stop();

    assertEquals(status, 200);
    assertMatch(server.url, url);
  });
}

Deno.test("startServer() refuses a port that is in use", async () => {
  await using first = await startTestServer();
  const config = configOf("--port", new URL(first.url).port);

  await assertRejects(() => startServer({ config, log: silentLog }), Deno.errors.AddrInUse);
});

Deno.test({
  name: "startServer() refuses a port on which localhost is another program’s",
  ignore: !hasIpv6(),
  async fn() {
    using other = Deno.listen({ hostname: "::1", port: 0 });
    const config = configOf("--port", String((other.addr as Deno.NetAddr).port));

    await assertRejects(() => startServer({ config, log: silentLog }), Deno.errors.AddrInUse);
  },
});

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("startServer() keeps what was said over a restart, in the data folder", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "parley-data-" });
  const overrides = { store: "sqlite", dataDir } as const;
  const first = await startTestServer(overrides);
  const alice = await ChatClient.connect(first.wsUrl, "alice", { credential: "A".repeat(43) });
  alice.send({ id: "k1", message: "remember this" });
  const { seq } = await alice.next("ack");
  await first.close();

  const second = await startTestServer(overrides);
  const back = await ChatClient.connect(second.wsUrl, "alice", {
    credential: "A".repeat(43),
    query: "?history=10",
  });
  const replayed = await back.next("message");
  back.send({ id: "k1", message: "remember this" });
  const repeat = await back.next("ack");
  await second.close();
  await Deno.remove(dataDir, { recursive: true });

  assertEquals([replayed.message, replayed.seq, replayed.replay], ["remember this", seq, true]);
  assertEquals([repeat.seq, repeat.duplicate], [seq, true]);
});

Deno.test("stop() makes the server unready while clients hear that it ends", async () => {
  await using server = await startTestServer();
  // A client that never answers its close keeps the server waiting.
  using silent = await RawWebSocket.connect({
    port: Number(new URL(server.url).port),
    path: "/ws/alice",
  });

  const stopping = server.close();
  const closeCode = await silent.readCloseCode();
  const ready = await fetch(`${server.url}/readyz`);
  const alive = await fetch(`${server.url}/healthz`);
  await stopping;

  assertEquals(closeCode, 4001);
  assertEquals((await ready.json()).code, "shutting_down");
  assertEquals([ready.status, alive.status], [503, 200]);
  assertEquals(await alive.text(), "ok\n");
});

function configOf(...args: string[]) {
  const command = parseConfig(["--store", "memory", ...args], {}, { isTerminal: false });
  if (command.kind !== "run") throw new Error("Expected settings to run with");
  return command.config;
}
