import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { systemClock } from "../../core/clock.ts";
import { SqliteAppend } from "../../core/sqlite_append.ts";
import { SqliteDatabase } from "../../core/sqlite_database.ts";
import { SqliteReads } from "../../core/sqlite_reads.ts";
import { migrate } from "../../core/sqlite_schema.ts";
import { type NewEvent, StoreOpenError, StoreUnavailableError } from "../../core/store.ts";
import { SqliteStore } from "../../core/store_sqlite.ts";
import type { ResilientClient } from "../support/resilient_client.ts";
import { silentLog } from "../support/test_app.ts";
import { checkInvariants } from "./support_invariants.ts";
import { credentialFor, Crowd } from "./support_crowd.ts";
import { openLog, readLog } from "./support_log.ts";
import { makeDataFolder, MortalServer, serveUntilEnd } from "./support_server.ts";
import { mountSmallDisk, remountReadOnly } from "./support_small_disk.ts";
import { trial } from "./support_trial.ts";

const FILLING = "x".repeat(3900);

trial("a full disk refuses for a time what can't be stored, and nothing else", async (random) => {
  const disk = await mountSmallDisk();
  if (!disk) return console.warn("Not shown on a real disk: none can be mounted here.");
  await using _disk = disk;
  await using server = await MortalServer.start(`${disk.path}/data`);
  const { endpoint } = server;
  await using crowd = new Crowd({ random, endpoint, usernames: ["ann", "bob", "cy"], window: 1 });
  const [ann, bob] = crowd.clients as [ResilientClient, ResilientClient];
  await crowd.arrived();
  ann.say("public|ann|before");
  await crowd.until(() => bob.received.length === 1, "the first message");
  assertEquals(await statusOf(server, "/readyz"), 200);

  await disk.fill();
  let number = 0;
  await crowd.until(() => {
    if (ann.unanswered === 0) ann.say(`public|${FILLING}|${++number}`);
    return isRefused(ann);
  }, "a refusal");
  const { acks } = ann;
  const refused = ann.errors.at(-1)!;
  await waitForStatus(server, "/readyz", 503);

  assertEquals([refused.code, typeof refused.params?.retryAfterMs], ["unavailable", "number"]);
  assertEquals(acks.has(refused.id!), false, "what can't be stored should get no ack");
  assertEquals(await statusOf(server, "/api/messages"), 200);
  assertEquals(await statusOf(server, "/healthz"), 200);
  bob.drop();
  await crowd.until(() => bob.endings.length > 0 && bob.isOnline, "somebody to come back");
  assertEquals(ann.endings, [], "those connected should stay connected");

  await disk.free();
  await crowd.until(() => acks.has(refused.id!), "the ack, once there is space");
  await waitForStatus(server, "/readyz", 200);
  await crowd.settled();
  await server.stop();
  checkInvariants(crowd.clients, await readLog(`${disk.path}/data`, crowd.clients));
});

Deno.test("SqliteAppend.append() stores all or nothing when no page is left, and goes on later", async () => {
  await using data = await makeDataFolder();
  const db = new SqliteDatabase(`${data.path}/log.db`, { busyTimeoutMs: 0 });
  migrate(db, () => ({ epoch: "e_1", secret: new Uint8Array(32) }));
  const append = new SqliteAppend(db, { kind: "forever" });
  const reads = new SqliteReads(db);
  const read = () => reads.read({ limit: 1000, from: "oldest" }).map(({ text }) => text);
  const [first, ...more] = Array.from(
    { length: 50 },
    (_, index) => publicEvent(`${index} ${FILLING}`),
  );
  append.append([first!], 1);

  db.execute("PRAGMA max_page_count = 1");
  assertThrows(() => append.append(more, 2), StoreUnavailableError, "full");
  const whileFull = read();
  db.execute("PRAGMA max_page_count = 100000");
  const results = append.append(more, 3);

  assertEquals(whileFull, [first!.text]);
  assertEquals(results.map(({ outcome }) => outcome), more.map(() => "stored"));
  assertEquals(read(), [first, ...more].map((event) => event!.text));
  db.close();
});

Deno.test("SqliteAppend.append() says that nothing can be stored when the log turns read-only", async () => {
  await using data = await makeDataFolder();
  const db = new SqliteDatabase(`${data.path}/log.db`, { busyTimeoutMs: 0 });
  migrate(db, () => ({ epoch: "e_1", secret: new Uint8Array(32) }));
  const append = new SqliteAppend(db, { kind: "forever" });

  db.execute("PRAGMA query_only = ON");
  assertThrows(() => append.append([publicEvent("no")], 1), StoreUnavailableError, "readonly");
  db.execute("PRAGMA query_only = OFF");
  const [result] = append.append([publicEvent("yes")], 2);

  assertEquals(result?.outcome, "stored");
  db.close();
});

Deno.test("main.ts ends with one line and code 1 when its data is on a read-only disk", async () => {
  const disk = await mountSmallDisk();
  if (!disk) return console.warn("Not shown on a read-only disk: none can be mounted here.");
  await using _disk = disk;
  const dataDir = `${disk.path}/data`;
  await (await openLog(dataDir)).close();
  await remountReadOnly(disk);

  const { code, stdout, stderr } = await serveUntilEnd(dataDir);

  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^parley: Cannot [^\n]*\/data[^\n]*\n$/);
});

Deno.test({
  name: "SqliteStore.open() says so when it may not write into its folder",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    await using data = await makeDataFolder();
    await Deno.chmod(data.path, 0o500);
    const options = { dataDir: data.path, clock: systemClock, log: silentLog, inWorkers: false };

    const error = await assertRejects(() => SqliteStore.open(options), StoreOpenError);

    assertEquals(error.problem, "unavailable");
    await Deno.chmod(data.path, 0o700);
  },
});

function publicEvent(text: string): NewEvent {
  return { kind: "message", to: { kind: "lobby" }, author: "a_ann", from: "ann", text };
}

function isRefused({ errors }: ResilientClient): boolean {
  return errors.some(({ code }) => code === "unavailable");
}

async function statusOf({ url }: MortalServer, path: string): Promise<number> {
  const headers = { authorization: `Bearer ${credentialFor("ann")}` };
  const response = await fetch(url + path, { headers });
  await response.body?.cancel();
  return response.status;
}

/** Asks until the answer is the one that should come. */
async function waitForStatus(server: MortalServer, path: string, status: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (await statusOf(server, path) !== status) {
    assert(performance.now() < deadline, `${path} should come to answer ${status}`);
  }
}
