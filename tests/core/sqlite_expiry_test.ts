import { assertEquals, assertGreater } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { verifyLog } from "../../core/sqlite_verify.ts";
import type { Account, Retention } from "../../core/store.ts";
import { privately, publicly } from "../contracts/store_contract.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { claimOf, DataFolder } from "../support/test_log.ts";

const HOUR_MS = 3_600_000;
const TTL_MS = 24 * HOUR_MS;
/** When a reservation has ended, and what it keeps besides. */
const EXPIRED_MS = TTL_MS + HOUR_MS;

/** A log with people who come and go. */
async function createLogOfStrangers(retention: Retention = { kind: "forever" }) {
  const folder = await DataFolder.make();
  const clock = new ManualClock();
  const store = await folder.open({ clock, retention });
  const count = (table: string) => {
    const db = new DatabaseSync(`${folder.path}/parley.db`, { readOnly: true });
    const rows = db.prepare(`SELECT count(*) AS count FROM ${table}`).get();
    db.close();
    return Number(rows!.count);
  };
  return {
    clock,
    store,
    async user(username: string): Promise<Account> {
      const account = await store.claimName(claimOf(username));
      if (account === "taken") throw new TypeError(`Cannot use ${username}: the name is taken`);
      return account;
    },
    counts: () => ["accounts", "names", "sessions", "reads"].map(count),
    count,
    newestId(): number {
      const db = new DatabaseSync(`${folder.path}/parley.db`, { readOnly: true });
      const { id } = db.prepare("SELECT max(id) AS id FROM accounts").get()!;
      db.close();
      return Number(id);
    },
    /** Takes steps until nothing is left to do at once; returns how many. */
    async expire(limit = 50): Promise<number> {
      let steps = 1;
      while (await store.expire(TTL_MS, limit)) steps++;
      return steps;
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      assertEquals(verifyLog(folder.path).problems, []);
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("SqliteStore.expire() removes strangers who left nothing, in small steps", async () => {
  // 6,621 rows stayed for ever after 20 minutes of strangers.
  await using log = await createLogOfStrangers();
  for (let i = 0; i < 120; i++) await log.user(`stranger${i}`);
  log.clock.advance(EXPIRED_MS - 1);
  await log.expire();
  assertEquals(log.counts(), [120, 120, 120, 120]);
  log.clock.advance(HOUR_MS);

  const steps = await log.expire();

  assertEquals(log.counts(), [0, 0, 0, 0]);
  assertEquals(steps, 3);
});

Deno.test("SqliteStore.expire() keeps whoever is seen, has a passphrase or left a message", async () => {
  await using log = await createLogOfStrangers();
  const [ann, bob, cy] = [await log.user("ann"), await log.user("bob"), await log.user("cy")];
  const dan = await log.user("dan");
  await log.user("eve");
  await log.store.setPassphrase(ann.account, "hash");
  await log.store.append([publicly(bob, "hello"), privately(bob, cy, "psst")]);
  log.clock.advance(EXPIRED_MS);
  await log.store.touchAccounts([dan.account]);

  await log.expire();

  assertEquals(log.counts(), [4, 4, 4, 4]);
  assertEquals(await log.user("cy"), cy);
  await log.store.setPassphrase(ann.account, undefined);
});

Deno.test("SqliteStore.expire() removes what retention and deletion have left", async () => {
  await using log = await createLogOfStrangers({ kind: "count", maxEvents: 0 });
  const [ann, bob] = [await log.user("ann"), await log.user("bob")];
  const guest = { account: "a_guest", username: "gus" };
  await log.store.append([privately(ann, bob, "psst", "k1"), publicly(guest, "hello", "k2")]);
  await log.store.markRead(bob.account, `${ann.account}.${bob.account}`, 1);
  await log.store.prune(9);
  const closed = await log.user("cy");
  await log.store.closeAccount(closed.account);
  await log.store.eraseClosed();
  log.clock.advance(EXPIRED_MS);
  await log.store.prune(9);
  log.clock.advance(EXPIRED_MS);

  await log.expire();

  assertEquals(log.counts(), [0, 0, 0, 0]);
  const left = ["acks", "members", "erasures", "conversations WHERE kind <> 'lobby'"];
  assertEquals(left.map(log.count), [0, 0, 0, 0]);
});

Deno.test("SqliteStore.expire() forgets an id after its message, and not before the reservation", async () => {
  await using log = await createLogOfStrangers({ kind: "count", maxEvents: 1 });
  const ann = await log.user("ann");
  await log.store.append(["1", "2", "3"].map((text) => publicly(ann, text, `k${text}`)));
  await log.store.prune(9);
  const outcomes = async () => {
    const events = ["1", "2", "3"].map((text) => publicly(ann, text, `k${text}`));
    return (await log.store.append(events)).map(({ outcome }) => outcome);
  };
  log.clock.advance(TTL_MS - 1);
  await log.store.touchAccounts([ann.account]);
  await log.expire();
  assertEquals(await outcomes(), ["duplicate", "duplicate", "duplicate"]);
  log.clock.advance(1);

  const steps = await log.expire(1);

  assertEquals(log.count("acks"), 0);
  assertGreater(steps, 2);
  assertEquals(await outcomes(), ["stored", "stored", "duplicate"]);
});

Deno.test("SqliteStore.expire() takes an account with many conversations in several steps", async () => {
  await using log = await createLogOfStrangers({ kind: "count", maxEvents: 0 });
  const ann = await log.user("ann");
  for (let i = 0; i < 25; i++) {
    await log.store.append([privately(ann, await log.user(`user${i}`), "psst")]);
  }
  await log.store.prune(99);
  log.clock.advance(EXPIRED_MS);

  const steps = await log.expire(10);

  assertEquals([log.count("accounts"), log.count("members")], [0, 0]);
  assertGreater(steps, 4);
});

Deno.test("SqliteStore never gives a row id again, since the search indexes name accounts by it", async () => {
  await using log = await createLogOfStrangers();
  await log.user("ann");
  const before = log.newestId();
  log.clock.advance(EXPIRED_MS);
  await log.expire();

  await log.user("bob");

  assertGreater(log.newestId(), before);
});

Deno.test("SqliteStore.append() takes a message of a guest whose row has been removed meanwhile", async () => {
  await using log = await createLogOfStrangers({ kind: "count", maxEvents: 0 });
  const guest = { account: "a_guest", username: "gus" };
  await log.store.append([publicly(guest, "1")]);
  await log.store.prune(9);
  log.clock.advance(EXPIRED_MS);
  await log.expire();
  assertEquals(log.count("accounts"), 0);

  const [result] = await log.store.append([publicly(guest, "2")]);

  assertEquals(result?.outcome, "stored");
});
