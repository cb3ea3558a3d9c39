/** @import {Clock, Timer} from "../../core/clock.ts" */
/** @import {AckFrame, ErrorFrame, WelcomeFrame} from "../../core/protocol.ts" */
/** @import {Peer} from "../model/conversation.js" */
import { nameKey } from "../lib/name_key.js";

/**
 * One message on its way: kept until its ack, through reloads and lost connections.
 *
 * @typedef {object} OutboxRow
 * @property {string} id Idempotency key; every repeat of this send carries it.
 * @property {Peer | null} peer Whom it is for; null is everyone.
 * @property {string} text
 * @property {number} at When it was written, epoch milliseconds.
 * @property {"pending" | "failed"} state
 * @property {string} reason Why it failed, for people; empty while pending.
 * @property {Identity | null} writer As whom it was written; null before the first welcome.
 */

/**
 * Whom the server takes this page for, in which log.
 *
 * @typedef {{username: string, account: string, epoch: string}} Identity
 */

/**
 * Where rows outlive the page. Methods answer once the row is kept.
 *
 * @typedef {object} OutboxStore
 * @property {() => Promise<OutboxRow[]>} all In the order of writing.
 * @property {(row: OutboxRow) => Promise<void>} put Adds or replaces by `id`.
 * @property {(id: string) => Promise<void>} remove
 */

/**
 * @typedef {object} OutboxOptions
 * @property {OutboxStore} store
 * @property {Clock} clock
 * @property {(row: OutboxRow) => void} onChange A row is new, failed, or pending again.
 * @property {(row: OutboxRow) => string | null} objection Why this private row must not go out
 *   now, for people: its addressee's name is someone else's by now.
 */

/**
 * Unacknowledged sends. Within one conversation a message goes out only after the ack of the one
 * before it, so nothing overtakes; after `rate_limited` the same `id` is sent again in its time.
 */
export class Outbox {
  #options;
  /** @type {OutboxRow[]} */
  #rows = [];
  /** Ids on the wire, without an answer so far. */
  #inFlight = new Set();
  /** @type {((frame: object) => boolean) | null} */
  #send = null;
  /** @type {Identity | null} */
  #identity = null;
  /** @type {Timer | null} */
  #pause = null;

  /** @param {OutboxOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** Messages that wait or failed, oldest first. */
  get rows() {
    return this.#rows;
  }

