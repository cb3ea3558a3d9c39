import { assert, assertEquals } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { makeFakeTime } from "../support/fake_time.ts";
import { JumpingClock } from "../support/jumping_clock.ts";
import { startTestServer } from "../support/test_server.ts";
import { checkInvariants } from "./support_invariants.ts";
import { credentialFor, Crowd } from "./support_crowd.ts";
import { openLog, viewsOf } from "./support_log.ts";
import { makeDataFolder, MortalServer } from "./support_server.ts";
import { scale, trial } from "./support_trial.ts";

const JUMPS = scale(60, 10);
const HOUR_MS = 3_600_000;
/** Most messages got or acknowledged between two jumps. */
const MAX_STEPS = 60;

trial(
  "a clock that jumps an hour either way changes no order and loses nothing",
  async (random) => {
    await using data = await makeDataFolder();
    const clock = new JumpingClock();
    const store = await openLog(data.path, { clock, inWorkers: true });
    await using server = await startTestServer({ leaveGraceMs: 50 }, { clock, store });
    const usernames = ["ann", "bob", "cy", "cy"];
    await using crowd = new Crowd({
      random,
      endpoint: () => Promise.resolve(server.wsUrl),
      usernames,
    });
    await crowd.arrived();

    for (let jump = 0; jump < JUMPS; jump++) {
      const end = crowd.steps + random.whole(1, MAX_STEPS);
      await crowd.until(() => {
        while (crowd.unanswered < 8) crowd.sayOne();
        return crowd.steps >= end;
      }, `jump ${jump + 1}`);
      clock.jump(jump > 0 && random.happens(0.5) ? HOUR_MS : -HOUR_MS);
      random.oneOf(crowd.clients).drop();
    }
    await crowd.settled();

    checkInvariants(crowd.clients, await viewsOf(store, crowd.clients));
    assertEquals(crowd.clients.flatMap(({ gaps }) => gaps), []);
    assert(crowd.clients.some(({ received }) => hasGoneBack(received)), "no time went back");
  },
);

const DAY_SECONDS = 86_400;

/** A server whose wall clock a test sets, on a log that keeps messages and names for 30 days. */
async function startOnFakeTime(dataDir: string) {
  const clock = await makeFakeTime(dataDir);
  if (!clock) return undefined;
  const args = ["--keep", "30d", "--name-ttl", "30d", "--leave-grace", "1ms"];
  const server = await MortalServer.start(dataDir, args, clock.prefix);
  const connect = (username: string, credential = credentialFor(username)) =>
    ChatClient.connect(`ws://127.0.0.1:${server.port}`, username, { credential });
  return {
    clock,
    server,
    connect,
    /** Says something and leaves, or stays. */
    async say(username: string, message: string): Promise<ChatClient> {
      const client = await connect(username);
      client.send({ id: crypto.randomUUID(), message });
      await client.next("ack");
      return client;
    },
    /** Why a stranger can't have a name; nothing if it was given away. */
    async refusalOf(username: string): Promise<string | undefined> {
      const stranger = await connect(username, credentialFor("stranger"));
      await stranger.close();
      return stranger.framesOf("error")[0]?.code;
    },
    async history(): Promise<string[]> {
      const response = await fetch(`${server.url}/api/messages`);
      const { messages } = await response.json();
      return messages.map(({ message }: { message: string }) => message);
    },
    async setPassphrase(username: string): Promise<void> {
      const response = await fetch(`${server.url}/api/passphrase`, {
        method: "POST",
        headers: {
          "authorization": `Bearer ${credentialFor(username)}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ passphrase: "correct horse battery staple" }),
      });
      assertEquals(response.status, 204, await response.text());
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

Deno.test("a clock 31 days ahead gives no name away and erases nothing", async () => {
  await using data = await makeDataFolder();
  await using chat = await startOnFakeTime(data.path);
  if (!chat) return;
  await (await chat.say("ann", "from ann")).close();
  await chat.setPassphrase("ann");
  await (await chat.say("bob", "from bob")).close();
  await chat.clock.set(31 * DAY_SECONDS);

  const whileRunning = [await chat.refusalOf("ann"), await chat.refusalOf("bob")];
  await chat.server.kill();
  await chat.server.restart();
  const afterStart = [await chat.refusalOf("ann"), await chat.refusalOf("bob")];
  // The removal of old messages begins with a start; what follows it waits for the next one.
  await (await chat.say("cy", "from cy")).close();

  assertEquals(whileRunning, ["username_taken", "username_taken"]);
  assertEquals(afterStart, ["username_taken", "username_taken"]);
  assertEquals(await chat.history(), ["from ann", "from bob", "from cy"]);
});

Deno.test("a clock that was behind at a start and is corrected takes nothing from anyone", async () => {
  await using data = await makeDataFolder();
  await using chat = await startOnFakeTime(data.path);
  if (!chat) return;
  await chat.say("ann", "before");
  await chat.server.kill();
  await chat.clock.set(-400 * DAY_SECONDS);
  await chat.server.restart();
  const bob = await chat.say("bob", "meanwhile");
  await bob.close();
  await chat.clock.set(0);

  const whileRunning = [await chat.refusalOf("ann"), await chat.refusalOf("bob")];
  await chat.server.kill();
  await chat.server.restart();
  const afterStart = [await chat.refusalOf("ann"), await chat.refusalOf("bob")];
  await (await chat.say("cy", "after")).close();

  assertEquals(whileRunning, ["username_taken", "username_taken"]);
  assertEquals(afterStart, ["username_taken", "username_taken"]);
  assertEquals(await chat.history(), ["before", "meanwhile", "after"]);
});

function hasGoneBack(messages: readonly { readonly at: number }[]): boolean {
  return messages.some(({ at }, index) => at < (messages[index - 1]?.at ?? 0));
}
