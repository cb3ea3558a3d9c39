import { assertEquals } from "@std/assert";
import { newConversation } from "../../static/model/conversation.js";
import type { Entry } from "../../static/model/entries.js";
import { buildRows, countItems } from "../../static/model/rows.js";
import { Dates } from "../../static/text/dates.ts";

const dates = new Dates({ language: "en-GB", timeZone: "UTC" });
const NOON = Date.parse("2026-11-22T12:00:00Z");
const MINUTE = 60_000;

function entry(seq: number, at: number, account = "a_bob"): Entry {
  return {
    kind: "message",
    key: `0:${seq}`,
    era: 0,
    seq,
    at,
    from: account,
    account,
    text: "",
    isMine: account === "a_alice",
    isWaiting: false,
    isMention: false,
  };
}

function build(entries: Entry[], changes = {}) {
  const conversation = { ...newConversation("lobby", null), entries, ...changes };
  return buildRows(conversation, 0, countItems(conversation), dates, NOON).map((row) => {
    if (row.kind === "entry") return row.isHead ? "head" : "run";
    return row.kind === "day" ? row.label : row.kind;
  });
}

Deno.test("buildRows() gives messages of one author within five minutes one header", () => {
  const rows = build([
    entry(1, NOON),
    entry(2, NOON + 5 * MINUTE),
    entry(3, NOON + 11 * MINUTE),
    entry(4, NOON + 11 * MINUTE, "a_carol"),
  ]);

  assertEquals(rows, ["Today", "head", "run", "head", "head"]);
});

Deno.test("buildRows() separates days and begins a run anew after one", () => {
  const rows = build([
    entry(1, NOON - 12 * 60 * MINUTE - 1),
    entry(2, NOON - 12 * 60 * MINUTE),
  ]);

  assertEquals(rows, ["Yesterday", "head", "Today", "head"]);
});

Deno.test("buildRows() puts the divider before the first unread message", () => {
  const rows = build([entry(1, NOON), entry(2, NOON + 1)], { divider: "0:2" });

  assertEquals(rows, ["Today", "head", "divider", "head"]);
});

Deno.test("buildRows() lets a message on its way continue one's own run", () => {
  const outgoing = {
    kind: "outgoing",
    key: "out:m1",
    id: "m1",
    at: NOON + 1,
    text: "",
    state: "pending",
    reason: "",
  };

  assertEquals(build([entry(1, NOON, "a_alice")], { outgoing: [outgoing] }), [
    "Today",
    "head",
    "run",
  ]);
});

Deno.test("buildRows() shows the day above the first entry of a window", () => {
  const conversation = {
    ...newConversation("lobby", null),
    entries: [entry(1, NOON), entry(2, NOON + 1), entry(3, NOON + 2)],
  };

  const rows = buildRows(conversation, 1, 2, dates, NOON);

  assertEquals(rows.map((row) => row.kind), ["day", "entry"]);
});
