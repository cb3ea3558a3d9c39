/** @import {Conversation, Outgoing} from "./conversation.js" */
/** @import {Entry} from "./entries.js" */
/** @import {Dates} from "../text/dates.ts" */

/** Messages of one author this close together share one header. */
const RUN_MS = 5 * 60_000;

/**
 * One line of a timeline.
 *
 * @typedef {{kind: "day", key: string, label: string}
 *   | {kind: "divider", key: string}
 *   | {kind: "entry", key: string, entry: Entry | Outgoing, isHead: boolean}} Row
 */

/**
 * The lines between two positions of a conversation, outgoing messages last.
 *
 * @param {Conversation} conversation
 * @param {number} start First position.
 * @param {number} end Position after the last.
 * @param {Dates} dates
 * @param {number} now Epoch milliseconds: what Today means.
 * @returns {Row[]}
 */
export function buildRows(conversation, start, end, dates, now) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Entry | Outgoing | undefined} */
  let previous;
  for (let i = start; i < end; i++) {
    const entry = itemAt(conversation, i);
    if (entry === undefined) break;
    const separators = separate(previous, entry, conversation.divider, dates, now);
    const isHead = separators.length > 0 || !isSameRun(previous, entry);
    rows.push(...separators, { kind: "entry", key: entry.key, entry, isHead });
    previous = entry;
  }
  return rows;
}

/**
 * What stands between two entries; the first entry shown always has its day above it.
 *
 * @param {Entry | Outgoing | undefined} previous
 * @param {Entry | Outgoing} entry
 * @param {string | null} divider
 * @param {Dates} dates
 * @param {number} now
 * @returns {Row[]}
 */
function separate(previous, entry, divider, dates, now) {
  /** @type {Row[]} */
  const rows = [];
  const day = dates.dayKey(entry.at);
  if (previous === undefined || day !== dates.dayKey(previous.at)) {
    rows.push({
      kind: "day",
      key: `day:${day}:${entry.key}`,
      label: dates.dayLabel(entry.at, now),
    });
  }
  if (entry.key === divider) rows.push({ kind: "divider", key: "divider" });
  return rows;
}

/**
 * How many entries a conversation has, outgoing ones included.
 *
 * @param {Conversation} conversation
 */
export function countItems(conversation) {
  return conversation.entries.length + conversation.outgoing.length;
}

/**
 * The entry at a position, outgoing ones after the others.
 *
 * @param {Conversation} conversation
 * @param {number} index
 */
export function itemAt(conversation, index) {
  const { entries, outgoing } = conversation;
  return index < entries.length ? entries[index] : outgoing[index - entries.length];
}

/**
 * @param {Entry | Outgoing | undefined} previous
 * @param {Entry | Outgoing} entry
 */
function isSameRun(previous, entry) {
  if (previous === undefined || Math.abs(entry.at - previous.at) > RUN_MS) return false;
  const author = authorOf(previous);
  return author !== null && author === authorOf(entry);
}

/**
 * Who wrote an entry; null for lines nobody wrote.
 *
 * @param {Entry | Outgoing} entry
 */
function authorOf(entry) {
  if (entry.kind === "outgoing") return "mine";
  if (entry.kind === "message") return entry.isMine ? "mine" : entry.account;
  return null;
}
