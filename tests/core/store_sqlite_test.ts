import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { backupLog } from "../../core/sqlite_backup.ts";
import { createLog } from "../../core/log.ts";
import { SqliteDatabase } from "../../core/sqlite_database.ts";
import { migrate, MIGRATIONS } from "../../core/sqlite_schema.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { StoreOpenError, StoreUnavailableError } from "../../core/store.ts";
import type { SqliteStore, SqliteStoreOptions } from "../../core/store_sqlite.ts";
import { publicly } from "../contracts/store_contract.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { assertNowhere, claimOf, DataFolder } from "../support/test_log.ts";

const DAY_MS = 86_400_000;

async function user(store: SqliteStore, username: string) {
  const account = await store.claimName(claimOf(username));
  if (account === "taken") throw new TypeError(`Cannot use ${username}: the name is taken`);
  return account;
}

async function texts(store: SqliteStore): Promise<string[]> {
  return (await store.read({ limit: 99, from: "oldest" })).map(({ text }) => text);
}

async function openError(opening: Promise<unknown>): Promise<StoreOpenError> {
  return await assertRejects(() => opening, StoreOpenError);
}

Deno.test("SqliteStore.open() finds everything again, under the same epoch", async () => {
  await using folder = await DataFolder.make();
  const first = await folder.open();
  const ann = await user(first, "ann");
  await first.append([publicly(ann, "one", "k")]);
  const { epoch } = first;
  await first.close();

  await using second = await folder.open();

  assertEquals([second.epoch, second.lastSeq], [epoch, 1]);
  assertEquals(await texts(second), ["one"]);
  assertEquals(await second.claimName(claimOf("ann")), ann);
  assertEquals((await second.append([publicly(ann, "one", "k")]))[0]?.outcome, "duplicate");
});

Deno.test("SqliteStore.open() keeps what it makes from other users of the machine", async () => {
  await using folder = await DataFolder.make();
  const dataDir = `${folder.path}/deep/data`;
  const store = await folder.open({ dataDir });
  await user(store, "ann");
  await store.indexAll();

  const modes = [...Deno.readDirSync(dataDir)].map(({ name }) => [
    name,
    (Deno.statSync(`${dataDir}/${name}`).mode! & 0o777).toString(8),
  ]);

  assertEquals(modes.toSorted(), [
    ["parley.db", "600"],
    ["parley.db-shm", "600"],
    ["parley.db-wal", "600"],
    ["parley.lock", "600"],
    ["parley.spare", "600"],
    ["search.db", "600"],
    ["search.db-shm", "600"],
    ["search.db-wal", "600"],
  ]);
  assertEquals(Deno.statSync(dataDir).mode! & 0o777, 0o700);
  await store.close();
});

Deno.test("SqliteStore.open() refuses a folder that is served, until it no longer is", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();

  assertEquals((await openError(folder.open())).problem, "locked");
  await store.close();

  await (await folder.open()).close();
});

// The lock was on its own file alone: deleted, it could be made and held a second time.
Deno.test("SqliteStore.open() refuses a served log whose lock file was deleted", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  const ann = await user(store, "ann");
  await Deno.remove(`${folder.path}/parley.lock`);

  assertEquals((await openError(folder.open())).problem, "locked");
  assertEquals((await openError(folder.open())).problem, "locked");

  await store.append([publicly(ann, "still mine")]);
  await backupLog(folder.path, `${folder.path}/backup`);
  assertEquals(verifyLog(folder.path), { events: 1, lastSeq: 1, problems: [] });
  const { epoch } = store;
  await store.close();
  await using next = await folder.open();
  assertEquals([next.epoch, await texts(next)], [epoch, ["still mine"]]);
});

Deno.test("SqliteStore.open() starts beside a reader after a crash", async () => {
  await using folder = await DataFolder.make();
  await (await folder.open()).close();
  const reader = new SqliteDatabase(`${folder.path}/parley.db`, {
    isReadOnly: true,
    busyTimeoutMs: 0,
  });
  reader.execute("BEGIN; SELECT * FROM meta");

  await (await folder.open()).close();

  reader.close();
});

