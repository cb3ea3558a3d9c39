import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { SqliteStore } from "../../core/store_sqlite.ts";
import { silentLog } from "../support/test_app.ts";
import { startTestServer } from "../support/test_server.ts";
import { Crowd } from "./support_crowd.ts";
import { checkInvariants } from "./support_invariants.ts";
import { readLog } from "./support_log.ts";
import { makeDataFolder } from "./support_server.ts";
import { scale, trial } from "./support_trial.ts";

const DEATHS = scale(100, 4);
/** Messages that are without their ack at any time: enough for commits of several. */
const UNDER_WAY = 24;
/** A writer gives so many answers before it ends. */
const FEWEST_ANSWERS = 8;
const MOST_ANSWERS = 120;

// What such a commit held never reached those who were connected, and their position skipped it.
trial("a writer that ends between its commit and the answer keeps its promises", async (random) => {
  await using data = await makeDataFolder();
  let writers = 0;
  const spawnWriter = () => {
    writers++;
    const name = String(random.whole(FEWEST_ANSWERS, MOST_ANSWERS));
    const url = new URL("./support_mortal_worker.ts", import.meta.url);
    return new Worker(url, { type: "module", name });
  };
  const options = { dataDir: data.path, clock: systemClock, log: silentLog, spawnWriter };
  const store = await SqliteStore.open(options);
  const server = await startTestServer({}, { store });
  await using crowd = new Crowd({
    random,
    endpoint: () => Promise.resolve(server.wsUrl),
    usernames: ["anna", "boris", "chloe", "dora", "dora"],
  });
  await crowd.arrived();

  for (let death = 1; death <= DEATHS; death++) {
    await crowd.until(() => {
      while (crowd.unanswered < UNDER_WAY) crowd.sayOne();
      return writers > death;
    }, `the ${death}th death`);
  }
  await crowd.settled();
  await server.close();

  checkInvariants(crowd.clients, await readLog(data.path, crowd.clients));
  assertEquals(verifyLog(data.path).problems, []);
  assert(crowd.clients.every(({ gaps }) => gaps.length === 0), "every resume should recover all");
});
