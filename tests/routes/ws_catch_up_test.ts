import { assertEquals } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

const ALICE = "A".repeat(43);
const BOB = "B".repeat(43);

for (const protocols of [[], ["parley.v1"]]) {
  const dialect = protocols[0] ?? "plain";

  Deno.test(`/ws/:username?epoch=…&seq=… resumes where a ${dialect} client was`, async () => {
    await using server = await startTestServer();
    const alice = await ChatClient.connect(server.wsUrl, "alice");
    const bob = await ChatClient.connect(server.wsUrl, "bob", { protocols, credential: BOB });
    const { epoch, seq } = bob.framesOf("welcome")[0]!;
    await bob.close();
    for (const message of ["one", "two", "three"]) alice.send({ message });
    await alice.settled();

    const query = `?epoch=${epoch}&seq=${seq + 1}`;
    const back = await ChatClient.connect(server.wsUrl, "bob", {
      protocols,
      credential: BOB,
      query,
    });
    const resumed = await back.next("resumed");

    assertEquals(back.messages, ["two", "three"]);
    assertEquals(resumed, { type: "resumed", recovered: true, seq: seq + 3 });
    await Promise.all([alice.close(), back.close()]);
  });
}

Deno.test("/ws/:username?epoch=… of another log recovers nothing, and says so", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  alice.send({ message: "one" });
  await alice.settled();

  const query = "?epoch=e_of%20another&seq=0";
  const bob = await ChatClient.connect(server.wsUrl, "bob", { query });
  const resumed = await bob.next("resumed");

  assertEquals(resumed.recovered, false);
  assertEquals(bob.messages, []);
  await Promise.all([alice.close(), bob.close()]);
});

Deno.test("/ws/:username?history=… sends that many of the newest messages, marked", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  for (const message of ["one", "two", "three"]) alice.send({ message });
  await alice.settled();

  const query = "?history=2&color=red";
  const bob = await ChatClient.connect(server.wsUrl, "bob", { query });
  await bob.until(() => bob.messages.length === 2);

  assertEquals(bob.framesOf("message").map(({ message, replay }) => [message, replay]), [
    ["two", true],
    ["three", true],
  ]);
  await Promise.all([alice.close(), bob.close()]);
});

const BAD_QUERIES = [
  "?seq=41",
  "?epoch=e_1",
  "?epoch=e_1&seq=-1",
  "?epoch=e_1&seq=1.5",
  "?epoch=e_1&seq=99999999999999999999",
  "?history=501",
  "?history=",
  "?history=all",
];

for (const query of BAD_QUERIES) {
  Deno.test(`/ws/:username${query} is refused with invalid_query, and closed with 4505`, async () => {
    await using server = await startTestServer();

    const client = await ChatClient.connect(server.wsUrl, "alice", { query });
    const { code } = await client.closed;

    assertEquals(client.frames.map((frame) => "code" in frame ? frame.code : frame.type), [
      "invalid_query",
    ]);
    assertEquals(code, 4505);
  });
}

Deno.test("a private message waits for someone away, and its author hears when it has arrived", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice", { credential: ALICE });
  const bob = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  await bob.close();
  await alice.settled();

  alice.send({ id: "k1", to: "bob", message: "are you there?" });
  const ack = await alice.next("ack");
  const back = await ChatClient.connect(server.wsUrl, "bob", {
    credential: BOB,
    protocols: ["parley.v1"],
  });
  const message = await back.next("message");
  const delivered = await alice.next("delivered");

  assertEquals(ack.waiting, true);
  assertEquals([message.message, message.replay], ["are you there?", true]);
  assertEquals(delivered.seq, ack.seq);
  await Promise.all([alice.close(), back.close()]);
});