Deno.test("SqliteStore.open() gets the log of a process that was killed", async () => {
  await using folder = await DataFolder.make();
  const code = `
    import { DataFolder } from "${new URL("../support/test_log.ts", import.meta.url)}";
    const store = await DataFolder.prototype.open.call({ path: ${JSON.stringify(folder.path)} });
    await store.append([{ kind: "message", to: { kind: "lobby" }, author: "a", from: "ann", text: "1" }]);
    console.log("stored");
    setInterval(() => {}, 1000);`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const args = ["eval", "--config", config, "--no-lock", code];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" })
    .spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  assertEquals((await openError(folder.open())).problem, "locked");

  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();

  await using store = await folder.open();
  assertEquals(await texts(store), ["1"]);
});

/** A log last written at some time, opened again when the wall clock says another. */
async function reopened(byMs: number, options: Partial<SqliteStoreOptions> = {}) {
  const folder = await DataFolder.make();
  const clock = new ManualClock();
  const crashed = await folder.open({ clock });
  await user(crashed, "ann");
  await crashed.append([publicly(await user(crashed, "bob"), "hello")]);
  await crashed.prune(9);
  await crashed.close();
  clock.jump(byMs);
  const lines: string[] = [];
  const log = createLog({
    level: "info",
    format: "json",
    clock,
    write: (line) => lines.push(line),
  });
  const store = await folder.open({ clock, log, ...options });
  const claim = (nameTtlMs: number) => store.claimName({ ...claimOf("ann", "another"), nameTtlMs });
  return {
    store,
    clock,
    lines,
    claim,
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("SqliteStore.open() counts the time since the last commit", async () => {
  await using log = await reopened(DAY_MS);

  assertEquals(await log.claim(DAY_MS + 1), "taken");
  assert(await log.claim(DAY_MS) !== "taken");
  assertEquals(log.lines, []);
});

Deno.test("SqliteStore.open() counts seven days at most, and says so", async () => {
  await using log = await reopened(31 * DAY_MS);

  assertEquals(await log.claim(7 * DAY_MS + 1), "taken");
  assert(await log.claim(7 * DAY_MS) !== "taken");
  const { elapsedMs, countedMs } = JSON.parse(log.lines[0]!);
  assertEquals([elapsedMs, countedMs], [31 * DAY_MS, 7 * DAY_MS]);
});

Deno.test("SqliteStore.open() counts all of it when the clock is to be trusted", async () => {
  await using log = await reopened(31 * DAY_MS, { trustClock: true });

  assertEquals(await log.claim(31 * DAY_MS + 1), "taken");
  assert(await log.claim(31 * DAY_MS) !== "taken");
  assertEquals(log.lines, []);
});

Deno.test("SqliteStore.open() counts nothing when the clock went back, nor its correction", async () => {
  await using log = await reopened(-DAY_MS);
  log.clock.jump(DAY_MS);
  log.clock.advance(1000);

  assertEquals(await log.claim(1001), "taken");
  assert(await log.claim(1000) !== "taken");
  assertEquals(log.lines.length, 1);
});

Deno.test("SqliteStore.prune() by age after a start with a clock 31 days ahead erases nothing", async () => {
  const retention = { kind: "age", maxAgeMs: 30 * DAY_MS } as const;
  await using log = await reopened(31 * DAY_MS, { retention });

  assertEquals(await log.store.prune(9), 0);
  log.clock.advance(23 * DAY_MS);

  assertEquals(await log.store.prune(9), 1);
});

Deno.test("SqliteStore.open() refuses a damaged file and leaves it as it is", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  const ann = await user(store, "ann");
  await store.append(
    Array.from({ length: 200 }, (_, i) => publicly(ann, `${i} ${"x".repeat(99)}`)),
  );
  await store.close();
  const file = `${folder.path}/parley.db`;
  const sound = await Deno.readFile(file);
  const db = new DatabaseSync(file);
  const { pgno } = db.prepare(
    "SELECT pageno AS pgno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf'",
  )
    .get() as { pgno: number };
  db.close();
  const damages: Record<string, (bytes: Uint8Array) => Uint8Array> = {
    "a page of events": (bytes) => bytes.fill(0xff, (pgno - 1) * 4096, (pgno - 1) * 4096 + 64),
    "the schema": (bytes) => bytes.fill(0xff, 100, 200),
    "the header": (bytes) => bytes.fill(0x20, 0, 50),
    "its end is missing": (bytes) => bytes.slice(0, bytes.length / 2),
  };
  for (const [what, damage] of Object.entries(damages)) {
    const damaged = damage(sound.slice());
    await Deno.writeFile(file, damaged);

    const error = await openError(folder.open());

    assertEquals(error.problem, "corrupt", what);
    assert(error.message.includes("parley restore"), what);
    assertEquals(await Deno.readFile(file), damaged, what);
  }
});

Deno.test("SqliteStore.open() loses nothing whole to a WAL that was cut", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  const ann = await user(store, "ann");
  for (let i = 1; i <= 20; i++) await store.append([publicly(ann, `${i}`)]);
  const copy = await Deno.makeTempDir();
  await Deno.copyFile(`${folder.path}/parley.db`, `${copy}/parley.db`);
  const wal = await Deno.readFile(`${folder.path}/parley.db-wal`);
  await Deno.writeFile(`${copy}/parley.db-wal`, wal.slice(0, wal.length - 5000));
  await store.close();

  const cut = await folder.open({ dataDir: copy });

  const kept = await texts(cut);
  assertEquals(kept, Array.from({ length: kept.length }, (_, i) => `${i + 1}`));
  assert(kept.length >= 15 && kept.length < 20, `${kept.length} kept`);
  await cut.close();
  await Deno.remove(copy, { recursive: true });
});

