import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { randomIds } from "../../core/ids.ts";
import { parseSearchQuery } from "../../core/search_query.ts";
import { backupLog, restoreLog } from "../../core/sqlite_backup.ts";
import { exportLog } from "../../core/sqlite_export.ts";
import { ImportError, importLog } from "../../core/sqlite_import.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { type NewEvent, type Store, StoreOpenError } from "../../core/store.ts";
import { privately, publicly, toAway } from "../contracts/store_contract.ts";
import { claimOf, DataFolder } from "../support/test_log.ts";

const identity = () => ({ epoch: "e_new", secret: new Uint8Array(32).fill(7) });

/** As `Passphrases.hash()` makes them. */
const HASH = `$scrypt$ln=15,r=8,p=3$${"s".repeat(22)}$${"k".repeat(43)}`;

/** Something of everything: public, private, waiting, read, with a passphrase. */
async function fill(store: Store) {
  const [ann, bob] = [await store.claimName(claimOf("ann")), await store.claimName(claimOf("bob"))];
  if (ann === "taken" || bob === "taken") throw new TypeError("Cannot fill: names are taken");
  const guest = { account: "a_guest", username: "zed" };
  const events: NewEvent[] = [
    publicly(ann, "hello “all”\n東京都", "k1"),
    privately(ann, bob, "psst", "k2"),
    toAway(bob, "ann", "for later"),
    publicly(guest, "hi from a guest", "k3"),
  ];
  await store.append(events);
  await store.setPassphrase(ann.account, HASH);
  await store.markRead(ann.account, "lobby", 1);
  return { ann, bob, events };
}

/** All that anyone can get out of a store. */
async function contentOf(store: Store, accounts: readonly { account: string }[]) {
  return await Promise.all(accounts.map(async ({ account }) => ({
    events: await store.read({ account, limit: 99, from: "oldest" }),
    conversations: await store.conversations(account),
    waiting: await store.waitingFor(account, 99, 99),
    lobby: await store.lobbyReadBy(account),
    found: await store.search({ account, query: parseSearchQuery("all"), limit: 9 }),
  })));
}

async function* linesOf(text: string): AsyncIterable<string> {
  for (const line of text.split("\n")) yield await line;
}

async function exported(dataDir: string): Promise<string> {
  let text = "";
  await exportLog(dataDir, (part) => Promise.resolve(void (text += part)));
  return text;
}

Deno.test("backupLog() copies a log while it is served, restoreLog() gives it a new epoch", async () => {
  await using source = await DataFolder.make();
  await using target = await DataFolder.make();
  await using store = await source.open();
  const { ann, bob, events } = await fill(store);
  const file = `${target.path}/backup.db`;
  const content = await contentOf(store, [ann, bob]);
  const progress: number[] = [];

  await backupLog(source.path, file, (done, total) => progress.push(done / total));
  await store.append([publicly(ann, "after the backup")]);
  await restoreLog(file, `${target.path}/data`, identity());

  const restored = await target.open({ dataDir: `${target.path}/data` });
  assertEquals([restored.epoch, restored.lastSeq], ["e_new", 4]);
  assertEquals(await contentOf(restored, [ann, bob]), content);
  assertEquals((await restored.append([events[0]!]))[0]?.outcome, "duplicate");
  await restored.close();
  assertEquals(verifyLog(`${target.path}/data`), { events: 4, lastSeq: 4, problems: [] });
  assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
  assert(progress.length > 0);
});

// Copied over parley.db instead of restored, it kept its epoch: a client that knew position 20 was
// told that it had missed nothing, and never got the messages that took its positions.
Deno.test("backupLog() marks its copy, which gets one new epoch when it is put in place by hand", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  const { ann } = await fill(store);
  const { epoch } = store;
  const file = `${folder.path}/backup.db`;
  await backupLog(folder.path, file);
  await store.append([publicly(ann, "after the backup")]);
  await store.close();
  await Deno.copyFile(file, `${folder.path}/parley.db`);

  const first = await folder.open({ ids: { ...randomIds, epoch: () => "e_first" } });
  await first.close();
  const second = await folder.open({ ids: { ...randomIds, epoch: () => "e_second" } });
  await second.close();

  assertEquals([first.epoch, first.lastSeq], ["e_first", 4]);
  assertEquals(second.epoch, "e_first");
  assertEquals((await headerOf(file)).epoch, epoch, "the backup itself stays as it is");
});

