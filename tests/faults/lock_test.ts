import { assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { ResilientClient } from "../support/resilient_client.ts";
import { checkInvariants } from "./support_invariants.ts";
import { Crowd } from "./support_crowd.ts";
import { readLog } from "./support_log.ts";
import { makeDataFolder, MortalServer, serveUntilEnd } from "./support_server.ts";
import { IS_FULL, trial } from "./support_trial.ts";

trial(
  "another process that holds the log delays what is said, and loses nothing",
  async (random) => {
    await using data = await makeDataFolder();
    await using server = await MortalServer.start(data.path);
    const { endpoint, url } = server;
    await using crowd = new Crowd({ random, endpoint, usernames: ["ann", "bob"], window: 1 });
    const [ann, bob] = crowd.clients as [ResilientClient, ResilientClient];
    await crowd.arrived();
    ann.say("public|ann|before");
    await crowd.until(() => bob.received.length === 1, "the first message");
    const other = new DatabaseSync(`${data.path}/parley.db`, { timeout: 5_000 });

    other.exec("BEGIN EXCLUSIVE");
    const id = ann.say("public|ann|meanwhile");
    const page = await (await fetch(`${url}/api/messages`)).json();
    // The first wait for the lock ends after five seconds, the second after five more.
    if (IS_FULL) await crowd.until(() => ann.errors.length >= 2, "two refusals");
    const hasAckWhileHeld = ann.acks.has(id);
    other.exec("COMMIT");
    other.close();
    await crowd.settled();
    const refusals = ann.errors.map(({ code }) => code);
    const endings = crowd.clients.flatMap((client) => client.endings);
    await server.stop();

    assertEquals(hasAckWhileHeld, false);
    assertEquals(page.messages.map(({ message }: { message: string }) => message), [
      "public|ann|before",
    ]);
    assertEquals(refusals, refusals.map(() => "unavailable"));
    assertEquals(endings, []);
    checkInvariants(crowd.clients, await readLog(data.path, crowd.clients));
  },
);

Deno.test("main.ts refuses a log that another process serves, its lock file deleted or not", async () => {
  await using data = await makeDataFolder();
  await using _server = await MortalServer.start(data.path);

  const first = await serveUntilEnd(data.path);
  await Deno.remove(`${data.path}/parley.lock`);
  const second = await serveUntilEnd(data.path);

  for (const { code, stdout, stderr } of [first, second]) {
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^parley: Another process [^\n]+\n$/);
  }
});
