import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { parseSearchQuery } from "../../core/search_query.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { type NewEvent, type StoredEvent, StoreOpenError } from "../../core/store.ts";
import type { SqliteStore } from "../../core/store_sqlite.ts";
import { searchToEnd } from "../contracts/store_contract.ts";
import { ManualClock } from "../support/manual_clock.ts";
import type { Random } from "../support/random.ts";
import { SequentialIds } from "../support/sequential_ids.ts";
import { openLog, readAll } from "./support_log.ts";
import { makeDataFolder, serveUntilEnd } from "./support_server.ts";
import { scale, trial } from "./support_trial.ts";

const FLIPS = scale(400, 40);
const CUTS = scale(200, 20);
const BATCHES = 60;

/** How damage came out. */
type Outcome =
  /** The log was not opened. */
  | "refused"
  /** It could not be read, or a check found it. */
  | "found"
  /** SQLite keeps no checksum of what a row holds: a bit of a text may change unnoticed. */
  | "unnoticed";

trial(
  "a flipped bit in the log is refused, found by a check, or costs no message",
  async (random) => {
    await using data = await makeDataFolder();
    const { events } = await writeLog(data.path, random);
    const file = `${data.path}/parley.db`;
    const sound = await Deno.readFile(file);

    for (let flip = 0; flip < FLIPS; flip++) {
      const damaged = flipBit(sound, random);
      await Deno.writeFile(file, damaged);
      if (await open(data.path, events) === "refused") {
        assertEquals(await Deno.readFile(file), damaged, "what is refused should stay as it is");

        assertEquals(isSound(data.path), false, "a check should find why it is refused");
      }
      await removeIfThere(`${file}-wal`, `${file}-shm`);
    }

    // Forty flips may all hit texts, where none is noticed; the file's first byte never holds one.
    await Deno.writeFile(file, sound.with(0, sound[0]! ^ 1));
    assertEquals(await open(data.path, events), "refused");
  },
);

trial("a log whose newest writes are cut off or torn keeps all before them", async (random) => {
  await using data = await makeDataFolder();
  await using crashed = await makeDataFolder();
  const { events, ends } = await writeLog(data.path, random, crashed.path);
  const [file, wal] = ["parley.db", "parley.db-wal"].map((name) => `${crashed.path}/${name}`);
  const [sound, soundWal] = await Promise.all([file!, wal!].map((path) => Deno.readFile(path)));

  for (let cut = 0; cut < CUTS; cut++) {
    await Deno.writeFile(file!, sound!);
    const isTorn = random.happens(0.5);
    const length = random.whole(0, soundWal!.length);
    await Deno.writeFile(wal!, isTorn ? flipBit(soundWal!, random) : soundWal!.slice(0, length));
    await using store = await opened(crashed.path);
    const kept = await readAll(store);
    const [next] = await store.append([publicEvent("next", events.length)]);

    assertEquals(kept, events.slice(0, kept.length), "what is kept should be the oldest");
    assert(ends.has(kept.length), `${kept.length} events: part of a commit`);
    assertEquals(next, { ...next, outcome: "stored", seq: kept.length + 1 });
  }
});

Deno.test("main.ts ends with one line and code 1 when its log is damaged, and leaves it", async () => {
  await using data = await makeDataFolder();
  const store = await openLog(data.path);
  await store.append([publicEvent("hello", 1)]);
  await store.close();
  const file = `${data.path}/parley.db`;
  await spoilPageOf("events", file);
  const damaged = await Deno.readFile(file);

  const { code, stdout, stderr } = await serveUntilEnd(data.path);

  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /^parley: The log “[^”]+parley\.db” is damaged; [^\n]+“parley restore”[^\n]*\n$/,
  );
  assertEquals(await Deno.readFile(file), damaged);
});

for (const table of ["words_data", "words_config", "trigrams_data", "trigrams_docsize"]) {
  trial(`a search finds everything though “${table}” of its indexes is damaged`, async (random) => {
    await using data = await makeDataFolder();
    const { events } = await writeLog(data.path, random);
    await spoilPageOf(table, `${data.path}/search.db`);
    assertEquals(isSound(data.path), false);

    await using store = await opened(data.path);
    await store.append([publicEvent("word", events.length)]);
    await store.indexAll();

    for (const box of ["word", '"word"', "ord"]) {
      const found = await searchToEnd(store, { query: parseSearchQuery(box), limit: 9999 });
      assertEquals(found.length, events.length + 1, box);
    }
  });
}

/** Opens a damaged log, and reads and checks it if it can be opened. */
async function open(dataDir: string, events: readonly StoredEvent[]): Promise<Outcome> {
  let store: SqliteStore;
  try {
    store = await openLog(dataDir);
  } catch (error) {
    // Also the number of the format may be hit.
    if (error instanceof StoreOpenError && /corrupt|newer/.test(error.problem)) return "refused";
    throw error;
  }
  const read = await readAll(store).catch(() => undefined);
  await store.close();
  if (!read || !isSound(dataDir)) return "found";
  assertEquals(read.map(({ seq }) => seq), events.map(({ seq }) => seq));
  return "unnoticed";
}

function isSound(dataDir: string): boolean {
  try {
    return verifyLog(dataDir).problems.length === 0;
  } catch (error) {
    if (error instanceof StoreOpenError) return false;
    throw error;
  }
}

async function opened(dataDir: string) {
  const store = await openLog(dataDir);
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

/**
 * Writes a log of public messages.
 *
 * @param crashedDir Gets the files as they are before the log is closed, as after a crash.
 * @returns What it holds, and how many events it held after each commit.
 */
async function writeLog(dataDir: string, random: Random, crashedDir?: string) {
  const store = await openLog(dataDir, { clock: new ManualClock(), ids: new SequentialIds() });
  const ends = new Set([0]);
  for (let batch = 0; batch < BATCHES; batch++) {
    const count = random.whole(1, 10);
    const texts = Array.from({ length: count }, () => "word ".repeat(random.whole(1, 50)));
    await store.append(texts.map((text, index) => publicEvent(text, store.lastSeq + index)));
    ends.add(store.lastSeq);
  }
  const events = await readAll(store);
  await store.indexAll();
  for (const name of crashedDir ? ["parley.db", "parley.db-wal"] : []) {
    await Deno.copyFile(`${dataDir}/${name}`, `${crashedDir}/${name}`);
  }
  await store.close();
  return { events, ends };
}

function publicEvent(text: string, number: number): NewEvent {
  const key = `k${number}`;
  return { kind: "message", to: { kind: "lobby" }, author: "a_ann", from: "ann", text, key };
}

function flipBit(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const damaged = new Uint8Array(bytes);
  damaged[random.whole(0, bytes.length - 1)]! ^= 1 << random.whole(0, 7);
  return damaged;
}

/** Makes a table’s first page one of no kind that there is. */
async function spoilPageOf(table: string, file: string): Promise<void> {
  const db = new DatabaseSync(file);
  const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(table);
  const size = db.prepare("PRAGMA page_size").get();
  db.close();
  using log = await Deno.open(file, { write: true });
  await log.seek((Number(root!.rootpage) - 1) * Number(size!.page_size), Deno.SeekMode.Start);
  await log.write(new Uint8Array([0xff]));
}

async function removeIfThere(...paths: string[]): Promise<void> {
  for (const path of paths) {
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
