/** @import {Clock, Timer} from "../../core/clock.ts" */
/** @import {AckFrame, ErrorFrame, WelcomeFrame} from "../../core/protocol.ts" */
/** @import {Peer} from "../model/conversation.js" */
/** @import {OutboxRowsOptions} from "./outbox_rows.js" */
/** @import {Turn} from "./sending_turn.js" */
import { nameKey } from "../lib/name_key.js";
import { OutboxRows } from "./outbox_rows.js";

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
 * Where rows outlive the page. Methods answer once that is done, and reject where it can't be.
 *
 * @typedef {object} OutboxStore
 * @property {(account: string) => Promise<OutboxRow[]>} all An account's rows in the order of
 *   writing, of whatever log.
 * @property {(row: OutboxRow) => Promise<void>} put Adds at the end, or replaces by `id`.
 * @property {(id: string) => Promise<void>} remove
 * @property {(account: string) => Promise<void>} wipe Forgets all rows of an account.
 * @property {() => Promise<boolean>} isEmpty Whether no account has a row.
 */

/**
 * @typedef {object} SendingOptions
 * @property {Turn} turn Says which tab of the browser sends.
 * @property {Clock} clock
 * @property {(row: OutboxRow) => string | null} objection Why this private row must not go out
 *   now, for people: its addressee's name is someone else's by now.
 *
 * @typedef {SendingOptions & Omit<OutboxRowsOptions, "onAlive" | "onNews">} OutboxOptions
 */

/** How long the tab whose turn it is may stay silent about rows that wait: it may be frozen. */
export const SILENT_TURN_MS = 2_000;
/** Pause after a temporary refusal that doesn't say how long. */
const DEFAULT_PAUSE_MS = 1_000;
/** Refusals that are only for now: the same frame may go again. */
const TEMPORARY = new Set(["rate_limited", "unavailable"]);

/**
 * Sends the messages of one account, in all tabs of a browser. They are written down before they
 * go out, and go out from one tab. Within one conversation a message goes only after the ack of
 * the one before it, so nothing overtakes; after a temporary refusal the same `id` goes again in
 * its time.
 */
export class Outbox {
  #options;
  #rows;
  /** Ids on the wire, without an answer so far. */
  #inFlight = new Set();
  /** Ids that ever were on the wire. */
  #tried = new Set();
  /** @type {((frame: object) => boolean) | null} */
  #send = null;
  /** @type {Timer | null} */
  #pause = null;
  /** @type {Timer | null} */
  #patience = null;

