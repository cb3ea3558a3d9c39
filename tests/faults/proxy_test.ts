import { assert, assertEquals } from "@std/assert";
import { ByteCuttingProxy, type Cut } from "../support/byte_cutting_proxy.ts";
import type { Random } from "../support/random.ts";
import { checkInvariants } from "./support_invariants.ts";
import { Crowd } from "./support_crowd.ts";
import { readLog } from "./support_log.ts";
import { makeDataFolder, MortalServer } from "./support_server.ts";
import { scale, trial } from "./support_trial.ts";

const CLIENTS = scale(20, 6);
const MESSAGES = scale(1000, 100);
/** Messages that are without their ack at any time. */
const UNDER_WAY = CLIENTS * 2;
/** Longest life of a connection, in bytes of one side; most are cut much earlier. */
const MAX_BYTES = { server: scale(16_000, 6_000), client: 2_000 };

trial("a line that is cut at any byte neither loses nor doubles anything", async (random) => {
  await using data = await makeDataFolder();
  await using server = await MortalServer.start(data.path);
  const { port } = server;
  let isCutting = true;
  await using proxy = new ByteCuttingProxy({
    port,
    nextCut: () => isCutting ? randomCut(random) : undefined,
  });
  const usernames = Array.from({ length: CLIENTS - 1 }, (_, index) => `user${index}`);
  await using crowd = new Crowd({
    random,
    endpoint: () => server.endpoint().then(() => proxy.wsUrl),
    usernames: [...usernames, "user0"],
  });
  await crowd.until(() => crowd.clients.every(({ since }) => since !== undefined), "all to come");

  for (let said = 0; said < MESSAGES; said++) {
    await crowd.until(() => crowd.unanswered < UNDER_WAY, "acks");
    crowd.sayOne();
  }
  await crowd.until(() => crowd.unanswered === 0, "every ack");
  isCutting = false;
  await crowd.settled();
  await server.stop();

  checkInvariants(crowd.clients, await readLog(data.path, crowd.clients));
  const ids = crowd.clients.flatMap(({ acks }) => [...acks.keys()]);
  assertEquals(ids.length, MESSAGES + 1, "every message should have been acknowledged");
  assert(proxy.cuts > CLIENTS, `only ${proxy.cuts} connections were cut`);
});

function randomCut(random: Random): Cut {
  const side = random.happens(0.7) ? "server" : "client";
  return { side, afterBytes: Math.floor(MAX_BYTES[side] * random.fraction() ** 2) };
}
