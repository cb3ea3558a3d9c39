/** @import {Peer, Outgoing} from "../model/conversation.js" */
/** @import {MessageEntry, PresenceEntry, NoteEntry} from "../model/entries.js" */
/** @import {Row} from "../model/rows.js" */
/** @import {Dates} from "../text/dates.ts" */
import { cloneTemplate, make, part } from "../lib/dom.js";
import { clampMarks, listNames } from "../text/names.ts";
import { paintAvatar, paintHue } from "./avatar.js";
import { renderText } from "./message_text.js";

/**
 * What a row needs to know beside itself.
 *
 * @typedef {{dates: Dates, peer: Peer | null, ownName: string}} RowContext
 */

/**
 * Makes the element of one row.
 *
 * @param {Row} row
 * @param {RowContext} context
 * @returns {HTMLElement}
 */
export function renderRow(row, context) {
  if (row.kind === "day") return renderLine(row.label, "timeline__line--day");
  if (row.kind === "divider") return renderLine("New messages", "timeline__line--divider");
  const { entry } = row;
  if (entry.kind === "message" || entry.kind === "outgoing") {
    return renderMessage(entry, row.isHead, context);
  }
  if (entry.kind === "presence") return renderPeople(entry);
  return renderLine(entry.text, "timeline__line--note");
}

/**
 * Whether two rows look the same, so that the element at hand can stay.
 *
 * @param {Row} a
 * @param {Row} b
 */
export function isSameRow(a, b) {
  if (a.kind === "entry" && b.kind === "entry") return a.entry === b.entry && a.isHead === b.isHead;
  if (a.kind === "day" && b.kind === "day") return a.label === b.label;
  return a.kind === b.kind;
}

/**
 * @param {string} text
 * @param {string} className
 */
function renderLine(text, className) {
  const line = cloneTemplate("line-template");
  line.classList.add(className);
  part(line, "text").textContent = clampMarks(text);
  return line;
}

/**
 * Names stand isolated: one in another script must not rearrange the words around it.
 *
 * @param {PresenceEntry} entry
 */
function renderPeople(entry) {
  const line = renderLine("", "timeline__line--note");
  const words = listNames(entry.names).flatMap((word) =>
    word.isName ? make("bdi", "", clampMarks(word.text)) : word.text
  );
  part(line, "text").append(...words, ` ${entry.what} the chat`);
  return line;
}

/**
 * @param {MessageEntry | Outgoing} entry
 * @param {boolean} isHead
 * @param {RowContext} context
 */
function renderMessage(entry, isHead, context) {
  const element = cloneTemplate("message-template");
  const isMine = entry.kind === "outgoing" || entry.isMine;
  const author = entry.kind === "outgoing" ? context.ownName : entry.from;
  element.classList.toggle("message--mine", isMine);
  element.classList.toggle("message--head", isHead);
  element.classList.toggle("message--private", context.peer !== null);
  const isMention = entry.kind === "message" && entry.isMention;
  element.classList.toggle("message--mention", isMention);
  part(element, "mention").textContent = isMention ? "mentions you" : "";
  paintHue(element, author);
  paintAvatar(part(element, "avatar"), author);
  part(element, "author").textContent = isMine ? "You" : clampMarks(author);
  part(element, "audience").textContent = audienceText(isMine, context.peer);
  part(element, "body").append(...renderText(entry.text));
  fillTime(part(element, "time"), entry.at, context.dates);
  if (entry.kind === "outgoing") fillState(element, entry);
  else if (entry.isWaiting) part(element, "state").textContent = waitingText(context.peer);
  return element;
}

/**
 * @param {boolean} isMine
 * @param {Peer | null} peer
 */
function audienceText(isMine, peer) {
  if (peer === null) return "";
  return isMine ? `private, to ${clampMarks(peer.username)}` : "private, to you";
}

/** @param {Peer | null} peer */
function waitingText(peer) {
  return `Will be delivered when ${clampMarks(peer?.username ?? "")} is back`;
}

/**
 * @param {HTMLElement} element
 * @param {number} at
 * @param {Dates} dates
 */
function fillTime(element, at, dates) {
  element.textContent = dates.time(at);
  element.title = dates.exact(at);
  element.dataset.exact = dates.exact(at);
  const machine = dates.machine(at);
  if (machine !== null) element.setAttribute("datetime", machine);
}

/**
 * @param {HTMLElement} element
 * @param {Outgoing} entry
 */
function fillState(element, entry) {
  element.classList.add(`message--${entry.state}`);
  element.dataset.id = entry.id;
  if (entry.state === "pending") return void (part(element, "unsent").textContent = "Not sent yet");
  const state = part(element, "state");
  state.append(document.createTextNode(`Not sent: ${clampMarks(entry.reason)} `));
  state.append(cloneTemplate("retry-template"));
}
