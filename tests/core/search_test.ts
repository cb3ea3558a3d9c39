import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../core/errors.ts";
import { parseSearchQuery } from "../../core/search_query.ts";
import { SqliteDatabase } from "../../core/sqlite_database.ts";
import { openSearcher } from "../../core/sqlite_engine.ts";
import { migrate, MIGRATIONS } from "../../core/sqlite_schema.ts";
import type { Account } from "../../core/store.ts";
import type { SqliteStore } from "../../core/store_sqlite.ts";
import { privately, publicly, searchToEnd } from "../contracts/store_contract.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { assertNowhere, claimOf, DataFolder } from "../support/test_log.ts";

const DAY_MS = 86_400_000;

async function user(store: SqliteStore, username: string): Promise<Account> {
  const account = await store.claimName(claimOf(username));
  if (account === "taken") throw new TypeError(`Cannot use ${username}: the name is taken`);
  return account;
}

async function find(store: SqliteStore, box: string, account?: string): Promise<string[]> {
  return await searchToEnd(store, { account, query: parseSearchQuery(box), limit: 50 });
}

/** A log with one word in a public and one in a private message, indexed and closed. */
async function withIndexedLog(folder: DataFolder) {
  const store = await folder.open();
  const [ann, bob] = [await user(store, "ann"), await user(store, "bob")];
  await store.append([publicly(ann, "an apple for all"), privately(ann, bob, "an apple for bob")]);
  await store.indexAll();
  await store.close();
  return { ann, bob };
}

const LOSSES: Record<string, (file: string) => void> = {
  "is missing": (file) => Deno.removeSync(file),
  "is no database": (file) => Deno.writeTextFileSync(file, "no database ".repeat(999)),
  "is empty": (file) => Deno.truncateSync(file),
  "is cut": (file) => Deno.truncateSync(file, 8192),
  "has a damaged page": (file) => {
    const bytes = Deno.readFileSync(file);
    Deno.writeFileSync(file, bytes.fill(0xff, 4096));
  },
  "has another format": (file) => change(file, "PRAGMA user_version = 99"),
  "belongs to another log": (file) => change(file, "UPDATE coverage SET epoch = 'e_other'"),
  "is ahead of the log": (file) => change(file, "UPDATE coverage SET last = 999"),
  "lacks a table": (file) => change(file, "DROP TABLE trigrams"),
};

