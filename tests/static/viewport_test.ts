import { assertEquals, assertStrictEquals } from "@std/assert";
import { LOBBY, newConversation } from "../../static/model/conversation.ts";
import {
  afterScroll,
  AT_END,
  fillAbove,
  isFollowing,
  keepPlace,
  OPENING,
  seekDivider,
  seekMessage,
  spanOf,
  type Viewport,
  wantedSide,
} from "../../static/model/viewport.ts";

const KEYS = Array.from({ length: 1_000 }, (_, i) => `0:${i}`);
const FAR = { above: 5_000, below: 5_000 };

function readingFrom(first: string): Viewport {
  return { ...AT_END, isAtEnd: false, first };
}

Deno.test("spanOf() shows as many of the newest items at the end as fill it", () => {
  assertEquals(spanOf(KEYS, AT_END), { start: 970, end: 1_000 });
  assertEquals(spanOf(KEYS, { ...AT_END, rows: 90 }), { start: 910, end: 1_000 });
  assertEquals(spanOf(KEYS.slice(0, 7), AT_END), { start: 0, end: 7 });
  assertEquals(spanOf([], AT_END), { start: 0, end: 0 });
});

Deno.test("fillAbove() adds 30 rows until 600 pixels may be scrolled", () => {
  const span = { start: 970, end: 1_000 };
  const elsewhere = readingFrom("0:970");

  assertEquals(fillAbove(AT_END, { above: 599, below: 0 }, span), { ...AT_END, rows: 60 });
  assertStrictEquals(fillAbove(AT_END, { above: 600, below: 0 }, span), AT_END);
  assertStrictEquals(fillAbove(AT_END, { above: 0, below: 0 }, { start: 0, end: 30 }), AT_END);
  assertStrictEquals(fillAbove(elsewhere, { above: 0, below: 0 }, span), elsewhere);
});

Deno.test("spanOf() shows at most 200 items elsewhere, from the first one on", () => {
  assertEquals(spanOf(KEYS, readingFrom("0:100")), { start: 100, end: 300 });
  assertEquals(spanOf(KEYS, readingFrom("0:900")), { start: 900, end: 1_000 });
});

Deno.test("spanOf() stays with the first item when others are inserted before it", () => {
  const keys = ["older:1", "older:2", ...KEYS];

  assertEquals(spanOf(keys, readingFrom("0:100")), { start: 102, end: 302 });
});

Deno.test("spanOf() shows what is sought with 30 items before it", () => {
  const span = { start: 470, end: 670 };

  assertEquals(spanOf(KEYS, seekMessage(500), "0:500"), span);
  assertEquals(spanOf(KEYS, { ...seekMessage(500), isAtEnd: true }, "0:500"), span);
  assertEquals(spanOf(KEYS, seekDivider(AT_END), "0:10"), { start: 0, end: 200 });
  assertEquals(spanOf(KEYS, seekMessage(5_000), "0:5000"), { start: 970, end: 1_000 });
});

Deno.test("spanOf() opens a conversation at its end, where the divider may be on screen", () => {
  assertEquals(spanOf(KEYS, OPENING, "0:500"), { start: 970, end: 1_000 });
});

Deno.test("isFollowing() is false while something else is about to be shown", () => {
  assertEquals([AT_END, OPENING, seekMessage(1)].map(isFollowing), [true, false, false]);
});

Deno.test("keepPlace() goes on from the next row when the first one's item is gone", () => {
  const viewport = readingFrom("0:100");
  const shown = KEYS.slice(100, 300);

  assertStrictEquals(keepPlace(viewport, shown, KEYS, false), viewport);
  assertStrictEquals(keepPlace(AT_END, shown, [], false), AT_END);
  assertEquals(keepPlace(viewport, shown, KEYS.slice(150), false).first, "0:150");
  assertEquals(keepPlace(viewport, shown, ["1:1", "1:2"], false).first, "1:1");
});