Deno.test("SqliteStore.open() refuses the log of a newer Parley", async () => {
  await using folder = await DataFolder.make();
  await (await folder.open()).close();
  const db = new DatabaseSync(`${folder.path}/parley.db`);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  db.close();

  assertEquals((await openError(folder.open())).problem, "newer");
});

Deno.test("migrate() goes from each version to the next, or not at all", () => {
  const db = new SqliteDatabase(":memory:", { isBare: true, busyTimeoutMs: 0 });
  const identity = () => ({ epoch: "e_1", secret: new Uint8Array(32) });
  migrate(db, identity);
  const next = [...MIGRATIONS, "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT"];
  migrate(db, identity, next);
  migrate(db, identity, next);
  let failed = false;
  try {
    migrate(db, identity, [...next, "CREATE TABLE half (id INTEGER); SELECT * FROM nothing"]);
  } catch {
    failed = true;
  }

  const tables = db.prepare<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE name IN ('extra', 'half')",
  ).all();

  assertEquals([failed, tables.map(({ name }) => name)], [true, ["extra"]]);
  assertEquals(db.prepare("PRAGMA user_version").get(), { user_version: next.length } as never);
  db.close();
});

Deno.test("SqliteStore.append() stores nothing on a full disk, and heals when there is room", async () => {
  await using folder = await DataFolder.make();
  await using store = await folder.open();
  const ann = await user(store, "ann");
  await store.append([publicly(ann, "before")]);
  await store.limitPages(1);

  const big = Array.from(
    { length: 400 },
    (_, i) => publicly(ann, `${i} ${"x".repeat(3000)}`, `k${i}`),
  );
  await assertRejects(() => store.append(big), StoreUnavailableError);

  assertEquals(store.lastSeq, 1);
  assertEquals(await texts(store), ["before"]);
  await store.limitPages(1_000_000);
  assertEquals((await store.append([big[0]!]))[0]?.outcome, "stored");
  assertEquals(store.lastSeq, 2);
});

