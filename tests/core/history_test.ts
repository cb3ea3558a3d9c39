import { assertEquals } from "@std/assert";
import { historyFrame, type Page, type PagePosition, readPage } from "../../core/history.ts";
import type { ReadQuery, StoredEvent } from "../../core/store.ts";
import { MemoryStore } from "../../core/store_memory.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { SequentialIds } from "../support/sequential_ids.ts";

/** The lobby with events at the given positions; notes what was read. */
function logWith(seqs: readonly number[]) {
  const reads: ReadQuery[] = [];
  const read = (query: ReadQuery): Promise<StoredEvent[]> => {
    reads.push(query);
    const { after = 0, before = Infinity, limit, from } = query;
    const range = seqs.filter((seq) => seq > after && seq < before).map(eventAt);
    return Promise.resolve(from === "oldest" ? range.slice(0, limit) : range.slice(-limit));
  };
  return { reads, read };
}

function eventAt(seq: number): StoredEvent {
  return {
    seq,
    at: 1763800000000,
    kind: "message",
    conversation: "lobby",
    author: "a_1",
    from: "alice",
    text: "hi",
  };
}

const WHOLE = { account: "a_1", conversation: "lobby" };

Deno.test("readPage() shows a position in the middle, holes in the log or not", async () => {
  const log = logWith([2, 4, 8, 16, 32, 64]);

  const page = await readPage(log, { ...WHOLE, at: { side: "around", seq: 9 }, limit: 4 });

  assertEquals(page.messages.map(({ seq }) => seq), [4, 8, 16, 32]);
  assertEquals([page.hasOlder, page.hasNewer], [true, true]);
});

Deno.test("readPage() ends a page before it has too many characters, and says that there are more", async () => {
  const store = new MemoryStore({ clock: new ManualClock(), ids: new SequentialIds() });
  for (let count = 0; count < 100; count++) {
    const to = { kind: "lobby" } as const;
    const text = "字".repeat(4_000);
    await store.append([{ kind: "message", to, author: "a_1", from: "alice", text }]);
  }
  const pageAt = (at?: PagePosition) => readPage(store, { ...WHOLE, at, limit: 50 });
  const seqsOf = ({ messages }: Page) => messages.map(({ seq }) => seq);

  const newest = await pageAt();
  const older = await pageAt({ side: "before", seq: seqsOf(newest)[0]! });
  const newer = await pageAt({ side: "after", seq: 10 });
  const around = await pageAt({ side: "around", seq: 50 });

  assertEquals(seqsOf(newest), range(85, 100));
  assertEquals([newest.hasOlder, newest.hasNewer], [true, false]);
  assertEquals(seqsOf(older), range(69, 84));
  assertEquals([older.hasOlder, older.hasNewer], [true, true]);
  assertEquals(seqsOf(newer), range(11, 26));
  assertEquals([newer.hasOlder, newer.hasNewer], [true, true]);
  assertEquals(seqsOf(around), range(42, 57));
  assertEquals([around.hasOlder, around.hasNewer], [true, true]);
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

Deno.test("readPage() fills a page around an end from the other side", async () => {
  const log = logWith([1, 2, 3, 4, 5, 6]);
  const seqsAround = async (seq: number) => {
    const page = await readPage(log, { ...WHOLE, at: { side: "around", seq }, limit: 4 });
    return page.messages.map((message) => message.seq);
  };

  assertEquals(await seqsAround(1), [1, 2, 3, 4]);
  assertEquals(await seqsAround(6), [3, 4, 5, 6]);
  assertEquals(await seqsAround(100), [3, 4, 5, 6]);
});

Deno.test("readPage() reads one event more than it shows, and one on the other side", async () => {
  const log = logWith([1, 2, 3]);

  await readPage(log, { ...WHOLE, limit: 50 });
  await readPage(log, { ...WHOLE, at: { side: "before", seq: 3 }, limit: 50 });
  await readPage(log, { ...WHOLE, at: { side: "after", seq: 1 }, limit: 50 });

  assertEquals(log.reads.map(({ maxLength: _, ...range }) => range), [
    { ...WHOLE, from: "newest", limit: 51 },
    { ...WHOLE, before: 3, from: "newest", limit: 51 },
    { ...WHOLE, after: 2, from: "oldest", limit: 1 },
    { ...WHOLE, before: 2, from: "newest", limit: 1 },
    { ...WHOLE, after: 1, from: "oldest", limit: 51 },
  ]);
});

Deno.test("historyFrame() shows its author what waits, and nobody the author's key", () => {
  const recipient = { account: "a_2", username: "bob" };
  const event = { ...eventAt(1), conversation: "a_1.a_2", recipient, isWaiting: true, key: "k" };
  const frame = {
    type: "message" as const,
    seq: 1,
    at: 1763800000000,
    from: "alice",
    account: "a_1",
    to: "bob",
    conversation: "a_1.a_2",
    message: "hi",
  };

  assertEquals(historyFrame(event, "a_1"), { ...frame, waiting: true });
  assertEquals(historyFrame(event, "a_2"), frame);
});
