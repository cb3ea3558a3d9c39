import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SqliteAcks } from "../../core/sqlite_acks.ts";
import { SqlitePeople } from "../../core/sqlite_people.ts";
import { SqliteAppend } from "../../core/sqlite_append.ts";
import { SqliteDatabase } from "../../core/sqlite_database.ts";
import { filesIn } from "../../core/sqlite_files.ts";
import { StoreUnavailableError } from "../../core/store.ts";
import { ChatClient } from "../support/chat_client.ts";
import type { Random } from "../support/random.ts";
import type { ResilientClient } from "../support/resilient_client.ts";
import { startTestServer } from "../support/test_server.ts";
import { checkInvariants } from "./support_invariants.ts";
import { credentialFor, Crowd } from "./support_crowd.ts";
import { openLog, readLog, type Views, viewsOf } from "./support_log.ts";
import { makeDataFolder, MortalServer, serveUntilEnd } from "./support_server.ts";
import { mountSmallDisk, remountReadOnly } from "./support_small_disk.ts";
import { trial } from "./support_trial.ts";

/** Long enough that a log of one free page soon has none. */
const FILLING = "x".repeat(3900);

/** A server on a disk that can be full. */
interface Served {
  /** As in `http://127.0.0.1:41234`. */
  readonly url: string;
  fill(): Promise<void>;
  free(): Promise<void>;
  /** Reads the log, once nobody speaks any more. */
  viewsOf(clients: readonly ResilientClient[]): Promise<Views>;
}

trial("a full disk refuses for a time what can't be stored, and nothing else", async (random) => {
  const disk = await mountSmallDisk();
  if (!disk) return console.warn("Not shown on a real disk: none can be mounted here.");
  await using _disk = disk;
  const dataDir = `${disk.path}/data`;
  await using server = await MortalServer.start(dataDir);
  const { url } = server;
  await using crowd = await gather(url, random);

  await tellStory(crowd, {
    url,
    fill: () => disk.fill(),
    async free() {
      await waitForStatus(url, "/readyz", 503);
      assertEquals(await refusalOf(url, "newcomer"), "unavailable 4011");
      await disk.free();
    },
    async viewsOf(clients) {
      await server.stop();
      return await readLog(dataDir, clients);
    },
  });
});

trial("a log that may not grow refuses for a time, and nothing else", async (random) => {
  await using data = await makeDataFolder();
  const store = await openLog(data.path, { inWorkers: true });
  await using server = await startTestServer({}, { store });
  await using crowd = await gather(server.url, random);

  await tellStory(crowd, {
    url: server.url,
    fill: () => store.limitPages(1),
    free: () => store.limitPages(1_000_000),
    viewsOf: (clients) => viewsOf(store, clients),
  });
});

// The probe wrote one page, a long message takes four: /readyz stayed 200 while they all failed,
// and nobody could sign out.
Deno.test("on a full disk people can sign out, and the server starts, and says that it is full", async () => {
  const disk = await mountSmallDisk();
  if (!disk) return console.warn("Not shown on a real disk: none can be mounted here.");
  await using _disk = disk;
  await using server = await MortalServer.start(`${disk.path}/data`);
  const sessions = await Promise.all(["ann", "bob"].map(async (name) => {
    const credential = credentialFor(name);
    const client = await ChatClient.connect(server.url.replace("http", "ws"), name, { credential });
    return { client, headers: { authorization: `Bearer ${credential}` } };
  }));
  const [ann, bob] = sessions as [typeof sessions[0], typeof sessions[0]];

  await disk.fill();
  await waitForStatus(server.url, "/readyz", 503);
  const signOut = async ({ headers }: { headers: Record<string, string> }, everywhere: boolean) => {
    const init = {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ everywhere }),
    };
    const response = await fetch(`${server.url}/api/sign-out`, init);
    await response.body?.cancel();
    return response.status;
  };

  assertEquals([await signOut(ann, false), await signOut(bob, true)], [204, 204]);
  assertEquals([(await ann.client.closed).code, (await bob.client.closed).code], [4504, 4504]);
  assertEquals(await statusOf(server.url, "/readyz"), 503);
  await server.stop();
  await disk.fill();
  await server.restart();
  // At its start it could put away what the last one had left in the WAL.
  await disk.fill();
  await waitForStatus(server.url, "/readyz", 503);

  const session = await fetch(`${server.url}/api/session`, { headers: ann.headers });
  assertEquals((await session.json()).accounts, []);
  assertEquals(await refusalOf(server.url, "newcomer"), "unavailable 4011");
  await disk.free();
  await waitForStatus(server.url, "/readyz", 200);
});

