import { assertEquals } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { ChatClient, type ChatClientOptions } from "../support/chat_client.ts";
import { credentialOf } from "../support/test_api.ts";
import { startTestServer, type TestServer } from "../support/test_server.ts";

const PASSPHRASE = "correct horse battery";

const { code, reason } = CLOSE_CODES.signedOut;
const SIGNED_OUT = { code, reason };

function connect(server: TestServer, username: string, browser: string): Promise<ChatClient> {
  const options: ChatClientOptions = { credential: credentialOf(browser) };
  return ChatClient.connect(server.wsUrl, username, options);
}

/** Status of what comes of a POST. */
async function post(server: TestServer, path: string, browser: string, body: unknown) {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${credentialOf(browser)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
  await response.body?.cancel();
  return response.status;
}

/** Alice is connected, and has a passphrase. */
async function withAlice() {
  const server = await startTestServer();
  const laptop = await connect(server, "alice", "laptop");
  await post(server, "/api/passphrase", "laptop", { passphrase: PASSPHRASE });
  return { server, laptop };
}

Deno.test("a second browser signs in, connects under the same name and shares its messages", async () => {
  const { server, laptop } = await withAlice();
  await using _ = server;
  const before = await connect(server, "alice", "phone");

  assertEquals(before.framesOf("error").map((frame) => frame.code), ["username_taken"]);
  const body = { username: "alice", passphrase: PASSPHRASE };
  assertEquals(await post(server, "/api/sign-in", "phone", body), 200);
  const phone = await connect(server, "alice", "phone");
  const bob = await connect(server, "bob", "bob");
  bob.send({ to: "alice", message: "psst" });
  await Promise.all([laptop, phone].map((client) => client.next("message")));

  assertEquals([laptop.messages, phone.messages], [["psst"], ["psst"]]);
  const accounts = [laptop, phone].map((client) => client.framesOf("welcome")[0]!.account);
  assertEquals(accounts[0], accounts[1]);
  await Promise.all([before, laptop, phone, bob].map((client) => client.close()));
});

Deno.test("POST /api/sign-out closes the sockets of this session alone", async () => {
  const { server, laptop } = await withAlice();
  await using _ = server;
  await post(server, "/api/sign-in", "phone", { username: "alice", passphrase: PASSPHRASE });
  const phone = await connect(server, "alice", "phone");

  assertEquals(await post(server, "/api/sign-out", "phone", {}), 204);

  assertEquals(await phone.closed, SIGNED_OUT);
  laptop.send({ id: "1", message: "still here" });
  await laptop.next("ack");
  const again = await connect(server, "alice", "phone");
  assertEquals(again.framesOf("error").map((frame) => frame.code), ["username_taken"]);
  await Promise.all([again.close(), laptop.close()]);
});

Deno.test("POST /api/sign-out everywhere closes every socket of the account", async () => {
  const { server, laptop } = await withAlice();
  await using _ = server;
  await post(server, "/api/sign-in", "phone", { username: "alice", passphrase: PASSPHRASE });
  const phone = await connect(server, "alice", "phone");

  assertEquals(await post(server, "/api/sign-out", "phone", { everywhere: true }), 204);

  assertEquals([await laptop.closed, await phone.closed], [SIGNED_OUT, SIGNED_OUT]);
  const again = await connect(server, "alice", "laptop");
  assertEquals(again.framesOf("error").map((frame) => frame.code), ["username_taken"]);
  await again.close();
});

Deno.test("POST /api/account/delete closes the sockets, and the name is anybody's at once", async () => {
  const { server, laptop } = await withAlice();
  await using _ = server;
  const bob = await connect(server, "bob", "bob");
  laptop.send({ to: "bob", message: "remember me" });
  await bob.next("message");

  assertEquals(
    await post(server, "/api/account/delete", "laptop", {
      confirm: "alice",
      current: PASSPHRASE,
    }),
    204,
  );

  assertEquals(await laptop.closed, SIGNED_OUT);
  const next = await connect(server, "alice", "next");
  const [former] = laptop.framesOf("welcome");
  const [welcome] = next.framesOf("welcome");
  assertEquals(welcome!.username, "alice");
  assertEquals(welcome!.account === former!.account, false);
  await next.settled();
  assertEquals(next.messages, []);
  await Promise.all([next.close(), bob.close()]);
});

Deno.test("no log line of signing in and out holds a passphrase, a credential or a hash", async () => {
  const { server, laptop } = await withAlice();
  await using _ = server;

  await post(server, "/api/sign-in", "phone", { username: "alice", passphrase: PASSPHRASE });
  await post(server, "/api/sign-in", "phone", { username: "alice", passphrase: "wrong wrong" });
  await post(server, "/api/sign-out", "laptop", { everywhere: true });
  await laptop.closed;

  const secrets = [PASSPHRASE, "wrong wrong", credentialOf("laptop"), "$scrypt"];
  const told = server.lines.filter((line) => secrets.some((secret) => line.includes(secret)));
  assertEquals(told, []);
});
