import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Conversation, newConversation } from "../../static/model/conversation.ts";
import {
  type Item,
  type Items,
  logKey,
  storedIn,
  type StoredMessage,
} from "../../static/model/item.ts";
import {
  addNewer,
  addOlder,
  endAt,
  MAX_ITEMS,
  MAX_TAIL,
  placeMessage,
  showNewest,
  showPage,
} from "../../static/model/ranges.ts";

function entry(seq: number, era = 0): StoredMessage {
  return {
    kind: "message",
    key: logKey(era, seq),
    id: null,
    author: { username: "bob", account: "a_bob" },
    isMine: false,
    at: seq,
    text: String(seq),
    isMention: false,
    delivery: { state: "stored", era, seq, isWaiting: false },
  };
}

/** Every message that a test may list. */
const ITEMS: Items = new Map<string, Item>(
  [0, 1].flatMap((era) => Array.from({ length: 10_100 }, (_, seq) => entry(seq, era)))
    .map((message) => [message.key, message]),
);

function page(first: number, last: number, hasOlder = true, hasNewer = false, era = 0) {
  const messages = Array.from({ length: last - first + 1 }, (_, i) => entry(first + i, era));
  return { messages, hasOlder, hasNewer };
}

function seqs({ items }: Conversation): number[] {
  return storedIn(ITEMS, items).map(({ delivery }) => delivery.seq);
}

function count(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** A conversation one has just come into, at a position of its log. */
function at(from: number): Conversation {
  return { ...newConversation("lobby"), from };
}

function place(conversation: Conversation, ...seqs: number[]): Conversation {
  return seqs.reduce((before, seq) => placeMessage(before, entry(seq), ITEMS), conversation);
}

Deno.test("addOlder() puts a page before messages that arrived meanwhile, without a gap", () => {
  const live = place(at(100), 101);

  const whole = addOlder(live, page(91, 100), ITEMS);
  const begun = addOlder(whole, page(81, 90, false), ITEMS);

  assertEquals([whole.from, begun.from], [90, 0]);
  assertEquals(seqs(begun), count(81, 101));
});

Deno.test("addOlder() merges a page that overlaps the list", () => {
  const begun = addOlder(place(at(100), 101, 103), page(99, 102), ITEMS);

  assertEquals(seqs(begun), count(99, 103));
});

Deno.test("addOlder() keeps nothing of a log that is gone", () => {
  const note = "note:1";
  const old = { ...at(0), items: ["0:5", note, "1:9"] };

  assertEquals(addOlder(old, page(7, 8, true, false, 1), ITEMS).items, [
    "1:7",
    "1:8",
    note,
    "1:9",
  ]);
});

Deno.test("placeMessage() leaves out what is older than the list: it comes with its page", () => {
  const conversation = at(100);

  assertStrictEquals(place(conversation, 99), conversation);
  assertEquals(seqs(place(conversation, 101)), [101]);
});

Deno.test("placeMessage() keeps a place in the list once, under the key it has there", () => {
  const conversation = place(at(100), 101);
  const copy = { ...entry(101), key: "out:m1" };

  assertStrictEquals(
    placeMessage(conversation, copy, new Map(ITEMS).set(copy.key, copy)),
    conversation,
  );
});

Deno.test("showPage() keeps the newest aside, addNewer() meets it again", () => {
  const live = place(at(100), 101);

  const jumped = place(showPage(live, page(41, 50, true, true), ITEMS), 102);
  const further = addNewer(jumped, page(51, 60, true, true), ITEMS);
  const met = addNewer(further, page(61, 100, true, false), ITEMS);

  assertEquals([jumped.to, further.to, met.to], [50, 60, Infinity]);
  assertEquals(seqs(met), count(41, 102));
  assertEquals(met.tail, []);
});

Deno.test("addNewer() goes on loading where the tail had to be cut", () => {
  const apart = showPage(at(100), page(41, 50, true, true), ITEMS);
  const jumped = place(apart, ...count(101, 101 + MAX_TAIL));

  const further = addNewer(jumped, page(51, 100, true, true), ITEMS);
  const met = addNewer(further, page(101, 102, true, true), ITEMS);

  assertEquals([jumped.tail.length, jumped.tailFrom], [MAX_TAIL, 101]);
  assertEquals([further.to, met.to], [100, Infinity]);
  assertEquals(seqs(met), count(41, 101 + MAX_TAIL));
});

Deno.test("showNewest() shows what was kept aside, and asks for nothing twice", () => {
  const jumped = place(showPage(at(100), page(41, 50, true, true), ITEMS), 101);

  const newest = showNewest(jumped);

  assertEquals([seqs(newest), newest.from, newest.to], [[101], 100, Infinity]);
  assertStrictEquals(showNewest(newest), newest);
});

Deno.test("endAt() leaves a hole between what is shown and the tail, which pages fill", () => {
  const known = addOlder(at(100), page(91, 100), ITEMS);

  const ended = place(endAt(known, ITEMS, { era: 0, to: 100, tailFrom: 9000 }), 9001);
  const filled = addNewer(ended, page(101, 150, true, false), ITEMS);

  assertEquals([seqs(ended).at(-1), ended.to, ended.tailFrom], [100, 100, 9000]);
  assertEquals([seqs(filled).at(-2), seqs(filled).at(-1), filled.to], [150, 9001, Infinity]);
});

// What came next was older than the page, and newer than the end: it went nowhere.
Deno.test("endAt() keeps nothing of a page from behind the end", () => {
  const jumped = showPage(place(at(0), 1), page(20, 24, true, true), ITEMS);

  const ended = place(endAt(jumped, ITEMS, { era: 0, to: 1, tailFrom: 9 }), 10);

  assertEquals([ended.items, ended.tail, ended.from, ended.to], [["0:1"], ["0:10"], 1, 1]);
});

Deno.test("addOlder() marks the first unread message once it is there for certain", () => {
  const missed = { ...at(100), unread: 30, unreadAfter: 70 };

  const first = addOlder(missed, page(81, 100), ITEMS);
  const second = addOlder(first, page(61, 80), ITEMS);

  assertEquals([first.divider, second.divider], [null, "0:71"]);
});

Deno.test("addOlder() and placeMessage() drop what is far away, and know that it is missing", () => {
  const full = place(addOlder(at(10_000), page(8001, 10_000), ITEMS), 10_001);
  assertEquals([full.items.length, full.from], [MAX_ITEMS, 8001]);

  const back = addOlder(full, page(7902, 8001), ITEMS);

  assertEquals([back.items.length, seqs(back)[0], back.to], [MAX_ITEMS, 7902, 9901]);
  assertEquals(back.tail.at(-1), "0:10001");
});

Deno.test("placeMessage() takes no position of a log that is gone for one of this", () => {
  const gone = count(5001, 5000 + MAX_ITEMS).map((seq) => logKey(0, seq));

  const { items, from } = placeMessage({ ...at(3), items: gone }, entry(4, 1), ITEMS);

  assertEquals([items.length, items[0], from], [MAX_ITEMS, "0:5002", 3]);
});
