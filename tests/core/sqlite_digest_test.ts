import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { backupLog, restoreLog } from "../../core/sqlite_backup.ts";
import { SqliteDatabase } from "../../core/sqlite_database.ts";
import { digestLine, digestLog, digestStatements } from "../../core/sqlite_digest.ts";
import { exportLog } from "../../core/sqlite_export.ts";
import { importLog } from "../../core/sqlite_import.ts";
import { migrate, MIGRATIONS } from "../../core/sqlite_schema.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { StoreOpenError } from "../../core/store.ts";
import { digestAfter, idOf, logOf, makeFullLog } from "../support/full_log.ts";
import { DataFolder } from "../support/test_log.ts";

const identity = () => ({ epoch: "e_new", secret: new Uint8Array(32).fill(7) });

Deno.test("digestLog() is equal in a restored backup, and after export and import", async () => {
  await using folder = await makeFullLog();
  await using copies = await DataFolder.make();
  const [file, restored, imported] = ["file", "restored", "imported"]
    .map((name) => `${copies.path}/${name}`) as [string, string, string];
  const digest = digestLog(folder.path);
  let text = "";

  await backupLog(folder.path, file);
  await restoreLog(file, restored, identity());
  await exportLog(restored, (part) => Promise.resolve(void (text += part)));
  await importLog(linesOf(text), imported, identity());

  assertEquals(digestLog(restored), digest);
  assertEquals(digestLog(imported), digest);
  const store = await copies.open({ dataDir: imported });
  await store.close();
  assertEquals(digestLog(imported), digest);
});

async function* linesOf(text: string): AsyncIterable<string> {
  for (const line of text.split("\n")) yield await line;
}

Deno.test("digestLog() doesn't show how far the erasing of a deleted account has come", async () => {
  await using folder = await makeFullLog();
  const digest = digestLog(folder.path);

  assertEquals(
    await digestAfter(folder, `DELETE FROM events WHERE author = ${idOf("dan")}`),
    digest,
  );
  const store = await folder.open();
  await store.eraseClosed();
  await store.close();

  assertEquals(verifyLog(folder.path).events, 5);
  assertEquals(digestLog(folder.path), digest);
});

Deno.test("digestLog() shows one moment of a log that changes meanwhile", async () => {
  await using folder = await makeFullLog();
  const digest = digestLog(folder.path);
  await using _store = await folder.open();
  const db = new DatabaseSync(logOf(folder));
  let writes = 0;

  const meanwhile = digestLog(folder.path, () => {
    db.exec(`UPDATE accounts SET username = username || 'x';
      DELETE FROM sessions WHERE account = ${idOf("bob")}; DELETE FROM acks;
      UPDATE events SET text = text || 'x'; UPDATE reads SET seq = seq + 1;`);
    writes++;
  });

  db.close();
  assert(writes > 1);
  assertEquals(meanwhile, digest);
  assertNotEquals(digestLog(folder.path), digest);
});

Deno.test("digestLog() says the same of a log before and after each migration", async () => {
  await using folder = await DataFolder.make();
  const db = new SqliteDatabase(logOf(folder), { isBare: true, busyTimeoutMs: 0 });
  const digests = new Set<string>();
  for (let version = 1; version <= MIGRATIONS.length; version++) {
    migrate(db, identity, MIGRATIONS.slice(0, version));
    if (version === 1) db.execute(VERSION_1_ROWS);
    digests.add(JSON.stringify(digestLog(folder.path)));
  }
  db.close();

  assertEquals(digests.size, 1);
});

/** Format 1 kept an ack of every message, whether it was there or not. */
const VERSION_1_ROWS = `
  INSERT INTO names (id, key) VALUES (1, 'ann'), (2, 'bob');
  INSERT INTO accounts (id, public_id, username, name, kind, created_at, state)
  VALUES (1, 'a_ann', 'ann', 1, 'user', 5, 'active'), (2, 'a_bob', 'bob', 2, 'user', 6, 'deleted');
  UPDATE names SET owner = id WHERE id = 1;
  INSERT INTO sessions VALUES ('s', 1);
  INSERT INTO conversations VALUES (2, 'a_ann.a_bob', 'private');
  INSERT INTO members VALUES (2, 1), (2, 2);
  INSERT INTO events (seq, at, kind, conversation, author, author_name, text, key)
  VALUES (2, 20, 'message', 1, 1, 'ann', 'hello', 'k2');
  INSERT INTO acks VALUES (1, 'k1', 1, 10, 2, 2, x'01'), (1, 'k2', 2, 20, 1, NULL, x'02');
  INSERT INTO reads VALUES (1, 1, 2);
  UPDATE meta SET last_seq = 2, events = 1;`;

Deno.test("digestLog() never sorts whole tables, which would hold them in memory", async () => {
  await using folder = await makeFullLog();
  const db = new DatabaseSync(logOf(folder), { readOnly: true });

  for (const [part, sql] of digestStatements()) {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail));
    const sorts = plan.filter((detail) => detail === "USE TEMP B-TREE FOR ORDER BY");
    assertEquals(sorts, [], `${part}: ${plan.join("; ")}`);
  }
  db.close();
});

Deno.test("digestLog() needs a log, and one that isn't from a newer Parley", async () => {
  await using folder = await makeFullLog();

  assertThrows(() => digestLog(`${folder.path}/none`), StoreOpenError, "There is no log");
  const sql = "PRAGMA user_version = 99; UPDATE meta SET epoch = epoch";
  const problem = await digestAfter(folder, sql).catch((error: StoreOpenError) => error.problem);
  assertEquals(problem, "newer");
});

Deno.test("digestLine() has the form of sha256sum, and the last is the hash of the others", async () => {
  await using folder = await makeFullLog();
  const lines = digestLog(folder.path).map(digestLine);
  const parts = new TextEncoder().encode(`${lines.slice(0, -1).join("\n")}\n`);
  const total = new Uint8Array(await crypto.subtle.digest("SHA-256", parts)).toHex();

  for (const line of lines) assertMatch(line, /^[0-9a-f]{64} {2}[a-z]+$/);
  assertEquals(lines.at(-1), `${total}  total`);
});