Deno.test("SqliteAppend.append() can store nothing while the log is read-only", async () => {
  await using data = await makeDataFolder();
  await (await openLog(data.path)).close();
  const db = new SqliteDatabase(filesIn(data.path).log, { busyTimeoutMs: 0 });
  const append = new SqliteAppend(db, new SqlitePeople(db), new SqliteAcks(db, true), {
    kind: "forever",
  });
  const event = {
    kind: "message",
    to: { kind: "lobby" },
    author: "a_ann",
    from: "ann",
    text: "hi",
  } as const;

  db.execute("PRAGMA query_only = ON");
  assertThrows(
    () => append.append([event], { at: 1, logTime: 1 }),
    StoreUnavailableError,
    "readonly",
  );
  db.execute("PRAGMA query_only = OFF");
  const [result] = append.append([event], { at: 2, logTime: 2 });

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
  name: "main.ts ends with one line and code 1 when it may not write into its folder",
  // The administrator may write everywhere.
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    await using data = await makeDataFolder();
    await Deno.chmod(data.path, 0o500);

    const { code, stdout, stderr } = await serveUntilEnd(data.path);

    await Deno.chmod(data.path, 0o700);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^parley: Cannot [^\n]+\n$/);
  },
});

/** Three people, each of whom waits for an ack before the next message. */
async function gather(url: string, random: Random): Promise<Crowd> {
  const endpoint = () => Promise.resolve(url.replace("http", "ws"));
  const crowd = new Crowd({ random, endpoint, usernames: ["ann", "bob", "cy"], window: 1 });
  await crowd.arrived();
  return crowd;
}

async function tellStory(crowd: Crowd, served: Served): Promise<void> {
  const { url } = served;
  const [ann, bob] = crowd.clients as [ResilientClient, ResilientClient];
  ann.say("public|ann|before");
  await crowd.until(() => bob.received.length === 1, "the first message");
  assertEquals(await statusOf(url, "/readyz"), 200);

  await served.fill();
  let number = 0;
  const refusal = () => ann.errors.find(({ code }) => code === "unavailable");
  await crowd.until(() => {
    if (ann.unanswered === 0) ann.say(`public|${FILLING}|${++number}`);
    return refusal() !== undefined;
  }, "a refusal");
  const { id, params } = refusal()!;

  assertEquals(typeof params?.retryAfterMs, "number");
  assertEquals(ann.acks.has(id!), false, "what can't be stored should get no ack");
  assertEquals(await statusOf(url, "/api/messages"), 200);
  assertEquals(await statusOf(url, "/healthz"), 200);
  bob.drop();
  await crowd.until(() => bob.endings.length > 0 && bob.isOnline, "somebody to come back");
  assertEquals(ann.endings, [], "those connected should stay connected");

  await served.free();
  await crowd.until(() => ann.acks.has(id!), "the ack, once there is space");
  await waitForStatus(url, "/readyz", 200);
  await crowd.settled();
  checkInvariants(crowd.clients, await served.viewsOf(crowd.clients));
}

/** With which code and close code somebody is not let in. */
async function refusalOf(url: string, username: string): Promise<string> {
  const credential = credentialFor(username);
  const client = await ChatClient.connect(url.replace("http", "ws"), username, { credential });
  const { code } = await client.closed;
  return `${client.framesOf("error")[0]?.code} ${code}`;
}

async function statusOf(url: string, path: string): Promise<number> {
  const headers = { authorization: `Bearer ${credentialFor("ann")}` };
  const response = await fetch(url + path, { headers });
  await response.body?.cancel();
  return response.status;
}

/** Asks until the answer is the one that should come. */
async function waitForStatus(url: string, path: string, status: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (await statusOf(url, path) !== status) {
    assert(performance.now() < deadline, `${path} should come to answer ${status}`);
  }
}
