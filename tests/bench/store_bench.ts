/**
 * A log of a million messages: how fast it is searched, paged and opened, and how large it is.
 *
 * Run: `deno run -A --import-map tests/imports.json tests/bench/store_bench.ts [messages] [folder]`
 * Without a folder the log is made in a temporary one and removed.
 */
import { systemClock } from "../../core/clock.ts";
import { createLog } from "../../core/log.ts";
import { parseSearchQuery } from "../../core/search_query.ts";
import { SqliteStore } from "../../core/store_sqlite.ts";
import type { Account, NewEvent } from "../../core/store.ts";
import { usernameKey } from "../../core/usernames.ts";

const BATCH = 1000;
const RUNS = 100;
const PRIVATE_SHARE = 0.2;
const USERS = 200;
/** A vocabulary whose words grow rarer as in a language: word n is 1/n as common as the first. */
const VOCABULARY = 20_000;

const messages = Number(Deno.args[0] ?? 1_000_000);
const folder = Deno.args[1] ?? await Deno.makeTempDir();

/** A small generator with a seed, so that every run makes the same log. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(42);
const han = [..."東京都庁行会日本語学生先生電車駅今天氣好明日会議資料時間場所友達食事旅行写真"];

/** Syllables as in a European language, the first of each list most often. */
const ONSETS = "t s d w r m c b p h l n f g st th pr tr ch k sh br j v bl cr sp fl qu str".split(
  " ",
);
const VOWELS = "e a i o u ea ou é ai ee".split(" ");
const CODAS = "  n s r t ng d l st nd m ll ck nt rt p x".split(" ");

function makeWord(): string {
  const syllables = 1 + Math.floor(random() * 3.5);
  const often = (list: readonly string[]) => list[Math.floor(list.length * random() ** 2)]!;
  return Array.from({ length: syllables }, () => often(ONSETS) + often(VOWELS) + often(CODAS))
    .join("");
}

const words = Array.from({ length: VOCABULARY }, () => makeWord());

function makeText(n: number): string {
  if (n % 20 === 0) return Array.from({ length: 12 }, () => pick(han)).join("");
  const count = 3 + Math.floor(random() * 15);
  return Array.from({ length: count }, commonWord).join(" ") +
    (n % 100_000 === 7 ? " zyzzyva" : "");
}

function commonWord(): string {
  return words[Math.floor(VOCABULARY ** random()) - 1] ?? words[0]!;
}

function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}

function makeEvent(n: number, users: readonly Account[]): NewEvent {
  const author = pick(users);
  const peer = pick(users);
  const to: NewEvent["to"] = random() < PRIVATE_SHARE
    ? { kind: "private", ...peer, nameKey: usernameKey(peer.username) }
    : { kind: "lobby" };
  const { account, username: from } = author;
  return { kind: "message", to, author: account, from, text: makeText(n), key: `k${n}` };
}

const log = createLog({ level: "error", format: "json", clock: systemClock, write: console.error });
/** A message a second, from a million seconds ago on. */
let time = Date.now() - messages * 1000;
const clock = { ...systemClock, now: () => time };
const open = (inWorkers: boolean) => SqliteStore.open({ dataDir: folder, clock, log, inWorkers });

async function fill(): Promise<Account[]> {
  const store = await open(false);
  const users: Account[] = [];
  for (let i = 0; i < USERS; i++) {
    const username = `user${i}`;
    const claim = { username, nameKey: usernameKey(username), sessionId: `s${i}` };
    const account = await store.claimName({ ...claim, nameTtlMs: 1e9 });
    if (account !== "taken") users.push(account);
  }
  const started = performance.now();
  while (store.lastSeq < messages) {
    const first = store.lastSeq;
    await store.append(Array.from({ length: BATCH }, (_, i) => makeEvent(first + i, users)));
    time += BATCH * 1000;
    if (store.lastSeq % 100_000 === 0) console.error(`${store.lastSeq} messages made`);
  }
  const seconds = (performance.now() - started) / 1000;
  print("making it, messages a second", String(Math.round(messages / seconds)));
  const indexing = performance.now();
  await store.indexAll();
  const indexedIn = (performance.now() - indexing) / 1000;
  print("indexing it, messages a second", String(Math.round(messages / indexedIn)));
  await store.close();
  return users;
}

function print(what: string, ...values: string[]): void {
  console.log(`| ${[what, ...values].join(" | ")} |`);
}

async function measure(what: string, run: () => Promise<number>): Promise<void> {
  const times: number[] = [];
  let found = 0;
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    found = await run();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)]!.toFixed(1);
  print(what, at(0.5), at(0.99), String(found));
}

console.log(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores`);
const users = await fill();
const size = (await Deno.stat(`${folder}/parley.db`)).size;
print("file, MiB", (size / 1024 / 1024).toFixed(0));
const startedAt = performance.now();
const store = await open(true);
print("start, ms", (performance.now() - startedAt).toFixed(0));
print("what", "p50 ms", "p99 ms", "found");
const boxes = {
  "common word": words[0]!,
  "rare word": "zyzzyva",
  "unknown word": "xyzzyx",
  "two common words": `${words[5]} ${words[9]}`,
  "a common and a rare word": `${words[1]} zyzzyva`,
  "long rare word": words[VOCABULARY - 3]!,
  "part of a rare word": words[VOCABULARY - 5]!.slice(1),
  "short word": words.find((word) => word.length === 2) ?? "te",
  "word and short word": `${words[40]} ${words.find((word) => word.length === 2) ?? "te"}`,
  "phrase": `"${words[2]} ${words[3]}"`,
  "Chinese, 3 characters": "日本語",
  "Chinese, 2 characters": "会議",
  "Chinese, 2 unseen": "龍馬",
  "Chinese, 1 character": "駅",
  "emoji, unseen": "🎉",
  "from: and a common word": `from:user7 ${words[0]}`,
  "from: alone": "from:user7",
  "in: one's own": "in:user3",
  "before:": `before:${new Date(time - messages * 500).toISOString().slice(0, 10)} ${words[0]}`,
  "nothing but a filter": "in:lobby",
};
for (const [kind, account] of [["lobby reader", undefined], ["user", users[2]!.account]] as const) {
  for (const [what, box] of Object.entries(boxes)) {
    const query = parseSearchQuery(box);
    await measure(
      `search, ${kind}: ${what}`,
      async () => (await store.search({ account, query, limit: 20 })).hits.length,
    );
  }
}
const account = users[2]!.account;
const somewhere = () => 1 + Math.floor(random() * messages);
const conversation = (await store.conversations(account))[0]!.id;
const page = { limit: 50, from: "newest" } as const;
await measure(
  "history page, lobby",
  async () => (await store.read({ ...page, conversation: "lobby", before: somewhere() })).length,
);
await measure(
  "history page, private",
  async () => (await store.read({ ...page, account, conversation, before: somewhere() })).length,
);
await measure(
  "resume page of 500",
  async () =>
    (await store.read({ account, after: somewhere(), limit: 500, from: "oldest" })).length,
);
await measure("conversations", async () => (await store.conversations(account)).length);
await measure("unread of the lobby", async () => (await store.lobbyReadBy(account)).unread);
await store.close();
const shrinking = await SqliteStore.open({
  dataDir: folder,
  clock,
  log,
  retention: { kind: "count", maxEvents: Math.floor(messages / 2) },
});
await measure("retention, a step of 50 messages", () => shrinking.prune(50));
await shrinking.close();
if (Deno.args[1] === undefined) await Deno.remove(folder, { recursive: true });
