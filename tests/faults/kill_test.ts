import { assert, assertEquals } from "@std/assert";
import { digestLog } from "../../core/sqlite_digest.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { checkInvariants } from "./support_invariants.ts";
import { Crowd } from "./support_crowd.ts";
import { readLog } from "./support_log.ts";
import { makeDataFolder, MortalServer } from "./support_server.ts";
import type { Random } from "../support/random.ts";
import { scale, trial } from "./support_trial.ts";

const KILLS = scale(200, 5);
/** Messages that are without their ack at any time: enough for commits of several. */
const UNDER_WAY = 24;
/** Within so many messages got or acknowledged after a start the server dies. */
const MAX_STEPS = 400;
/** Deaths after which the whole content of the log is compared. */
const COMPARED = scale(20, 2);
/** How often a client loses its connection while the server lives, for each packet that comes. */
const DROP_CHANCE = 0.03;

trial("a server killed at any moment keeps its promises", async (random) => {
  await using data = await makeDataFolder();
  await using server = await MortalServer.start(data.path);
  await using crowd = new Crowd({
    random,
    endpoint: server.endpoint,
    usernames: ["anna", "boris", "chloe", "dora", "dora"],
  });
  await crowd.arrived();

  for (let kill = 0; kill < KILLS; kill++) {
    const { port } = server;
    const end = crowd.steps + random.whole(0, MAX_STEPS);
    await crowd.until(() => {
      while (crowd.unanswered < UNDER_WAY) crowd.sayOne();
      if (random.happens(DROP_CHANCE)) random.oneOf(crowd.clients).drop();
      return crowd.steps >= end;
    }, `the ${kill + 1}th death`);
    await server.kill();
    assertEquals(verifyLog(data.path).problems, []);
    if (random.happens(0.2)) random.oneOf(crowd.clients).forgetUnanswered();
    await server.restart(random.happens(0.5) ? port : 0);
  }

  await crowd.settled();
  await server.stop();
  checkInvariants(crowd.clients, await readLog(data.path, crowd.clients));
  assertEquals(verifyLog(data.path).problems, []);
  assert(crowd.clients.every(({ gaps }) => gaps.length === 0), "every resume should recover all");
});

trial(
  "a log has the same digest before and after the start that follows a kill",
  async (random) => {
    await using data = await makeDataFolder();
    await using server = await MortalServer.start(data.path);
    const digests = new Set<string>();

    for (let kill = 0; kill < COMPARED; kill++) {
      await killUnderLoad(server, random);
      const killed = digestLog(data.path);
      await server.restart();
      await server.stop();

      assertEquals(digestLog(data.path), killed);
      digests.add(JSON.stringify(killed));
      await server.restart();
    }
    assertEquals(digests.size, COMPARED);
  },
);

async function killUnderLoad(server: MortalServer, random: Random): Promise<void> {
  const { endpoint } = server;
  await using crowd = new Crowd({ random, endpoint, usernames: ["anna", "boris", "chloe"] });
  await crowd.arrived();
  const end = crowd.steps + random.whole(1, MAX_STEPS);
  await crowd.until(() => {
    while (crowd.unanswered < UNDER_WAY) crowd.sayOne();
    return crowd.steps >= end;
  }, "a death under load");
  await server.kill();
}