function change(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

for (const [what, lose] of Object.entries(LOSSES)) {
  Deno.test(`SqliteStore.search() finds everything when search.db ${what}, and makes it again`, async () => {
    await using folder = await DataFolder.make();
    const { ann } = await withIndexedLog(folder);
    lose(`${folder.path}/search.db`);
    await using store = await folder.open();

    const before = await find(store, "apple", ann.account);
    await store.indexAll();
    const after = await find(store, "apple", ann.account);

    assertEquals(before, ["an apple for bob", "an apple for all"]);
    assertEquals(after, before);
    assertEquals(await find(store, "apple"), ["an apple for all"]);
  });
}

Deno.test("SqliteStore.search() finds new and old messages at every stage of indexing", async () => {
  await using folder = await DataFolder.make();
  const first = await folder.open();
  const ann = await user(first, "ann");
  const texts = Array.from({ length: 700 }, (_, i) => `${i % 100 === 0 ? "rare" : "common"} ${i}`);
  await first.append(texts.map((text) => publicly(ann, text)));
  await first.close();
  // No time passes: what is not indexed is read whole, however slow the machine is.
  const searcher = openSearcher({ dataDir: folder.path, busyTimeoutMs: 1000 }, () => 0);
  const expected = texts.filter((text) => text.startsWith("rare")).toReversed();

  const seen: string[][] = [];
  do {
    const { hits } = searcher.search({ query: parseSearchQuery("rare"), limit: 50 });
    seen.push(hits.map(({ event }) => event.text));
  } while (!searcher.index(0).isLast);
  searcher.close();

  assert(seen.length > 3);
  for (const texts of seen) assertEquals(texts, expected);
});

// A word of what was deleted is not found at once, and is nowhere in any file within a day.
Deno.test("SqliteStore forgets the words of what was pruned and erased", async () => {
  await using folder = await DataFolder.make();
  const clock = new ManualClock();
  const retention = { kind: "count", maxEvents: 600 } as const;
  const store = await folder.open({ clock, retention });
  const [ann, bob] = [await user(store, "ann"), await user(store, "bob")];
  const others = Array.from({ length: 599 }, (_, i) => `something else, number ${i}`);
  await store.append([
    publicly(ann, "unmistakable"),
    publicly(bob, "indelible"),
    ...others.map((text) => publicly(ann, text)),
  ]);
  await store.indexAll();
  clock.advance(DAY_MS);

  assertEquals(await store.prune(10), 1);
  await store.closeAccount(bob.account);
  await store.eraseClosed();

  assertEquals([await find(store, "unmistakable"), await find(store, "indelible")], [[], []]);
  assertEquals((await find(store, "number")).length, 50);
  await store.indexAll();
  assertEquals(await store.prune(10), 0);
  await assertNowhere(folder.path, "unmistakable");
  await assertNowhere(folder.path, "indelible");
  await store.close();
  await assertNowhere(folder.path, "unmistakable");
  await assertNowhere(folder.path, "indelible");
});

Deno.test("SqliteStore.search() shows nothing private to others, whatever the indexes say", async () => {
  await using folder = await DataFolder.make();
  const { ann, bob } = await withIndexedLog(folder);
  // As if the tokens of who may see it were wrong.
  change(
    `${folder.path}/search.db`,
    `DELETE FROM words; DELETE FROM trigrams;
     INSERT INTO words (rowid, text, pairs, scope)
       VALUES (1, 'apple', '', '\u{E000}\u{F000}\u{F401}'), (2, 'apple', '', '\u{E000}\u{F000}\u{F401}');
     INSERT INTO trigrams (rowid, text, scope)
       VALUES (1, 'apple', '\u{E000}\u{F000}\u{F401}'), (2, 'apple', '\u{E000}\u{F000}\u{F401}')`,
  );
  await using store = await folder.open();
  const eve = await user(store, "eve");

  for (const box of ["apple", '"apple"', "from:ann", "🎉", "in:lobby apple", "bob"]) {
    for (const account of [undefined, eve.account, "a_unknown"]) {
      assert(!(await find(store, box, account)).includes("an apple for bob"), box);
    }
  }
  assertEquals((await find(store, "apple", ann.account)).length, 2);
  assertEquals((await find(store, "apple", bob.account)).length, 2);
});

Deno.test("a search stops when its time is up, and goes on from there", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  const ann = await user(store, "ann");
  await store.append(
    Array.from({ length: 2700 }, (_, i) => publicly(ann, `${i % 9 ? "" : "🎉"} ${i}`)),
  );
  await store.indexAll();
  await store.close();
  let now = 0;
  const searcher = openSearcher({ dataDir: folder.path, busyTimeoutMs: 1000 }, () => now++);
  const query = parseSearchQuery("🎉");

  const pages: number[] = [];
  const found: string[] = [];
  let before: number | undefined;
  do {
    const { hits, stoppedAt } = searcher.search({ query, limit: 999, before });
    assert(stoppedAt === undefined || stoppedAt < (before ?? Infinity), "it should get on");
    pages.push(hits.length);
    found.push(...hits.map(({ event }) => event.text));
    before = stoppedAt;
  } while (before !== undefined);
  searcher.close();

  assert(pages.length > 3, `${pages.length} pages`);
  assertEquals(found, Array.from({ length: 300 }, (_, i) => `🎉 ${2691 - 9 * i}`));
});

// 500 long messages not indexed yet, as after a start, took seconds on a busy machine.
Deno.test("a search on a slow machine looks at 20 messages at least, and hardly more", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  const ann = await user(store, "ann");
  await store.append(Array.from({ length: 600 }, (_, i) => publicly(ann, `${i}`)));
  await store.close();
  let now = 0;
  const searcher = openSearcher({ dataDir: folder.path, busyTimeoutMs: 1000 }, () => now += 1000);

  const { hits, stoppedAt } = searcher.search({ query: parseSearchQuery("no such"), limit: 21 });
  searcher.close();

  assertEquals([hits, stoppedAt], [[], 600 - 20 + 1]);
});