Deno.test("SqliteStore.open() refuses a backup put beside the WAL of another log", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  const { ann } = await fill(store);
  await backupLog(folder.path, `${folder.path}/backup.db`);
  await store.append(Array.from({ length: 50 }, (_, i) => publicly(ann, `later ${i}`)));
  const data = `${folder.path}/data`;
  await Deno.mkdir(data);
  await Deno.copyFile(`${folder.path}/backup.db`, `${data}/parley.db`);
  await Deno.copyFile(`${folder.path}/parley.db-wal`, `${data}/parley.db-wal`);
  await store.close();

  const error = await assertRejects(() => folder.open({ dataDir: data }), StoreOpenError);

  assertEquals(error.problem, "corrupt");
  assertStringIncludes(error.message, "parley.db-wal");
  await Deno.remove(`${data}/parley.db-wal`);
  await (await folder.open({ dataDir: data })).close();
});

Deno.test("no log is made beside a WAL whose own log was moved away", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  await fill(store);
  const backup = `${folder.path}/backup.db`;
  await backupLog(folder.path, backup);
  const data = `${folder.path}/data`;
  await Deno.mkdir(data);
  await Deno.copyFile(`${folder.path}/parley.db-wal`, `${data}/parley.db-wal`);
  await store.close();
  const text = await exported(folder.path);
  const makers = {
    open: () => folder.open({ dataDir: data }),
    restore: () => restoreLog(backup, data, identity()),
    import: () => importLog(linesOf(text), data, identity()),
  };

  for (const [name, make] of Object.entries(makers)) {
    const error = await assertRejects<StoreOpenError>(make, StoreOpenError, "parley.db-wal", name);
    assertEquals(error.problem, "corrupt");
    const left = [...Deno.readDirSync(data)].map((entry) => entry.name);
    assertEquals(left.filter((file) => file !== "parley.lock"), ["parley.db-wal"]);
  }

  await Deno.remove(`${data}/parley.db-wal`);
  await makers.restore();
  await (await makers.open()).close();
});

/** The first line that an export of a file would have. */
async function headerOf(file: string) {
  const copy = await Deno.makeTempDir();
  await Deno.copyFile(file, `${copy}/parley.db`);
  const [header] = (await exported(copy)).split("\n");
  await Deno.remove(copy, { recursive: true });
  return JSON.parse(header!);
}

Deno.test("backupLog() overwrites nothing and needs a log", async () => {
  await using folder = await DataFolder.make();
  const file = `${folder.path}/backup.db`;
  await assertRejects(() => backupLog(folder.path, file), StoreOpenError, "There is no log");
  await (await folder.open()).close();
  await Deno.writeTextFile(file, "mine");

  await assertRejects(() => backupLog(folder.path, file), StoreOpenError, "already exists");

  assertEquals(await Deno.readTextFile(file), "mine");
});

