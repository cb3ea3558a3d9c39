import { assertEquals } from "@std/assert";
import { type Conversation, newConversation } from "../../static/model/conversation.js";
import type { MessageEntry } from "../../static/model/entries.js";
import {
  addNewer,
  addOlder,
  endAt,
  MAX_ENTRIES,
  MAX_TAIL,
  placeMessage,
  showNewest,
  showPage,
} from "../../static/model/ranges.js";

function entry(seq: number, account = "a_bob"): MessageEntry {
  return {
    kind: "message",
    key: `0:${seq}`,
    era: 0,
    seq,
    at: seq,
    from: account,
    account,
    text: String(seq),
    isMine: account === "a_alice",
    isWaiting: false,
    isMention: false,
  };
}

function page(first: number, last: number, hasOlder = true, hasNewer = false) {
  const messages = Array.from({ length: last - first + 1 }, (_, i) => entry(first + i));
  return { messages, hasOlder, hasNewer };
}

function seqs({ entries }: Conversation): number[] {
  return entries.map((one) => one.kind === "message" ? one.seq : 0);
}

/** A conversation one has just come into, at a position of its log. */
function at(from: number): Conversation {
  return { ...newConversation("lobby", null), from };
}

Deno.test("addOlder() puts a page before what has come meanwhile, without a hole", () => {
  const live = placeMessage(at(100), entry(101));

  const whole = addOlder(live, page(91, 100));
  const begun = addOlder(whole, page(81, 90, false));

  assertEquals([whole.from, begun.from], [90, 0]);
  assertEquals(seqs(begun), Array.from({ length: 21 }, (_, i) => 81 + i));
});

Deno.test("placeMessage() leaves out what is older than the entries: it comes with its page", () => {
  const conversation = at(100);

  assertEquals(placeMessage(conversation, entry(99)), conversation);
  assertEquals(seqs(placeMessage(conversation, entry(101))), [101]);
});

Deno.test("showPage() keeps the newest aside, addNewer() meets it again", () => {
  const live = placeMessage(at(100), entry(101));

  const jumped = placeMessage(showPage(live, page(41, 50, true, true)), entry(102));
  const further = addNewer(jumped, page(51, 60, true, true));
  const met = addNewer(further, page(61, 100, true, false));

  assertEquals([jumped.to, further.to, met.to], [50, 60, Infinity]);
  assertEquals(seqs(met), Array.from({ length: 62 }, (_, i) => 41 + i));
  assertEquals(met.tail, []);
});

Deno.test("addNewer() goes on loading where the tail had to be cut", () => {
  let jumped = showPage(at(100), page(41, 50, true, true));
  for (let seq = 101; seq <= 101 + MAX_TAIL; seq++) jumped = placeMessage(jumped, entry(seq));

  const further = addNewer(jumped, page(51, 100, true, true));
  const met = addNewer(further, page(101, 102, true, true));

  assertEquals([jumped.tail.length, jumped.tailFrom], [MAX_TAIL, 101]);
  assertEquals([further.to, met.to], [100, Infinity]);
  assertEquals(seqs(met), Array.from({ length: 61 + MAX_TAIL }, (_, i) => 41 + i));
});

Deno.test("showNewest() shows what was kept aside, and asks for nothing twice", () => {
  const jumped = placeMessage(showPage(at(100), page(41, 50, true, true)), entry(101));

  const newest = showNewest(jumped);

  assertEquals([seqs(newest), newest.from, newest.to], [[101], 100, Infinity]);
  assertEquals(showNewest(newest), newest);
});

Deno.test("endAt() leaves a hole between what is shown and the tail, which pages fill", () => {
  const known = addOlder(at(100), page(91, 100));

  const ended = placeMessage(endAt(known, 0, 100, 9000), entry(9001));
  const filled = addNewer(ended, page(101, 150, true, false));

  assertEquals([seqs(ended).at(-1), ended.to, ended.tailFrom], [100, 100, 9000]);
  assertEquals([seqs(filled).at(-2), seqs(filled).at(-1), filled.to], [150, 9001, Infinity]);
});

Deno.test("addOlder() marks the first unread message once it is there for certain", () => {
  const missed = { ...at(100), unread: 30, unreadAfter: 70 };

  const first = addOlder(missed, page(81, 100));
  const second = addOlder(first, page(61, 80));

  assertEquals([first.divider, second.divider], [null, "0:71"]);
});

Deno.test("addOlder() and placeMessage() drop what is far away, and know that it is missing", () => {
  let conversation = addOlder(at(10_000), page(8001, 10_000));
  conversation = placeMessage(conversation, entry(10_001));
  assertEquals([conversation.entries.length, conversation.from], [MAX_ENTRIES, 8001]);

  const back = addOlder(conversation, page(7902, 8001));

  assertEquals([back.entries.length, seqs(back)[0], back.to], [MAX_ENTRIES, 7902, 9901]);
  assertEquals(back.tail.at(-1)?.seq, 10_001);
});
