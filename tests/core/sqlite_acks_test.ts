import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { SqliteDatabase } from "../../core/sqlite_database.ts";
import { importLog } from "../../core/sqlite_import.ts";
import { migrate, MIGRATIONS } from "../../core/sqlite_schema.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import type { NewEvent } from "../../core/store.ts";
import type { SqliteStore } from "../../core/store_sqlite.ts";
import { privately, publicly } from "../contracts/store_contract.ts";
import { claimOf, DataFolder } from "../support/test_log.ts";

const ann = { account: "a_ann", username: "ann" };
const bob = { account: "a_bob", username: "bob" };
const secret = new Uint8Array(32).fill(7);
const identity = { epoch: "e_1", secret };

/** What version 1 kept of a content, in hexadecimal. */
function hashOf(content: string): string {
  const part = (text: string, bytes: number) =>
    createHash("sha256").update(secret).update(text).digest("hex").slice(0, bytes * 2);
  return part("name", 8) + part(content, 16);
}

/** A log of version 1, which kept the ack of every key, also of messages that were there. */
function makeOldLog(dataDir: string): void {
  const db = new SqliteDatabase(`${dataDir}/parley.db`, { isBare: true, busyTimeoutMs: 0 });
  migrate(db, () => identity, MIGRATIONS.slice(0, 1));
  db.execute(
    `INSERT INTO names (id, key) VALUES (1, 'ann'), (2, 'bob');
     INSERT INTO accounts (id, public_id, username, name, kind, created_at)
       VALUES (1, 'a_ann', 'ann', 1, 'guest', 0), (2, 'a_bob', 'bob', 2, 'guest', 0);
     INSERT INTO conversations (id, public_id, kind) VALUES (2, 'a_ann.a_bob', 'private');
     INSERT INTO members (conversation, account) VALUES (2, 1), (2, 2);
     INSERT INTO events
         (seq, at, kind, conversation, author, author_name, recipient, recipient_name, text, key)
       VALUES (3, 5, 'message', 1, 1, 'ann', NULL, NULL, 'there', 'k3'),
         (4, 5, 'message', 2, 1, 'ann', 2, 'bob', 'psst', 'k4');
     INSERT INTO acks (author, key, seq, at, conversation, recipient, content) VALUES
       (1, 'k1', 1, 5, 1, NULL, x'${hashOf("message\nlobby\ngone")}'),
       (1, 'k2', 2, 5, 2, 2, x'${hashOf("message\nprivate bob\ngone, too")}'),
       (1, 'k3', 3, 5, 1, NULL, x'${hashOf("message\nlobby\nthere")}'),
       (1, 'k4', 4, 5, 2, 2, x'${hashOf("message\nprivate bob\npsst")}');
     UPDATE meta SET last_seq = 4, events = 2, pruned_up_to = 2`,
  );
  db.close();
}

const REPEATS: readonly NewEvent[] = [
  publicly(ann, "gone", "k1"),
  privately(ann, bob, "gone, too", "k2"),
  publicly(ann, "there", "k3"),
  privately(ann, bob, "psst", "k4"),
];
const OTHERS: readonly NewEvent[] = [
  publicly(ann, "other", "k1"),
  publicly(ann, "gone, too", "k2"),
  publicly(ann, "other", "k3"),
  privately(ann, ann, "psst", "k4"),
];

async function assertKnowsKeys(store: SqliteStore): Promise<void> {
  const repeats = await store.append(REPEATS);
  assertEquals(
    repeats.map((result) => result.outcome === "duplicate" && [result.seq, result.at]),
    [[1, 5], [2, 5], [3, 5], [4, 5]],
  );
  const others = await store.append(OTHERS);
  assertEquals(others.map(({ outcome }) => outcome), OTHERS.map(() => "id_reused"));
  assertEquals(store.lastSeq, 4);
}

function keptKeys(dataDir: string): unknown[] {
  const db = new DatabaseSync(`${dataDir}/parley.db`);
  const rows = db.prepare("SELECT key FROM acks ORDER BY key").all();
  db.close();
  return rows.map(({ key }) => key);
}

