/**
 * What hostile searches and long Han messages cost everybody else, on a log of 200,000 messages.
 *
 * Run: `deno run -A --import-map tests/imports.json tests/bench/search_bench.ts [messages] [folder]`
 * Without a folder the log is made in a temporary one and removed.
 */
import { systemClock } from "../../core/clock.ts";
import { createLog } from "../../core/log.ts";
import { parseSearchQuery } from "../../core/search_query.ts";
import type { Account, NewEvent } from "../../core/store.ts";
import { SqliteStore } from "../../core/store_sqlite.ts";

const BATCH = 1000;
/** One message in so many is a long one in Han. */
const LONG_EVERY = 100;
const LONG_LENGTH = 4000;
/** Different characters in use, the first most often, as in a newspaper. */
const HAN_CHARACTERS = 3000;
const ATTACKS = 100;
/** What the default rate lets one account write: 5 messages a second, 20 at once. */
const BURST = 20;
const PAUSE_MS = 200;
const WRITING_MS = 20_000;

const messages = Number(Deno.args[0] ?? 200_000);
const folder = Deno.args[1] ?? await Deno.makeTempDir();
const isMade = Deno.args[1] !== undefined && await exists(`${folder}/parley.db`);
const log = createLog({ level: "error", format: "json", clock: systemClock, write: console.error });

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function han(length: number): string {
  const one = () => String.fromCodePoint(0x4E00 + Math.floor(HAN_CHARACTERS * Math.random() ** 2));
  return Array.from({ length }, one).join("");
}

function textOf(n: number): string {
  if (n % LONG_EVERY === 0) return han(LONG_LENGTH);
  const word = () => `w${Math.floor(2000 * Math.random() ** 3)}`;
  return Array.from({ length: 10 }, word).join(" ");
}

function eventOf({ account, username: from }: Account, text: string): NewEvent {
  return { kind: "message", to: { kind: "lobby" }, author: account, from, text };
}

async function claim(store: SqliteStore, username: string): Promise<Account> {
  const at = Date.now();
  const session = { username, nameKey: username, sessionId: username, at, nameTtlMs: 1e9 };
  const account = await store.claimName(session);
  if (account === "taken") throw new TypeError(`Cannot use ${username}: the name is taken`);
  return account;
}

function print(what: string, times: number[]): void {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)]?.toFixed(1);
  console.log(`| ${what} | ${times.length} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Reads history all the while; returns what each page took. */
async function readDuring(work: Promise<unknown>): Promise<number[]> {
  let isOver = false;
  void work.finally(() => isOver = true);
  const times: number[] = [];
  do {
    const before = 1 + Math.floor(Math.random() * messages);
    const query = { conversation: "lobby", limit: 50, from: "newest", before } as const;
    times.push(await timed(() => store.read(query)));
    await pause(5);
  } while (!isOver);
  return times;
}

async function attack(box: string): Promise<void> {
  const searches: number[] = [];
  let refused = 0;
  const query = parseSearchQuery(box);
  const all = Promise.all(Array.from({ length: ATTACKS }, async () => {
    const took = await timed(() => store.search({ query, limit: 21 }).catch(() => refused++));
    searches.push(took);
  }));
  const pages = await readDuring(all);
  print(`history page, while attacked by ${box.slice(0, 24)}…`, pages);
  print(`the ${ATTACKS} searches, ${refused} refused`, searches);
}

/** Short messages of one account, while another one writes what `text` makes. */
async function writeBeside(text: () => string): Promise<number[]> {
  const [quiet, busy] = [await claim(store, "quiet"), await claim(store, "busy")];
  const acks: number[] = [];
  const until = performance.now() + WRITING_MS;
  for (let i = 0; i < BURST; i++) void store.append([eventOf(busy, text())]);
  const writing = (async () => {
    while (performance.now() < until) {
      await pause(PAUSE_MS);
      await store.append([eventOf(busy, text())]);
    }
  })();
  while (performance.now() < until) {
    acks.push(await timed(() => store.append([eventOf(quiet, "a short one")])));
    await pause(10);
  }
  await writing;
  return acks;
}

const store = await SqliteStore.open({ dataDir: folder, clock: systemClock, log });
if (!isMade) {
  const author = await claim(store, "author");
  while (store.lastSeq < messages) {
    const first = store.lastSeq;
    await store.append(Array.from({ length: BATCH }, (_, i) => eventOf(author, textOf(first + i))));
  }
}
console.log(`| indexing | ${(await timed(() => store.indexAll()) / 1000).toFixed(1)} s |`);
console.log("| what | times | p50 ms | p99 ms | worst ms |");
print("history page, in peace", await readDuring(pause(2000)));
await attack("一 ".repeat(16));
await attack(Array.from({ length: 16 }, (_, i) => String.fromCodePoint(0x4E00 + i)).join(" "));
await attack('"w0 w1 w0 w1 w0 w1 w0 w1 w0 w1 w0 w1 w0 w1"');
await attack("🎉");
print("ack, beside a writer of short texts", await writeBeside(() => "short"));
print("ack, beside a writer of 4,000 Han", await writeBeside(() => han(LONG_LENGTH)));
await store.close();
if (Deno.args[1] === undefined) await Deno.remove(folder, { recursive: true });