Deno.test("restoreLog() refuses a folder with a log, a served one, and what is no log", async () => {
  await using folder = await DataFolder.make();
  const [data, file] = [`${folder.path}/data`, `${folder.path}/backup.db`];
  const store = await folder.open({ dataDir: data });
  await backupLog(data, file);

  const onto = await assertRejects(() => restoreLog(file, data, identity()), StoreOpenError);
  assertEquals(onto.problem, "locked");
  await store.close();
  const over = await assertRejects(() => restoreLog(file, data, identity()), StoreOpenError);
  assertEquals(over.problem, "exists");
  await Deno.writeTextFile(`${folder.path}/text`, "no log at all ".repeat(500));
  const wrong = await assertRejects(
    () => restoreLog(`${folder.path}/text`, `${folder.path}/other`, identity()),
    StoreOpenError,
  );
  assertEquals(wrong.problem, "corrupt");
  const bytes = await Deno.readFile(file);
  bytes.fill(0xff, 8192, 8292);
  await Deno.writeFile(`${folder.path}/damaged`, bytes);
  const damaged = await assertRejects(
    () => restoreLog(`${folder.path}/damaged`, `${folder.path}/other`, identity()),
    StoreOpenError,
  );
  assertEquals(damaged.problem, "corrupt");
  await assertRejects(() => Deno.stat(`${folder.path}/other`), Deno.errors.NotFound);
});

Deno.test("exportLog() and importLog() carry a whole log to another folder", async () => {
  await using source = await DataFolder.make();
  await using target = await DataFolder.make();
  await using store = await source.open();
  const { ann, bob, events } = await fill(store);
  const content = await contentOf(store, [ann, bob]);
  const text = await exported(source.path);

  const count = await importLog(linesOf(text), target.path, identity());

  assert(count > 10);
  const copy = await target.open();
  assertEquals([copy.epoch, copy.lastSeq], ["e_new", 4]);
  assertEquals(await contentOf(copy, [ann, bob]), content);
  assertEquals((await copy.ownerOf("ann"))?.passphrase, HASH);
  assertEquals(await copy.claimName(claimOf("ann")), ann);
  assertEquals(
    (await copy.append(events.slice(0, 2))).map(({ outcome }) => outcome),
    ["duplicate", "duplicate"],
  );
  await copy.close();
  assertEquals(verifyLog(target.path).problems, []);
});

Deno.test("exportLog() writes one JSON object a line, a header first", async () => {
  await using folder = await DataFolder.make();
  await using store = await folder.open();
  const { ann } = await fill(store);

  const lines = (await exported(folder.path)).trimEnd().split("\n").map((line) => JSON.parse(line));

  assertEquals([lines[0].type, lines[0].format, lines[0].lastSeq], ["parley", 3, 4]);
  const message = lines.find(({ type }) => type === "message");
  assertEquals(message, {
    type: "message",
    seq: 1,
    at: message.at,
    conversation: "lobby",
    author: ann.account,
    from: "ann",
    text: "hello “all”\n東京都",
    key: "k1",
  });
});

Deno.test("importLog() names the line it can't read and leaves no log behind", async () => {
  await using folder = await DataFolder.make();
  const header = '{"type":"parley","format":1,"lastSeq":0,"prunedUpTo":0,"secret":"00"}';
  const cases = {
    "": "nothing to import",
    "not json": "This is not a Parley export, or it is damaged: line 1 can’t be read: Unexpected",
    '{"type":"message","seq":1}': "This is not a Parley export",
    '{"type":"parley","format":4,"lastSeq":0,"prunedUpTo":0,"secret":"00"}': "from a newer Parley",
    [`${header}\n{"type":"emoji"}`]: "Line 2 can’t be imported",
    [`${header}\n\n{"type":"message","seq":1}`]: "Line 3 can’t be imported",
  };
  for (const [text, message] of Object.entries(cases)) {
    const lines = text === "" ? (async function* () {})() : linesOf(text);
    await assertRejects(() => importLog(lines, folder.path, identity()), ImportError, message);
  }

  assertEquals([...Deno.readDirSync(folder.path)], []);
});