Deno.test("SqliteStore.append() refuses while another process holds the file, and then goes on", async () => {
  await using folder = await DataFolder.make();
  await using store = await folder.open({ busyTimeoutMs: 10 });
  const ann = await user(store, "ann");
  const other = new DatabaseSync(`${folder.path}/parley.db`);
  other.exec("BEGIN IMMEDIATE");

  await assertRejects(() => store.append([publicly(ann, "1")]), StoreUnavailableError);
  await assertRejects(() => store.probe(), StoreUnavailableError);
  assertEquals(await texts(store), []);
  other.exec("ROLLBACK");
  other.close();

  await store.probe();
  assertEquals((await store.append([publicly(ann, "1")]))[0]?.outcome, "stored");
});

Deno.test("SqliteStore.open() says why it can't write to a folder", async () => {
  await using folder = await DataFolder.make();
  await Deno.writeTextFile(`${folder.path}/file`, "");

  const error = await openError(folder.open({ dataDir: `${folder.path}/file/data` }));

  assertEquals(error.problem, "unavailable");
});

Deno.test("SqliteStore never writes a text to disk when nothing is kept", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open({ retention: { kind: "none" } });
  const ann = await user(store, "ann");

  await store.append([publicly(ann, "unmistakable", "k")]);

  await assertNowhere(folder.path, "unmistakable");
  await store.close();
  await assertNowhere(folder.path, "unmistakable");
  // Had it ended before the message was delivered, nobody would have it.
  await using again = await folder.open({ retention: { kind: "none" } });
  assertEquals((await again.append([publicly(ann, "unmistakable", "k")]))[0]?.outcome, "stored");
});

Deno.test("SqliteStore.prune() removes by age what was written while all was kept", async () => {
  await using folder = await DataFolder.make();
  const clock = new ManualClock();
  const first = await folder.open({ clock });
  const ann = await user(first, "ann");
  await first.append([publicly(ann, "old")]);
  await first.prune(9);
  clock.advance(1000);
  await first.append([publicly(ann, "young")]);
  await first.close();

  await using byAge = await folder.open({ clock, retention: { kind: "age", maxAgeMs: 1000 } });

  assertEquals(await byAge.prune(9), 1);
  assertEquals(await texts(byAge), ["young"]);
});

Deno.test("migrate() of a log without log times gives nobody's name away and prunes by the hours", async () => {
  await using folder = await DataFolder.make();
  const clock = new ManualClock();
  const start = clock.now();
  makeVersion2(`${folder.path}/parley.db`, start);
  clock.advance(2 * DAY_MS);
  const retention = { kind: "age", maxAgeMs: 3 * DAY_MS } as const;

  await using store = await folder.open({ clock, retention });

  const claim = { ...claimOf("ann", "another"), nameTtlMs: 3 * DAY_MS };
  assertEquals(await store.claimName(claim), "taken");
  assertEquals([await store.prune(9), await texts(store)], [1, ["new"]]);
});

/** A log of format 2: a message of two days before `newest`, one of then, and who was away. */
function makeVersion2(file: string, newest: number): void {
  const db = new SqliteDatabase(file, { isBare: true, busyTimeoutMs: 0 });
  migrate(db, () => ({ epoch: "e_1", secret: new Uint8Array(32) }), MIGRATIONS.slice(0, 2));
  const message = (seq: number, at: number, text: string) => `
    INSERT INTO events (seq, at, kind, conversation, author, author_name, text)
    VALUES (${seq}, ${at}, 'message', 1, 1, 'ann', '${text}');
    INSERT INTO hours VALUES (${Math.floor(at / 3_600_000)}, ${seq}, ${seq});
    UPDATE meta SET last_seq = ${seq}, events = ${seq};`;
  db.execute(`
    INSERT INTO names (id, key) VALUES (1, 'ann');
    INSERT INTO accounts (id, public_id, username, name, kind, created_at, away_since)
    VALUES (1, 'a_ann', 'ann', 1, 'user', 0, ${newest - 60 * DAY_MS});
    UPDATE names SET owner = 1;
    ${message(1, newest - 2 * DAY_MS, "old")}
    ${message(2, newest, "new")}`);
  db.close();
}
