import { assert, assertEquals } from "@std/assert";
import { JumpingClock } from "../support/jumping_clock.ts";
import { startTestServer } from "../support/test_server.ts";
import { checkInvariants } from "./support_invariants.ts";
import { Crowd } from "./support_crowd.ts";
import { openLog, viewsOf } from "./support_log.ts";
import { makeDataFolder } from "./support_server.ts";
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

function hasGoneBack(messages: readonly { readonly at: number }[]): boolean {
  return messages.some(({ at }, index) => at < (messages[index - 1]?.at ?? 0));
}
