import { assert, assertEquals } from "@std/assert";
import { backupLog, restoreLog } from "../../core/sqlite_backup.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { checkInvariants } from "./support_invariants.ts";
import { Crowd } from "./support_crowd.ts";
import { openLog, readLog, viewsOf } from "./support_log.ts";
import { makeDataFolder, MortalServer } from "./support_server.ts";
import { scale, trial } from "./support_trial.ts";

const BACKUPS = scale(10, 2);
/** Messages that are without their ack at any time. */
const UNDER_WAY = 64;
/** What is said before each backup, and at least during it, counted by who gets it. */
const STEPS = scale(8_000, 1_500);

trial(
  "a backup made under load holds what was acknowledged before it, and nothing else",
  async (random) => {
    await using data = await makeDataFolder();
    await using copies = await makeDataFolder();
    await using server = await MortalServer.start(data.path);
    const { endpoint } = server;
    await using crowd = new Crowd({ random, endpoint, usernames: ["ann", "bob", "cy", "dee"] });
    await crowd.arrived();
    const promises: { readonly restored: string; readonly newest: number }[] = [];

    for (let number = 1; number <= BACKUPS; number++) {
      const end = crowd.steps + STEPS;
      const isLoaded = (condition: () => boolean) =>
        crowd.until(() => {
          while (crowd.unanswered < UNDER_WAY) crowd.sayOne();
          return condition();
        }, `backup ${number}`);
      await isLoaded(() => crowd.steps >= end);
      const acks = crowd.clients.flatMap((client) => [...client.acks.values()]);
      const newest = Math.max(...acks.map(({ seq }) => seq));
      const file = `${copies.path}/backup ${number}.db`;
      let isDone = false;
      const backup = backupLog(data.path, file).then(() => {
        isDone = true;
        crowd.watch.notify();
      });
      await isLoaded(() => isDone);
      await backup;
      const restored = `${copies.path}/restored ${number}`;
      await restoreLog(file, restored, { epoch: `e_${number}`, secret: new Uint8Array(32) });
      promises.push({ restored, newest });
    }
    await crowd.settled();
    await server.stop();

    const views = await readLog(data.path, crowd.clients);
    checkInvariants(crowd.clients, views);
    for (const { restored, newest } of promises) {
      assertEquals(verifyLog(restored).problems, []);
      const store = await openLog(restored);
      const { lastSeq, epoch } = store;
      const kept = await viewsOf(store, crowd.clients);
      await store.close();
      assert(lastSeq >= newest, `the backup ends at ${lastSeq}, but ${newest} was acknowledged`);
      assert(epoch.startsWith("e_"));
      for (const [account, events] of views) {
        const before = events.filter(({ seq }) => seq <= lastSeq);
        assertEquals(kept.get(account)!.map(contentOf), before.map(contentOf));
      }
    }
  },
);

/** All of an event but what delivery may have noted since. */
function contentOf({ seq, at, text, author, recipient }: {
  seq: number;
  at: number;
  text: string;
  author: string;
  recipient?: { account: string };
}) {
  return [seq, at, text, author, recipient?.account];
}
