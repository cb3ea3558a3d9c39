/**
 * What a timeline shows, oldest first. Positions are `seq` within one log; `era` counts the logs
 * this page has seen, because a new log begins its positions anew.
 *
 * @typedef {object} MessageEntry
 * @property {"message"} kind
 * @property {string} key Unique within the page.
 * @property {number} era
 * @property {number} seq
 * @property {number} at
 * @property {string} from
 * @property {string} account
 * @property {string} text
 * @property {boolean} isMine By account, never by name.
 * @property {boolean} isWaiting Whether it is ours, private, and has not arrived yet.
 * @property {boolean} isMention
 *
 * @typedef {object} PresenceEntry People of one moment who came, or went.
 * @property {"presence"} kind
 * @property {string} key
 * @property {number} at
 * @property {"joined" | "left"} what
 * @property {readonly string[]} names
 *
 * @typedef {object} NoteEntry Something the page itself has to say.
 * @property {"note"} kind
 * @property {string} key
 * @property {number} at
 * @property {string} text
 *
 * @typedef {MessageEntry | PresenceEntry | NoteEntry} Entry
 */

/** Comings, or goings, this close together share one line. */
const PRESENCE_RUN_MS = 60_000;
/** Names one line holds at most; the rest are only counted by the next line. */
const MAX_NAMES = 200;

/**
 * Puts a message where its position says; one that is there already changes nothing.
 *
 * @param {readonly Entry[]} entries
 * @param {MessageEntry} message
 * @returns {readonly Entry[]} The same array if the message was known.
 */
export function insertMessage(entries, message) {
  let at = entries.length;
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    if (entry?.kind !== "message") continue;
    if (entry.key === message.key) return entries;
    if (isBefore(entry, message)) break;
    at = i;
  }
  return entries.toSpliced(at, 0, message);
}

/**
 * Notes that a message which had waited has arrived.
 *
 * @template {Entry} Kind
 * @param {readonly Kind[]} entries
 * @param {string} key
 * @returns {readonly Kind[]} The same array if nothing changed.
 */
export function markDelivered(entries, key) {
  const at = entries.findIndex((entry) => entry.key === key);
  const entry = entries[at];
  if (entry?.kind !== "message" || !entry.isWaiting) return entries;
  return entries.with(at, { ...entry, isWaiting: false });
}

/**
 * Adds a line about comings or goings, joining it to the last line when that tells the same.
 *
 * @param {readonly Entry[]} entries
 * @param {PresenceEntry} line
 * @returns {readonly Entry[]}
 */
export function addPresence(entries, line) {
  const last = entries.at(-1);
  if (last?.kind !== "presence" || last.what !== line.what) return [...entries, line];
  const names = [...new Set([...last.names, ...line.names])];
  const isRun = line.at - last.at < PRESENCE_RUN_MS && names.length <= MAX_NAMES;
  return isRun ? [...entries.slice(0, -1), { ...last, names }] : [...entries, line];
}

/**
 * Adds a note at the end.
 *
 * @param {readonly Entry[]} entries
 * @param {NoteEntry} note
 * @returns {readonly Entry[]}
 */
export function addNote(entries, note) {
  return [...entries, note];
}

/**
 * @param {MessageEntry} a
 * @param {MessageEntry} b
 */
function isBefore(a, b) {
  return a.era < b.era || (a.era === b.era && a.seq < b.seq);
}
