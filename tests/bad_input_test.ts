import { assert, assertEquals } from "@std/assert";
import v8 from "node:v8";
import vm from "node:vm";
import { ChatClient, type ChatClientOptions } from "./support/chat_client.ts";
import { startTestServer, type TestServer } from "./support/test_server.ts";

/**
 * Runs one attack beside a bystander, then checks that the bystander is still served, saw nothing
 * of it, and that the server is back to where it was.
 */
async function besideBystander(
  overrides: Parameters<typeof startTestServer>[0],
  attack: (server: TestServer) => Promise<void>,
): Promise<void> {
  await using server = await startTestServer(overrides);
  const bystander = await ChatClient.connect(server.wsUrl, "bystander");
  const before = server.manager.sockets;

  await attack(server);

  bystander.send({ message: "still here" });
  await bystander.next("message", ({ message }) => message === "still here");
  assertEquals(bystander.messages, ["still here"]);
  await bystander.until(() => server.manager.sockets === before);
  assertEquals(server.manager.connections, 1);
  await bystander.close();
}

/** Sends one packet and gives back the refusal it gets, with the connection still open. */
async function refusalOf(server: TestServer, packet: string) {
  const client = await ChatClient.connect(server.wsUrl, "mallory");
  client.send(packet);
  const error = await client.next("error");
  await client.settled();
  await client.close();
  return [error.code, error.params?.key];
}

const KEPT_OPEN: [what: string, packet: string, code: string, key?: string][] = [
  ["text that isn't JSON", "hello", "invalid_json"],
  ["an empty packet", "", "invalid_json"],
  ["JSON that isn't an object", "[1]", "invalid_frame"],
  ["nesting 10,000 deep", "[".repeat(10_000) + "]".repeat(10_000), "invalid_frame"],
  ["__proto__", '{"__proto__":{"to":"bob"},"message":"x"}', "invalid_frame", "__proto__"],
  ["a number beyond range", '{"message":1e999}', "invalid_frame", "message"],
  ["an unknown type", '{"type":"shout","message":"x"}', "invalid_frame", "type"],
  ["an unknown key", '{"To":"bystander","message":"x"}', "invalid_frame", "To"],
  ["a null recipient", '{"to":null,"message":"x"}', "invalid_frame", "to"],
  ["an empty recipient", '{"to":"","message":"x"}', "invalid_frame", "to"],
  ["a blank message", '{"message":" \\n\\u200b"}', "message_empty"],
  ["a long message", `{"message":"${"😀".repeat(4_001)}"}`, "message_too_long"],
  ["a lone surrogate", '{"message":"\\ud800"}', "invalid_frame", "message"],
  ["a control character", '{"message":"\\u0007"}', "invalid_frame", "message"],
  ["a C1 control", '{"message":"\\u0085"}', "invalid_frame", "message"],
  ["a recipient nobody knows", '{"to":"carol","message":"x"}', "unknown_user"],
];

for (const [what, packet, code, key] of KEPT_OPEN) {
  Deno.test(`${what} gets ${code}, and the connection stays`, () =>
    besideBystander({}, async (server) => {
      assertEquals(await refusalOf(server, packet), [code, key]);
    }));
}

Deno.test("a message of 4,000 astral characters fits", () =>
  besideBystander({}, async (server) => {
    const alice = await ChatClient.connect(server.wsUrl, "alice");
    const bob = await ChatClient.connect(server.wsUrl, "bob");
    alice.send({ to: "bob", message: "😀".repeat(4_000) });
    assertEquals((await bob.next("message")).message, "😀".repeat(4_000));
    await alice.close();
    await bob.close();
  }));

const CLOSED: [
  what: string,
  packet: string | Uint8Array<ArrayBuffer>,
  code: string,
  close: number,
][] = [
  ["a frame over 65,536 bytes", `"${"x".repeat(65_535)}"`, "frame_too_large", 1009],
  [
    "a frame over 65,536 bytes of fewer characters",
    `"${"é".repeat(32_768)}"`,
    "frame_too_large",
    1009,
  ],
  ["a binary packet", new TextEncoder().encode('{"message":"x"}'), "unsupported_data", 1003],
];

for (const [what, packet, code, close] of CLOSED) {
  Deno.test(`${what} gets ${code}, then ${close}`, () =>
    besideBystander({}, async (server) => {
      const client = await ChatClient.connect(server.wsUrl, "mallory");
      if (typeof packet === "string") client.send(packet);
      else client.sendBytes(packet);
      assertEquals((await client.next("error")).code, code);
      assertEquals((await client.closed).code, close);
    }));
}

