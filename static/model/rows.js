/** @import {Conversation, Outgoing} from "./conversation.js" */
/** @import {Entry} from "./entries.js" */
/** @import {Dates} from "../text/dates.js" */

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
  let previous = start > 0 ? itemAt(conversation, start - 1) : undefined;
  for (let i = start; i < end; i++) {
    const entry = itemAt(conversation, i);
    if (entry === undefined) break;
    const day = dates.dayKey(entry.at);
    const isNewDay = rows.length === 0 || previous === undefined ||
      day !== dates.dayKey(previous.at);
    if (isNewDay) {
      rows.push({
        kind: "day",
        key: `day:${day}:${entry.key}`,
        label: dates.dayLabel(entry.at, now),
      });
    }
    const isDivided = entry.key === conversation.divider;
    if (isDivided) rows.push({ kind: "divider", key: "divider" });
    const isHead = isNewDay || isDivided || !isSameRun(previous, entry);
    rows.push({ kind: "entry", key: entry.key, entry, isHead });
    previous = entry;
  }
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
