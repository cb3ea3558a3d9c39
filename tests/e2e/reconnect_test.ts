import { assertEquals } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { startTestServer } from "../support/test_server.ts";

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