Deno.test("more than 100 bad frames end the connection for good", () =>
  besideBystander({}, async (server) => {
    const client = await ChatClient.connect(server.wsUrl, "mallory");
    const refusals = await refuseUntil(client, "?", "too_many_errors");
    assertEquals((await client.closed).code, 4500);
    assert(refusals > 100);
  }));

Deno.test("more packets than any client needs end the connection", () =>
  besideBystander({}, async (server) => {
    const client = await ChatClient.connect(server.wsUrl, "mallory");
    const foreign = { type: "read", conversation: "a_bob.a_carol", seq: 1 };
    const refusals = await refuseUntil(client, foreign, "too_many_packets");
    assertEquals((await client.closed).code, 4015);
    assert(refusals > 1_000);
  }));

/** Sends what is refused, again after each refusal, until the last one; says how many there were. */
async function refuseUntil(client: ChatClient, packet: unknown, last: string): Promise<number> {
  let refusals = 0;
  while (client.framesOf("error").at(-1)?.code !== last) {
    client.send(packet);
    refusals++;
    await client.until(() => client.framesOf("error").length >= refusals);
  }
  return refusals;
}

Deno.test("an account that sends too quickly is told when to go on, and nobody else is slowed", () =>
  besideBystander({ rate: 10, burst: 20 }, async (server) => {
    const credential = "A".repeat(43);
    const tabs = await Promise.all(
      [1, 2].map(() => ChatClient.connect(server.wsUrl, "alice", { credential })),
    );
    for (let i = 0; i < 15; i++) tabs[0]!.send({ id: `a${i}`, to: "alice", message: "x" });
    for (let i = 0; i < 15; i++) tabs[1]!.send({ id: `b${i}`, to: "alice", message: "x" });
    const answered = () =>
      tabs.reduce((sum, tab) => sum + tab.framesOf("ack").length + tab.framesOf("error").length, 0);
    await Promise.all(tabs.map((tab) => tab.until(() => answered() >= 30)));
    const errors = tabs.flatMap((tab) => tab.framesOf("error"));
    assert(errors.length >= 5, `${errors.length} refused`);
    for (const { code, id, params } of errors) {
      assertEquals(code, "rate_limited");
      assert(id !== undefined && Number(params?.retryAfterMs) > 0);
    }
    await Promise.all(tabs.map((tab) => tab.close()));
  }));

Deno.test("more connections than the limits allow are told which limit it was", async () => {
  const limits = { maxConnections: 4, maxPerSession: 2 };
  await besideBystander(limits, async (server) => {
    const credential = "A".repeat(43);
    const join = (name: string, options: ChatClientOptions = {}) =>
      ChatClient.connect(server.wsUrl, name, options);
    const tabs = [await join("alice", { credential }), await join("alice", { credential })];
    const third = await join("alice", { credential });
    assertEquals(third.framesOf("error")[0]!.code, "too_many_connections");
    assertEquals((await third.closed).code, 4503);
    const guest = await join("gus");
    const late = await join("late");
    assertEquals(late.framesOf("error")[0]!.code, "server_full");
    assertEquals((await late.closed).code, 4013);
    await Promise.all([...tabs, guest].map((client) => client.close()));
  });
  await besideBystander({ maxPerAddress: 1 }, async (server) => {
    const second = await ChatClient.connect(server.wsUrl, "second");
    assertEquals(second.framesOf("error")[0]!.code, "too_many_connections");
    await second.closed;
  });
});

/** Frees what nothing refers to, so that what is left can be counted. */
function collectGarbage(): void {
  v8.setFlagsFromString("--expose-gc");
  vm.runInNewContext("gc")();
}

/** Twenty clients at once, each with 64 KiB of rubbish in one of three kinds. */
async function attackOnce(server: TestServer, round: number): Promise<void> {
  const rubbish = [`"${"x".repeat(65_000)}"`, "[".repeat(65_000), "x".repeat(66_000)];
  await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    const client = await ChatClient.connect(server.wsUrl, `mallory-${round}-${i}`);
    client.send(rubbish[i % 3]!);
    await client.next("error");
    await client.close();
  }));
}

Deno.test("rubbish leaves no memory behind: 1,000 clients later the heap is as it was", async () => {
  await using server = await startTestServer();
  for (let round = 0; round < 10; round++) await attackOnce(server, round);
  collectGarbage();
  const before = Deno.memoryUsage().heapUsed;

  for (let round = 10; round < 60; round++) await attackOnce(server, round);
  collectGarbage();
  const grown = Deno.memoryUsage().heapUsed - before;

  // 65 MB went through; the log lines that the test itself keeps are a few hundred KB.
  assert(grown < 4_000_000, `${grown} bytes more`);
  assertEquals([server.manager.connections, server.manager.sockets], [0, 0]);
});
