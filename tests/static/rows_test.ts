import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Delivery, Item, Message } from "../../static/model/item.ts";
import { buildDays, type Day } from "../../static/model/rows.ts";

const NOON = Date.parse("2026-11-22T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function dayKey(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function message(
  seq: number,
  at: number,
  account = "a_bob",
  change: Partial<Message> = {},
): Message {
  return {
    kind: "message",
    key: `0:${seq}`,
    id: null,
    author: { username: account, account },
    isMine: account === "a_alice",
    at,
    text: "",
    isMention: false,
    delivery: { state: "stored", era: 0, seq, isWaiting: false },
    ...change,
  };
}

function mine(id: string, at: number, delivery: Delivery): Message {
  return message(0, at, "a_alice", { key: `out:${id}`, id, delivery });
}

function left(key: string, at: number): Item {
  return { kind: "presence", key, at, what: "left", names: ["bob"] };
}

function build(items: readonly Item[], before: readonly Day[] = [], divider: string | null = null) {
  return buildDays(items, { divider, dayOf: ({ at }) => dayKey(at) }, before);
}

/** Days as words: each with what lies in it, runs as the keys of their messages. */
function outline(days: readonly Day[]) {
  return days.map(({ at, blocks }) => [
    dayKey(at),
    ...blocks.map((block) => {
      if (block.kind === "run") return block.messages.map(({ key }) => key).join(" ");
      return block.kind === "line" ? block.item.kind : "divider";
    }),
  ]);
}

function runKeys(days: readonly Day[]): string[] {
  return days.flatMap(({ blocks }) => blocks.map(({ key }) => key));
}

Deno.test("buildDays() puts messages of one author within five minutes into one run", () => {
  const days = build([
    message(1, NOON),
    message(2, NOON + 5 * MINUTE),
    message(3, NOON + 11 * MINUTE),
    message(4, NOON + 11 * MINUTE, "a_carol"),
  ]);

  assertEquals(outline(days), [["2026-11-22", "0:1 0:2", "0:3", "0:4"]]);
});

Deno.test("buildDays() begins a day and a run anew at midnight", () => {
  const days = build([message(1, NOON - 12 * HOUR - 1), message(2, NOON - 12 * HOUR)]);

  assertEquals(outline(days), [["2026-11-21", "0:1"], ["2026-11-22", "0:2"]]);
});

Deno.test("buildDays() puts the divider before the first unread message, which begins a run", () => {
  const days = build([message(1, NOON), message(2, NOON + 1), message(3, NOON + 2)], [], "0:2");

  assertEquals(outline(days), [["2026-11-22", "0:1", "divider", "0:2 0:3"]]);
});

Deno.test("buildDays() ends a run at a line of presence", () => {
  const days = build([message(1, NOON), left("p1", NOON + 1), message(2, NOON + 2)]);

  assertEquals(outline(days), [["2026-11-22", "0:1", "presence", "0:2"]]);
});

Deno.test("buildDays() lets a message on its way continue one's own run, a failed one not", () => {
  const days = build([
    message(1, NOON, "a_alice"),
    mine("m1", NOON + 1, { state: "pending" }),
    mine("m2", NOON + 2, { state: "failed", reason: "Too long." }),
  ]);

  assertEquals(outline(days), [["2026-11-22", "0:1 out:m1", "out:m2"]]);
});

Deno.test("buildDays() keeps what didn't change, and its order of days under any clock", () => {
  const items = [message(1, NOON), message(2, NOON + HOUR), message(3, NOON - 24 * HOUR)];
  const again = { ...message(4, NOON), key: "0:4" };

  const days = build([...items, again]);
  const next = build([...items, again, message(5, NOON + 1)], days);

  assertEquals(outline(days).map(([day]) => day), ["2026-11-22", "2026-11-21", "2026-11-22"]);
  assertEquals(new Set(days.map(({ key }) => key)).size, 3);
  assertStrictEquals(build([...items, again], days), days);
  assertStrictEquals(next[0], days[0]);
  assertStrictEquals(next[1], days[1]);
});

// Else all rows of the run would be made anew, and lose focus and selection.
Deno.test("buildDays() keeps the key of a run that grows, or shrinks, at either end", () => {
  const items = [1, 2, 3, 4, 5].map((seq) => message(seq, NOON + seq));

  const days = build(items.slice(1, 4));
  const grown = build(items, days);
  const shrunk = build(items.slice(3), grown);

  assertEquals(runKeys(days), ["run:0:2"]);
  assertEquals(runKeys(grown), ["run:0:2"]);
  assertEquals(runKeys(shrunk), ["run:0:2"]);
});

Deno.test("buildDays() gives two halves of a cut run different keys", () => {
  const own = mine("m1", NOON + 2, { state: "pending" });
  const days = build([message(1, NOON, "a_alice"), own]);

  const cut = build([message(1, NOON, "a_alice"), message(2, NOON + 1), own], days);
  const joined = build([message(1, NOON, "a_alice"), own], cut);

  assertEquals(runKeys(cut), ["run:0:1", "run:0:2", "run:out:m1"]);
  assertEquals(runKeys(joined), ["run:0:1"]);
});

Deno.test("buildDays() replaces only the run whose message changed", () => {
  const items = [message(1, NOON), message(2, NOON, "a_carol")];
  const days = build(items);

  const [day] = build([items[0]!, { ...items[1]!, text: "edited" }], days);

  assertStrictEquals(day!.blocks[0], days[0]!.blocks[0]);
  assert(day!.blocks[1] !== days[0]!.blocks[1]);
  assertEquals(day!.blocks[1]!.key, days[0]!.blocks[1]!.key);
});