Deno.test("SqliteStore.open() makes a log of version 1 one that keeps acks of what is gone alone", async () => {
  await using folder = await DataFolder.make();
  makeOldLog(folder.path);
  assertEquals(verifyLog(folder.path).problems, []);

  await using store = await folder.open();

  await assertKnowsKeys(store);
  assertEquals(keptKeys(folder.path), ["k1", "k2"]);
  assertEquals(verifyLog(folder.path).problems, []);
});

Deno.test("importLog() takes an export of version 1, with an ack of every message", async () => {
  await using folder = await DataFolder.make();
  const account = { type: "account", kind: "guest", role: "user", state: "active", createdAt: 0 };
  const message = { type: "message", at: 5, author: "a_ann", from: "ann" };
  const ack = { type: "ack", at: 5, author: "a_ann" };
  const conversation = "a_ann.a_bob";
  const lines = [
    { type: "parley", format: 1, lastSeq: 4, prunedUpTo: 2, secret: "07".repeat(32) },
    { ...account, ...ann, ownsName: 0 },
    { ...account, ...bob, ownsName: 0 },
    { type: "conversation", conversation, kind: "private", members: ["a_ann", "a_bob"] },
    { ...message, seq: 3, conversation: "lobby", text: "there", key: "k3" },
    { ...message, seq: 4, conversation, recipient: "a_bob", to: "bob", text: "psst", key: "k4" },
    { ...ack, key: "k1", seq: 1, conversation: "lobby", content: hashOf("message\nlobby\ngone") },
    {
      ...ack,
      key: "k2",
      seq: 2,
      conversation,
      recipient: "a_bob",
      content: hashOf("message\nprivate bob\ngone, too"),
    },
    { ...ack, key: "k3", seq: 3, conversation: "lobby", content: hashOf("message\nlobby\nthere") },
  ].map((line) => JSON.stringify(line));

  await importLog(
    (async function* () {
      yield* lines;
    })(),
    folder.path,
    { ...identity, epoch: "e_2" },
  );

  await using store = await folder.open();
  await assertKnowsKeys(store);
  assertEquals(keptKeys(folder.path), ["k1", "k2"]);
});

Deno.test("SqliteStore knows what a key was for when its message is gone, in whatever setting", async () => {
  await using folder = await DataFolder.make();
  const event = publicly(ann, "hi", "k");
  const reused = publicly(ann, "ho", "k");
  const outcomes = async (store: SqliteStore) =>
    (await store.append([event, reused])).map(({ outcome }) => outcome);
  const first = await folder.open();
  await first.append([event]);
  await first.close();

  const keepingNothing = await folder.open({ retention: { kind: "none" } });
  assertEquals(await outcomes(keepingNothing), ["duplicate", "id_reused"]);
  assertEquals(await keepingNothing.prune(9), 1);
  assertEquals(await outcomes(keepingNothing), ["duplicate", "id_reused"]);
  await keepingNothing.close();
  await using last = await folder.open();

  // Its hash was keyed by a secret that is gone, so that the text can't be told from it.
  assertEquals(await outcomes(last), ["duplicate", "duplicate"]);
  assertEquals(last.lastSeq, 1);
});

Deno.test("SqliteStore.eraseClosed() forgets the keys of what was there and of what was gone", async () => {
  await using folder = await DataFolder.make();
  await using store = await folder.open({ retention: { kind: "count", maxEvents: 1 } });
  const cy = await store.claimName(claimOf("cy"));
  if (cy === "taken") throw new TypeError("Cannot go on: the name is taken");
  await store.append([publicly(cy, "1", "k1"), publicly(cy, "2"), publicly(cy, "3", "k3")]);
  await store.prune(9);
  assertEquals(keptKeys(folder.path), ["k1"]);

  await store.closeAccount(cy.account);
  await store.eraseClosed();

  assertEquals(keptKeys(folder.path), []);
  assertEquals(await store.read({ limit: 9, from: "oldest" }), []);
});

Deno.test("SqliteStore.open() lists the conversations of a log that didn't note their newest", async () => {
  await using folder = await DataFolder.make();
  makeOldLog(folder.path);

  await using store = await folder.open();
  const listed = await store.conversations("a_bob");

  assertEquals(listed.map(({ id, newest }) => [id, newest.seq]), [["a_ann.a_bob", 4]]);
});