// Shown in a second step, they came after the line that tells of their loading had gone.
Deno.test("keepPlace() shows older items at once to somebody who waits for them", () => {
  const viewport = readingFrom("0:0");
  const older = Array.from({ length: 100 }, (_, i) => `older:${i}`);

  const next = keepPlace(viewport, KEYS.slice(0, 200), [...older, ...KEYS], true);

  assertEquals(next.first, "older:70");
  assertStrictEquals(keepPlace(viewport, KEYS.slice(0, 200), KEYS, true), viewport);
});

Deno.test("afterScroll() changes nothing in the middle of the window", () => {
  const viewport = readingFrom("0:100");

  const next = afterScroll(viewport, FAR, { start: 100, end: 300 }, KEYS, true);

  assertStrictEquals(next, viewport);
});

Deno.test("afterScroll() moves the window by 30 items near its ends", () => {
  const span = { start: 100, end: 300 };
  const move = (above: number, below: number) =>
    afterScroll(readingFrom("0:100"), { above, below }, span, KEYS, true).first;

  assertEquals(move(599, 5_000), "0:70");
  assertEquals(move(5_000, 599), "0:130");
});

Deno.test("afterScroll() stops at the ends of what is loaded", () => {
  const top = afterScroll(
    readingFrom("0:20"),
    { ...FAR, above: 0 },
    { start: 20, end: 220 },
    KEYS,
    true,
  );
  const bottom = afterScroll(
    readingFrom("0:780"),
    { ...FAR, below: 0 },
    { start: 780, end: 980 },
    KEYS,
    true,
  );

  assertEquals([top.first, bottom.first], ["0:0", "0:800"]);
});

// Where 200 rows are hardly more than a screen, up and down would follow each other for ever.
Deno.test("afterScroll() doesn't swing when both ends are near", () => {
  const viewport = readingFrom("0:100");

  const next = afterScroll(viewport, { above: 0, below: 0 }, { start: 100, end: 300 }, KEYS, true);

  assertStrictEquals(next, viewport);
});

Deno.test("afterScroll() follows the end within 40 pixels of it, and only there", () => {
  const viewport = readingFrom("0:880");
  const span = { start: 880, end: 1_000 };

  assertEquals(afterScroll(viewport, { ...FAR, below: 39 }, span, KEYS, true), AT_END);
  assertStrictEquals(afterScroll(viewport, { ...FAR, below: 40 }, span, KEYS, true), viewport);
  assertStrictEquals(afterScroll(viewport, { ...FAR, below: 39 }, span, KEYS, false), viewport);
  assertStrictEquals(afterScroll(AT_END, { ...FAR, below: 0 }, span, KEYS, true), AT_END);
});

Deno.test("afterScroll() leaves the end with its window, and keeps what is sought", () => {
  const next = afterScroll(
    { ...OPENING, found: 3 },
    { ...FAR, below: 900 },
    { start: 880, end: 1_000 },
    KEYS,
    true,
  );

  assertEquals(next, { ...OPENING, isAtEnd: false, first: "0:880", found: 3 });
});

Deno.test("wantedSide() asks for what lies behind an end that is near", () => {
  const items = KEYS.slice(0, 300);
  const conversation = { ...newConversation(LOBBY), items, from: 7, to: 500 };
  const top = [{ ...FAR, above: 599 }, { start: 0, end: 200 }] as const;
  const bottom = [{ ...FAR, below: 599 }, { start: 100, end: 300 }] as const;

  assertEquals(wantedSide(conversation, ...top), "older");
  assertEquals(wantedSide(conversation, ...bottom), "newer");
  assertEquals(wantedSide({ ...conversation, from: 0, to: Infinity }, ...top), null);
  assertEquals(wantedSide({ ...conversation, from: 0, to: Infinity }, ...bottom), null);
  assertEquals(wantedSide({ ...conversation, unsent: ["out:1"] }, ...bottom), null);
  assertEquals(wantedSide(conversation, FAR, { start: 0, end: 300 }), null);
});

Deno.test("wantedSide() asks for nothing while something is on its way, or failed", () => {
  const conversation = { ...newConversation(LOBBY), from: 7 };
  const place = { above: 0, below: 0 };
  const span = { start: 0, end: 0 };

  assertEquals(wantedSide({ ...conversation, loading: "around" }, place, span), null);
  assertEquals(wantedSide({ ...conversation, loadError: "No." }, place, span), null);
});