Deno.test("SqliteStore.search() refuses more than wait already, while others read on", async () => {
  await using folder = await DataFolder.make();
  await using store = await folder.open({ inWorkers: true });
  const ann = await user(store, "ann");
  await store.append(Array.from({ length: 500 }, (_, i) => publicly(ann, `京都 ${i}`)));
  const query = parseSearchQuery("京 ".repeat(16));

  const searches = Array.from({ length: 100 }, () => store.search({ query, limit: 21 }));
  const results = await Promise.allSettled(searches);

  const refused = results.filter((result) => result.status === "rejected");
  assert(refused.length > 50 && refused.length < 100, `${refused.length} refused`);
  for (const { reason } of refused) {
    assert(reason instanceof ChatError && reason.code === "search_busy");
    assert(Number(reason.params.retryAfterMs) > 0);
  }
  assertEquals((await searchToEnd(store, { query, limit: 21 })).length, 21);
});

// Searches and history had shared one Worker: 100 of them held up every join for minutes.
Deno.test("SqliteStore.read() answers while the search is stuck", async () => {
  await using folder = await DataFolder.make();
  await using store = await folder.open({ inWorkers: true });
  const ann = await user(store, "ann");
  await store.append([publicly(ann, "hello")]);
  await store.indexAll();
  const stuck = new DatabaseSync(`${folder.path}/search.db`, { timeout: 5_000 });
  stuck.exec("BEGIN EXCLUSIVE");
  await store.append([publicly(ann, "hello again")]);

  const indexing = store.indexAll();
  const searching = store.search({ query: parseSearchQuery("hello"), limit: 9 });
  const order: string[] = [];
  await Promise.all([
    indexing.then(() => order.push("index")),
    searching.then(() => order.push("search")),
    store.read({ limit: 9, from: "newest" }).then(() => order.push("read")).then(() =>
      store.append([publicly(ann, "and again")])
    ).then(() => {
      order.push("append");
      stuck.exec("ROLLBACK");
    }),
  ]);
  stuck.close();

  assertEquals(order.slice(0, 2), ["read", "append"]);
});

Deno.test("SqliteStore keeps no words in the log's own file", async () => {
  await using folder = await DataFolder.make();
  await withIndexedLog(folder);

  const db = new DatabaseSync(`${folder.path}/parley.db`);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE sql LIKE '%fts5%'").all();
  db.close();

  assertEquals(tables, []);
});

Deno.test("SqliteStore keeps no search file when nothing is kept, and removes an old one", async () => {
  await using folder = await DataFolder.make();
  await withIndexedLog(folder);

  await using store = await folder.open({ retention: { kind: "none" } });

  assertEquals(await find(store, "apple"), []);
  assertEquals([...Deno.readDirSync(folder.path)].filter(({ name }) => /search/.test(name)), []);
});

Deno.test("SqliteStore.open() drops the indexes that older formats kept in the log", async () => {
  await using folder = await DataFolder.make();
  makeLogOfFormat3(`${folder.path}/parley.db`);

  await using store = await folder.open();

  assertEquals(await find(store, "apple"), ["an apple for all"]);
  const db = new DatabaseSync(`${folder.path}/parley.db`);
  const left = db.prepare("SELECT name FROM sqlite_schema").all();
  db.close();
  assertEquals(left.filter(({ name }) => /words|trigrams|searchable/.test(String(name))), []);
});

/** A log with one message, in the last format that kept the search indexes in it. */
function makeLogOfFormat3(file: string): void {
  const db = new SqliteDatabase(file, { busyTimeoutMs: 100 });
  migrate(db, () => ({ epoch: "e_1", secret: new Uint8Array(32) }), MIGRATIONS.slice(0, 3));
  db.execute(
    `INSERT INTO names (id, key) VALUES (1, 'ann');
     INSERT INTO accounts (id, public_id, username, name, kind, created_at)
       VALUES (1, 'a_1', 'ann', 1, 'user', 0);
     INSERT INTO events (seq, at, kind, conversation, author, author_name, text)
       VALUES (1, 0, 'message', 1, 1, 'ann', 'an apple for all');
     UPDATE meta SET last_seq = 1, events = 1, indexed_up_to = 1;
     CREATE VIEW searchable (seq, text, pairs, scope) AS SELECT seq, text, NULL, 'x' FROM events;
     CREATE VIRTUAL TABLE words USING fts5 (text, pairs, scope, content = 'searchable',
       content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2');
     CREATE VIRTUAL TABLE trigrams USING fts5 (text, scope, content = 'searchable',
       content_rowid = 'seq', detail = 'column', tokenize = 'trigram remove_diacritics 1');
     INSERT INTO words (words) VALUES ('rebuild');
     INSERT INTO trigrams (trigrams) VALUES ('rebuild')`,
  );
  db.close();
}
