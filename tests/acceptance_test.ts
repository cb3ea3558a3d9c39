import { assert, assertEquals } from "@std/assert";
import { ChatClient } from "./support/chat_client.ts";
import { startTestServer } from "./support/test_server.ts";

const ALICE = "A".repeat(43);
const BOB = "B".repeat(43);

Deno.test("S3 /ws/:username upgrades; a plain GET there gets 426 and says how", async () => {
  await using server = await startTestServer();

  const plain = await fetch(`${server.url}/ws/alice`);
  const problem = await plain.json();
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob", { protocols: ["foo", "parley.v1"] });

  assertEquals(plain.status, 426);
  assertEquals(plain.headers.get("upgrade"), "websocket");
  assertEquals(problem.code, "upgrade_required");
  assert(JSON.stringify(problem).includes("ws://127.0.0.1"));
  assertEquals(alice.protocol, "");
  assertEquals(bob.protocol, "parley.v1");
  assertEquals(alice.frames[0]!.type, "welcome");
});

Deno.test("S4 connect registers a user under a unique username and tells the others", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice");

  const bob = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  const impostor = await ChatClient.connect(server.wsUrl, "Bob", { credential: ALICE });

  assertEquals((await alice.next("joined")).message, "bob joined the chat");
  assertEquals(bob.framesOf("welcome")[0]!.online, 2);
  assertEquals(impostor.framesOf("error").map(({ code }) => code), ["username_taken"]);
  assertEquals(impostor.frames.length, 1);
  assertEquals((await impostor.closed).code, 4502);
});

Deno.test("S5 a public message reaches every connected client, the sender too", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob");
  const carol = await ChatClient.connect(server.wsUrl, "carol", { protocols: ["parley.v1"] });

  alice.send({ message: "hello" });

  const copies = await Promise.all([alice, bob, carol].map((client) => client.next("message")));
  assertEquals(copies[0]!.message, "hello");
  assertEquals(copies[0], copies[1]);
  assertEquals(copies[0], copies[2]);
});

Deno.test("S6 a private message reaches its two people on all their connections, nobody else", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice", { credential: ALICE });
  const aliceTab = await ChatClient.connect(server.wsUrl, "alice", { credential: ALICE });
  const bob = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  const bobPhone = await ChatClient.connect(server.wsUrl, "bob", {
    credential: BOB,
    protocols: ["parley.v1"],
  });
  const carol = await ChatClient.connect(server.wsUrl, "carol");

  alice.send({ id: "k1", to: "bob", message: "psst" });
  for (const client of [alice, aliceTab, bob, bobPhone]) {
    const copy = await client.next("message");
    assertEquals([copy.from, copy.to, copy.message], ["alice", "bob", "psst"]);
  }
  await Promise.all([alice, aliceTab, bob, bobPhone, carol].map((client) => client.settled()));

  for (const client of [alice, aliceTab, bob, bobPhone]) {
    assertEquals(client.messages, ["psst"]);
  }
  assertEquals(JSON.stringify(carol.frames).includes("psst"), false);
  assertEquals(server.lines.join().includes("psst"), false);
});

Deno.test("S7 when a user's last connection goes, the others hear it exactly once", async () => {
  await using server = await startTestServer({ leaveGraceMs: 0 });
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  const guest = await ChatClient.connect(server.wsUrl, "gus");
  const tab = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  const phone = await ChatClient.connect(server.wsUrl, "bob", { credential: BOB });
  const rude = await ChatClient.connect(server.wsUrl, "rude");

  await guest.close();
  await alice.next("left", ({ username }) => username === "gus");
  rude.sendBytes(new Uint8Array([1, 2, 3]));
  await rude.closed;
  await alice.next("left", ({ username }) => username === "rude");
  await tab.close();
  await alice.settled();
  assertEquals(alice.framesOf("left").length, 2);
  await phone.close();
  await alice.next("left", ({ username }) => username === "bob");
  await alice.settled();

  assertEquals(alice.framesOf("left").map(({ message, online }) => [message, online]), [
    ["gus left the chat", 3],
    ["rude left the chat", 2],
    ["bob left the chat", 1],
  ]);
  assertEquals(server.manager.online, 1);
});

Deno.test("S8 one connection sends thousands of frames, in order, none lost", async () => {
  await using server = await startTestServer();
  const alice = await ChatClient.connect(server.wsUrl, "alice");
  const bob = await ChatClient.connect(server.wsUrl, "bob", { protocols: ["parley.v1"] });
  const texts = Array.from({ length: 5_000 }, (_, i) => `message ${i}`);

  texts.forEach((message, i) => alice.send({ id: `k${i}`, message }));
  for (const client of [alice, bob]) {
    await client.until(() => client.messages.length >= texts.length, 30_000);
  }

  for (const client of [alice, bob]) {
    assertEquals(client.messages, texts);
    const seqs = client.framesOf("message").map(({ seq }) => seq);
    assertEquals(seqs, seqs.toSorted((a, b) => a - b));
  }
  assertEquals(alice.framesOf("ack").map(({ id }) => id), texts.map((_, i) => `k${i}`));
});

Deno.test("1,000 clients that reconnect under their old names at once all get every message", async () => {
  await using server = await startTestServer();
  const credentials = Array.from({ length: 1_000 }, (_, i) => `${i}`.padStart(43, "c"));
  const join = (credential: string, i: number) =>
    ChatClient.connect(server.wsUrl, `user${i}`, { credential, protocols: ["parley.v1"] });
  const old = await Promise.all(credentials.map(join));

  const [fresh] = await Promise.all([
    Promise.all(credentials.map(join)),
    Promise.all(old.map((client) => client.close())),
  ]);
  const speaker = await ChatClient.connect(server.wsUrl, "speaker");
  for (let i = 0; i < 10; i++) speaker.send({ message: `${i}` });

  for (const client of fresh) {
    await client.until(() => client.messages.length >= 10);
    assertEquals(client.messages, Array.from({ length: 10 }, (_, i) => `${i}`));
  }
  assertEquals(server.manager.connections, 1_001);
  await Promise.all(fresh.map((client) => client.close()));
});
