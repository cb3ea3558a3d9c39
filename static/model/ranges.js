/** @import {Conversation} from "./conversation.js" */
/** @import {Entry, MessageEntry} from "./entries.js" */
import { insertMessage } from "./entries.js";

/** Entries kept in memory for one conversation; what is further away is loaded again. */
export const MAX_ENTRIES = 2_000;
/** Newest messages kept aside while older ones are being read. */
export const MAX_TAIL = 200;

/**
 * A page of a conversation's log.
 *
 * @typedef {{messages: readonly MessageEntry[], hasOlder: boolean, hasNewer: boolean}} EntryPage
 */

/**
 * Puts a message where it belongs: among the entries, if these reach it without a hole; into the
 * tail, if it is newer; nowhere, if it is older: it will come with its page.
 *
 * @param {Conversation} conversation
 * @param {MessageEntry} message
 * @returns {Conversation} The same if the message was known, or is older.
 */
export function placeMessage(conversation, message) {
  if (message.seq <= conversation.from) return conversation;
  if (message.seq <= conversation.to) {
    const entries = insertMessage(conversation.entries, message);
    return entries === conversation.entries
      ? conversation
      : boundOlder({ ...conversation, entries });
  }
  const tail = insertMessage(conversation.tail, message);
  return tail === conversation.tail ? conversation : withTail(conversation, onlyMessages(tail));
}

/**
 * Adds what comes before the entries.
 *
 * @param {Conversation} conversation
 * @param {EntryPage} page
 * @returns {Conversation}
 */
export function addOlder(conversation, page) {
  const era = page.messages[0]?.era;
  // Of a log that is gone nothing stays once there is a page of the new one: positions differ.
  const kept = era === undefined
    ? conversation.entries
    : conversation.entries.filter((entry) => entry.kind !== "message" || entry.era === era);
  const entries = page.messages.reduceRight(
    (/** @type {readonly Entry[]} */ before, message) => insertFirst(before, message),
    kept,
  );
  return boundNewer(placeDivider({ ...conversation, entries, from: beginOf(page) }));
}

/**
 * Adds what comes after the entries; where that meets the tail, they reach the newest again.
 *
 * @param {Conversation} conversation
 * @param {EntryPage} page
 * @returns {Conversation}
 */
export function addNewer(conversation, page) {
  const entries = [...conversation.entries, ...page.messages];
  return boundOlder(placeDivider(connect({ ...conversation, entries }, page)));
}

/**
 * Shows a page from anywhere in the log in place of the entries.
 *
 * @param {Conversation} conversation
 * @param {EntryPage} page
 * @returns {Conversation}
 */
export function showPage(conversation, page) {
  const aside = conversation.to === Infinity ? setAside(conversation) : conversation;
  const shown = { ...aside, entries: page.messages, from: beginOf(page) };
  return placeDivider(connect(shown, page));
}

/**
 * Shows the newest messages; what came before them is loaded when it is asked for.
 *
 * @param {Conversation} conversation
 * @returns {Conversation} The same if it does already.
 */
export function showNewest(conversation) {
  if (conversation.to === Infinity) return conversation;
  const { tail, tailFrom } = conversation;
  return { ...conversation, entries: tail, from: tailFrom, to: Infinity, tail: [] };
}

/**
 * Ends the entries at a position, after which some are missing.
 *
 * @param {Conversation} conversation
 * @param {number} era The log of the positions.
 * @param {number} to
 * @param {number} tailFrom What is newer than this comes by itself.
 * @returns {Conversation}
 */
export function endAt(conversation, era, to, tailFrom) {
  const entries = conversation.entries.filter((entry) =>
    entry.kind !== "message" || entry.era !== era || entry.seq <= to
  );
  return { ...conversation, entries, to: Math.min(conversation.to, to), tail: [], tailFrom };
}

/**
 * Marks the first unread message, if it is among the entries for certain.
 *
 * @param {Conversation} conversation
 * @returns {Conversation}
 */
export function placeDivider(conversation) {
  const { divider, unreadAfter, from, entries } = conversation;
  if (divider !== null || unreadAfter === null || from > unreadAfter) return conversation;
  const first = entries.find((entry) =>
    entry.kind === "message" && !entry.isMine && entry.seq > unreadAfter
  );
  return first === undefined ? conversation : { ...conversation, divider: first.key };
}

/**
 * @param {Conversation} conversation
 * @param {EntryPage} page The newest part of its entries.
 * @returns {Conversation}
 */
function connect(conversation, page) {
  const last = page.messages.at(-1)?.seq ?? conversation.to;
  if (page.hasNewer && last < conversation.tailFrom) return { ...conversation, to: last };
  const entries = conversation.tail.reduce(
    (/** @type {readonly Entry[]} */ before, message) => insertMessage(before, message),
    conversation.entries,
  );
  return { ...conversation, entries, to: Infinity, tail: [] };
}

/** @param {Conversation} conversation One that reaches the newest message. */
function setAside(conversation) {
  const aside = { ...conversation, tailFrom: conversation.from };
  return withTail(aside, onlyMessages(conversation.entries));
}

/**
 * @param {Conversation} conversation
 * @param {readonly MessageEntry[]} messages
 * @returns {Conversation}
 */
function withTail(conversation, messages) {
  const tail = messages.slice(-MAX_TAIL);
  const isCut = tail.length < messages.length;
  const tailFrom = isCut ? (tail[0]?.seq ?? 1) - 1 : conversation.tailFrom;
  return { ...conversation, tail, tailFrom };
}

/**
 * Drops the oldest entries beyond the bound.
 *
 * @param {Conversation} conversation
 * @returns {Conversation}
 */
function boundOlder(conversation) {
  if (conversation.entries.length <= MAX_ENTRIES) return conversation;
  const entries = conversation.entries.slice(-MAX_ENTRIES);
  const first = onlyMessages(entries)[0];
  return { ...conversation, entries, from: (first?.seq ?? 1) - 1 };
}

/**
 * Drops the newest entries beyond the bound.
 *
 * @param {Conversation} conversation
 * @returns {Conversation}
 */
function boundNewer(conversation) {
  if (conversation.entries.length <= MAX_ENTRIES) return conversation;
  const aside = conversation.to === Infinity ? setAside(conversation) : conversation;
  const entries = conversation.entries.slice(0, MAX_ENTRIES);
  return { ...aside, entries, to: onlyMessages(entries).at(-1)?.seq ?? 0 };
}

/** @param {EntryPage} page */
function beginOf(page) {
  return page.hasOlder ? (page.messages[0]?.seq ?? 1) - 1 : 0;
}

/**
 * @param {readonly Entry[]} entries
 * @param {MessageEntry} message
 */
function insertFirst(entries, message) {
  const first = entries.find((entry) => entry.kind === "message");
  const isBefore = first?.kind !== "message" || message.seq < first.seq;
  return isBefore ? [message, ...entries] : insertMessage(entries, message);
}

/** @param {readonly Entry[]} entries */
function onlyMessages(entries) {
  return /** @type {MessageEntry[]} */ (entries.filter((entry) => entry.kind === "message"));
}