  /** @param {OutboxOptions} options */
  constructor(options) {
    this.#options = options;
    this.#rows = new OutboxRows({
      ...options,
      onAlive: () => this.#losePatience(),
      onNews: () => this.#pump(),
    });
  }

  /** Messages that wait or failed, oldest first. */
  get rows() {
    return this.#rows.all;
  }

  /**
   * The line is up: whatever waits goes out again under its old id, when it is this tab's turn.
   *
   * @param {WelcomeFrame} welcome
   * @param {(frame: object) => boolean} send
   */
  attach(welcome, send) {
    const { username, account, epoch } = welcome;
    this.#send = send;
    this.#rows.adopt({ username, account, epoch }, this.#tried);
    void this.#takeUp();
  }

  /** The line is down: what has no ack yet will be sent again, by this tab or another. */
  detach() {
    this.#send = null;
    this.#inFlight.clear();
    this.#pause?.cancel();
    this.#pause = null;
    this.#losePatience();
    this.#options.turn.release();
  }

  /** Leaves for good: other tabs are not heard any more. */
  close() {
    this.detach();
    this.#rows.close();
  }

  /**
   * Queues a message. It goes out once it is written down, or can't be.
   *
   * @param {{id: string, peer: Peer | null, text: string, at: number}} message
   */
  push(message) {
    const writer = this.#rows.identity;
    void this.#rows.append({ ...message, state: "pending", reason: "", writer })
      .then(() => this.#pump());
  }

  /**
   * The server holds the message; its successor may go.
   *
   * @param {AckFrame} ack
   */
  acknowledge(ack) {
    this.#inFlight.delete(ack.id);
    this.#rows.acknowledge(ack);
    this.#pump();
  }

  /**
   * The server refused a message, for now or for good.
   *
   * @param {ErrorFrame} error One with an `id`.
   */
  refuse(error) {
    const row = this.#rows.find(error.id ?? "");
    if (row === undefined) return;
    this.#inFlight.delete(row.id);
    const asked = error.params?.retryAfterMs;
    if (typeof asked === "number") return this.#pauseFor(asked);
    if (TEMPORARY.has(error.code)) return this.#pauseFor(DEFAULT_PAUSE_MS);
    this.#rows.fail(row, error.message);
    this.#pump();
  }

  /**
   * Sends a failed message again under the same id, after what waits already.
   *
   * @param {string} id
   */
  retry(id) {
    const row = this.#rows.find(id);
    if (row?.state === "failed") void this.#rows.again(row).then(() => this.#pump());
  }

  /**
   * Forgets a failed message.
   *
   * @param {string} id
   */
  discard(id) {
    this.#inFlight.delete(id);
    this.#rows.discard(id);
    this.#pump();
  }

  /** Forgets everything this account has written, for good: it signs out of this browser. */
  wipe() {
    this.detach();
    return this.#rows.wipe();
  }

  async #takeUp() {
    const { identity } = this.#rows;
    await this.#rows.refresh();
    if (identity === null || this.#rows.identity !== identity || this.#send === null) return;
    this.#options.turn.take(identity.account, () => {
      void this.#rows.refresh().then(() => this.#pump());
    });
    this.#pump();
  }

  #pump() {
    if (this.#send === null || this.#pause !== null) return;
    if (!this.#options.turn.isHeld) return this.#waitForTurn();
    const busy = new Set();
    for (const row of this.rows) {
      if (row.state !== "pending" || busy.has(laneOf(row))) continue;
      if (this.#transmit(row)) busy.add(laneOf(row));
    }
  }

  /**
   * @param {OutboxRow} row
   * @returns {boolean} Whether those behind it must wait.
   */
  #transmit(row) {
    if (this.#inFlight.has(row.id) || row.writer === null || !this.#rows.isPlaced(row)) return true;
    const objection = this.#options.objection(row);
    if (objection !== null) {
      this.#rows.fail(row, objection);
      return false;
    }
    if (this.#send?.({ type: "message", id: row.id, ...toOf(row.peer), message: row.text })) {
      this.#inFlight.add(row.id);
      this.#tried.add(row.id);
      this.#rows.post({ type: "alive" });
    }
    return true;
  }

  /** Another tab sends; should it stay silent for long, its turn is over. */
  #waitForTurn() {
    if (!this.rows.some((row) => row.state === "pending")) return this.#losePatience();
    this.#patience ??= this.#options.clock.schedule(() => {
      this.#patience = null;
      this.#options.turn.insist();
    }, SILENT_TURN_MS);
  }

  #losePatience() {
    this.#patience?.cancel();
    this.#patience = null;
  }

  /** @param {number} delayMs */
  #pauseFor(delayMs) {
    this.#pause?.cancel();
    this.#pause = this.#options.clock.schedule(() => {
      this.#pause = null;
      this.#pump();
    }, delayMs);
    this.#rows.post({ type: "alive" });
  }
}

/**
 * Whom a private message is for: the account too, once known, as a name may change hands.
 *
 * @param {Peer | null} peer
 */
function toOf(peer) {
  if (peer === null) return {};
  const { username, account } = peer;
  return account === null ? { to: username } : { to: username, account };
}

/**
 * The conversation a row belongs to: order is kept within it.
 *
 * @param {OutboxRow} row
 */
function laneOf(row) {
  return row.peer === null ? "" : nameKey(row.peer.username);
}