  /** Takes back what an earlier life of this page left; call once, before the first welcome. */
  async restore() {
    const known = new Set(this.#rows.map((row) => row.id));
    const kept = (await this.#options.store.all()).filter((row) => !known.has(row.id));
    this.#rows = [...kept, ...this.#rows];
  }

  /**
   * The line is up: whatever waits goes out again under its old id.
   *
   * @param {WelcomeFrame} welcome
   * @param {(frame: object) => boolean} send
   */
  attach(welcome, send) {
    const { username, account, epoch } = welcome;
    this.#identity = { username, account, epoch };
    this.#rows = this.#rows.filter((row) => isFromName(row, username));
    for (const row of this.#rows) this.#adopt(row, this.#identity);
    this.#send = send;
    this.#pump();
  }

  /** The line is down: what has no ack yet will be sent again. */
  detach() {
    this.#send = null;
    this.#inFlight.clear();
    this.#pause?.cancel();
    this.#pause = null;
  }

  /**
   * Queues a message.
   *
   * @param {{id: string, peer: Peer | null, text: string, at: number}} message
   */
  push(message) {
    /** @type {OutboxRow} */
    const row = { ...message, state: "pending", reason: "", writer: this.#identity };
    this.#rows.push(row);
    this.#keep(row);
    this.#pump();
  }

  /**
   * The server holds the message; its successor may go.
   *
   * @param {AckFrame} ack
   */
  acknowledge(ack) {
    this.#forget(ack.id);
    this.#pump();
  }

  /**
   * The server refused a message, for now or for good.
   *
   * @param {ErrorFrame} error One with an `id`.
   */
  refuse(error) {
    const row = this.#rows.find((candidate) => candidate.id === error.id);
    if (row === undefined) return;
    this.#inFlight.delete(row.id);
    const retryAfterMs = error.params?.retryAfterMs;
    if (typeof retryAfterMs === "number") return this.#pauseFor(retryAfterMs);
    this.#fail(row, error.message);
    this.#pump();
  }

  /**
   * Sends a failed message again under the same id, after what waits already.
   *
   * @param {string} id
   */
  retry(id) {
    const row = this.#rows.find((candidate) => candidate.id === id && candidate.state === "failed");
    if (row === undefined) return;
    this.#rows = [...this.#rows.filter((other) => other !== row), row];
    row.state = "pending";
    row.reason = "";
    row.writer = this.#identity;
    this.#keep(row);
    this.#pump();
  }

  /**
   * Forgets a failed message.
   *
   * @param {string} id
   */
  discard(id) {
    this.#forget(id);
    this.#pump();
  }

  #pump() {
    if (this.#send === null || this.#pause !== null) return;
    const busy = new Set();
    for (const row of this.#rows) {
      if (row.state !== "pending" || busy.has(laneOf(row))) continue;
      if (this.#transmit(row)) busy.add(laneOf(row));
    }
  }

  /**
   * @param {OutboxRow} row
   * @returns {boolean} Whether those behind it must wait.
   */
  #transmit(row) {
    if (this.#inFlight.has(row.id)) return true;
    const objection = this.#options.objection(row);
    if (objection !== null) {
      this.#fail(row, objection);
      return false;
    }
    const to = row.peer === null ? {} : { to: row.peer.username };
    if (this.#send?.({ type: "message", id: row.id, ...to, message: row.text })) {
      this.#inFlight.add(row.id);
    }
    return true;
  }

  /** @param {number} delayMs */
  #pauseFor(delayMs) {
    this.#pause?.cancel();
    this.#pause = this.#options.clock.schedule(() => {
      this.#pause = null;
      this.#pump();
    }, delayMs);
  }

  /**
   * Decides about a row from before this welcome. A log that started anew knows no accounts: a
   * name in it may be anyone's, so a private message waits for a person to look.
   *
   * @param {OutboxRow} row
   * @param {Identity} identity
   */
  #adopt(row, identity) {
    if (row.writer === null) row.writer = identity;
    const isSameLog = row.writer.epoch === identity.epoch;
    if (row.state === "failed" || (isSameLog && row.writer.account === identity.account)) return;
    if (isSameLog || row.peer !== null) return this.#hold(row, isSameLog);
    row.writer = identity;
    this.#keep(row);
  }

  /**
   * @param {OutboxRow} row
   * @param {boolean} isSameLog
   */
  #hold(row, isSameLog) {
    const reason = reasonToHold(row, isSameLog);
    // The account is of a log that is gone; whoever retries has looked at the name.
    if (!isSameLog && row.peer !== null) row.peer = { ...row.peer, account: null };
    this.#fail(row, reason);
  }

  /**
   * @param {OutboxRow} row
   * @param {string} reason
   */
  #fail(row, reason) {
    row.state = "failed";
    row.reason = reason;
    this.#keep(row);
  }

  /** @param {OutboxRow} row */
  #keep(row) {
    void this.#options.store.put({ ...row });
    this.#options.onChange({ ...row });
  }

  /** @param {string} id */
  #forget(id) {
    this.#inFlight.delete(id);
    this.#rows = this.#rows.filter((row) => row.id !== id);
    void this.#options.store.remove(id);
  }
}

/**
 * The conversation a row belongs to: order is kept within it.
 *
 * @param {OutboxRow} row
 */
function laneOf(row) {
  return row.peer === null ? "" : nameKey(row.peer.username);
}

/**
 * @param {OutboxRow} row
 * @param {string} username
 */
function isFromName(row, username) {
  return row.writer === null || nameKey(row.writer.username) === nameKey(username);
}

/**
 * @param {OutboxRow} row
 * @param {boolean} isSameLog
 */
function reasonToHold(row, isSameLog) {
  if (isSameLog) return "You wrote this under another account.";
  return `The server was restarted. Make sure that this is still ${row.peer?.username}.`;
}