// Each of these was taken, and verify found nothing: after position 2^53 − 1 the log took one more
// message, an impossible time broke every page that got it, such a hash made sign-in answer 500.
const IMPOSSIBLE: Record<string, (lines: string) => string> = {
  "a position that leaves no room": (text) => text.replace('"seq":1,', `"seq":${2 ** 53 - 1},`),
  "a newest position that leaves no room": (text) =>
    text.replace('"lastSeq":4', `"lastSeq":${2 ** 53 - 1}`),
  "a position of 0": (text) => text.replace('"seq":1,', '"seq":0,'),
  "more pruned than there ever was": (text) => text.replace('"prunedUpTo":0', '"prunedUpTo":5'),
  "a time beyond all dates": (text) => text.replace(/"at":\d+/, '"at":9000000000000000'),
  "a time before all dates": (text) => text.replace(/"at":\d+/, '"at":-1'),
  "an account made at an impossible time": (text) =>
    text.replace(/"createdAt":\d+/, '"createdAt":9000000000000000'),
  "a hash that costs too much": (text) => text.replace("$ln=15,", "$ln=99,"),
  "a hash of no cost": (text) => text.replace(",p=3$", ",p=0$"),
  "a hash of another length": (text) => text.replace(HASH, HASH.slice(0, -4)),
};

for (const [what, change] of Object.entries(IMPOSSIBLE)) {
  Deno.test(`importLog() refuses ${what}`, async () => {
    await using source = await DataFolder.make();
    await using target = await DataFolder.make();
    await using store = await source.open();
    await fill(store);
    const sound = await exported(source.path);
    const text = change(sound);

    assert(text !== sound);
    await assertRejects(() => importLog(linesOf(text), target.path, identity()), ImportError);
  });
}

Deno.test("verifyLog() finds positions, times and hashes that can't be", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  await fill(store);
  await store.close();
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(`${folder.path}/parley.db`);
  db.exec(
    `UPDATE meta SET last_seq = ${2 ** 53 - 1};
     UPDATE events SET at = 9000000000000000 WHERE seq = 1;
     UPDATE accounts SET passphrase = replace(passphrase, 'ln=15', 'ln=99')`,
  );
  db.close();

  const { problems } = verifyLog(folder.path);

  const expected = [/positions are out of range/, /1 times are out of/, /1 passphrase hashes/];
  for (const pattern of expected) {
    assert(problems.some((text) => pattern.test(text)), `${problems}`);
  }
});

Deno.test("importLog() and restoreLog() take away what they made when they fail", async () => {
  await using folder = await DataFolder.make();
  const data = `${folder.path}/data`;
  await Deno.writeTextFile(`${folder.path}/text`, "no log at all");

  await assertRejects(() => importLog(linesOf("no export"), data, identity()), ImportError);
  await assertRejects(
    () => restoreLog(`${folder.path}/text`, data, identity()),
    StoreOpenError,
  );

  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["text"]);
});

Deno.test("importLog() refuses a folder that holds a log", async () => {
  await using folder = await DataFolder.make();
  await (await folder.open()).close();

  const lines = linesOf(await exported(folder.path));

  await assertRejects(() => importLog(lines, folder.path, identity()), StoreOpenError, "already");
});

Deno.test("verifyLog() reads beside a running server, and tells what is wrong", async () => {
  await using folder = await DataFolder.make();
  const store = await folder.open();
  await fill(store);
  await store.indexAll();
  const steps: number[] = [];
  assertEquals(verifyLog(folder.path, (done) => steps.push(done)).problems, []);
  assertEquals(steps, steps.map((_, index) => index + 1));
  await store.close();
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(`${folder.path}/parley.db`);
  db.exec(
    `INSERT INTO acks (author, key, seq, at, conversation, content)
       SELECT author, key, 9, at, conversation, x'00' FROM events WHERE key = 'k1';
     UPDATE meta SET last_seq = 2`,
  );
  db.close();
  await Deno.writeTextFile(`${folder.path}/search.db`, "no database ".repeat(999));

  const { problems } = verifyLog(folder.path);

  const expected = [
    /above the last one assigned/,
    /two different acks/,
    /search index: .*delete “[^”]+search\.db”/,
  ];
  for (const pattern of expected) {
    assert(problems.some((text) => pattern.test(text)), `${problems}`);
  }
  assertThrows(() => verifyLog(`${folder.path}/none`), StoreOpenError, "There is no log");
});
