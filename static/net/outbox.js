/** @import {Clock, Timer} from "../../core/clock.ts" */
/** @import {AckFrame, ErrorFrame, WelcomeFrame} from "../../core/protocol.ts" */
/** @import {TabChannel} from "../lib/tab_channel.js" */
/** @import {Peer} from "../model/conversation.js" */
/** @import {Turn} from "./sending_turn.js" */
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
 * Where rows outlive the page. Methods answer once that is done, and reject where it can't be.
 *
 * @typedef {object} OutboxStore
 * @property {(account: string) => Promise<OutboxRow[]>} all An account's rows in the order of
 *   writing, of whatever log.
 * @property {(row: OutboxRow) => Promise<void>} put Adds at the end, or replaces by `id`.
 * @property {(id: string) => Promise<void>} remove
 * @property {(account: string) => Promise<void>} wipe Forgets all rows of an account.
 */

/**
 * @typedef {object} OutboxOptions
 * @property {OutboxStore} store Shared by the tabs of a browser.
 * @property {Turn} turn Says which of them sends.
 * @property {TabChannel} channel Tells the others what changed.
 * @property {Clock} clock
 * @property {(row: OutboxRow) => void} onChange A row is new, failed, or pending again.
 * @property {(id: string) => void} onGone A row was forgotten in another tab.
 * @property {(ack: AckFrame) => void} onAck A row was acknowledged in another tab.
 * @property {(row: OutboxRow) => string | null} objection Why this private row must not go out
 *   now, for people: its addressee's name is someone else's by now.
 */

/** How long the tab whose turn it is may stay silent about rows that wait: it may be frozen. */
export const SILENT_TURN_MS = 2_000;
/** Pause after a temporary refusal that doesn't say how long. */
const DEFAULT_PAUSE_MS = 1_000;
/** Refusals that are only for now: the same frame may go again. */
const TEMPORARY = new Set(["rate_limited", "unavailable"]);

/**
 * Unacknowledged sends of one account, in all tabs of a browser. They are written down before
 * they go out, and go out from one tab. Within one conversation a message goes only after the ack
 * of the one before it, so nothing overtakes; after a temporary refusal the same `id` goes again
 * in its time.
 */
export class Outbox {
  #options;
  /** @type {OutboxRow[]} */
  #rows = [];
  /** Ids of rows that this tab holds and the store doesn't, or not yet. */
  #unkept = new Set();
  /** Ids on the wire, without an answer so far. */
  #inFlight = new Set();
  /** Ids that ever were on the wire. */
  #tried = new Set();
  /** @type {((frame: object) => boolean) | null} */
  #send = null;
  /** @type {Identity | null} */
  #identity = null;
  /** @type {Timer | null} */
  #pause = null;
  /** @type {Timer | null} */
  #patience = null;
  /** Whether its account has signed out: nothing is taken any more. */
  #isWiped = false;
  /** Counts this tab's own writes, to notice that a reading was overtaken by one. */
  #writes = 0;

  /** @param {OutboxOptions} options */
  constructor(options) {
    this.#options = options;
    options.channel.listen((message) => this.#hear(message));
  }

  /** Messages that wait or failed, oldest first. */
  get rows() {
    return this.#rows;
  }

  /**
   * The line is up: whatever waits goes out again under its old id, when it is this tab's turn.
   *
   * @param {WelcomeFrame} welcome
   * @param {(frame: object) => boolean} send
   */
  attach(welcome, send) {
    const { username, account, epoch } = welcome;
    const identity = { username, account, epoch };
    this.#identity = identity;
    this.#send = send;
    this.#rows = this.#rows.filter((row) => isFromName(row, username));
    for (const row of this.#rows) this.#adopt(row, identity);
    void this.#takeUp(identity);
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

  /**
   * Queues a message. It goes out once it is written down, or can't be.
   *
   * @param {{id: string, peer: Peer | null, text: string, at: number}} message
   */
  push(message) {
    if (this.#isWiped) return;
    /** @type {OutboxRow} */
    const row = { ...message, state: "pending", reason: "", writer: this.#identity };
    this.#rows.push(row);
    this.#keepAndPump(row);
  }

  /**
   * The server holds the message; its successor may go.
   *
   * @param {AckFrame} ack
   */
  acknowledge(ack) {
    this.#post({ type: "ack", ack });
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
    const asked = error.params?.retryAfterMs;
    if (typeof asked === "number") return this.#pauseFor(asked);
    if (TEMPORARY.has(error.code)) return this.#pauseFor(DEFAULT_PAUSE_MS);
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
    Object.assign(row, { state: "pending", reason: "", writer: this.#identity });
    void this.#options.store.remove(id).catch(() => {});
    this.#keepAndPump(row);
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

  /** Forgets everything this account has written, for good: it signs out of this browser. */
  async wipe() {
    const identity = this.#identity;
    this.detach();
    this.#isWiped = true;
    this.#identity = null;
    this.#rows = [];
    this.#unkept.clear();
    if (identity === null) return;
    const { account, epoch } = identity;
    await this.#options.store.wipe(account).catch(() => {});
    this.#options.channel.post({ type: "changed", account, epoch });
  }

  /** @param {Identity} identity */
  async #takeUp(identity) {
    await this.#refresh();
    if (this.#identity !== identity || this.#send === null) return;
    this.#options.turn.take(identity.account, () => void this.#refresh().then(() => this.#pump()));
    this.#pump();
  }

  /** Reads what the tabs of this account have written, again if this one writes meanwhile. */
  async #refresh() {
    const identity = this.#identity;
    let writes;
    do {
      writes = this.#writes;
      if (identity === null) return;
      const kept = await this.#options.store.all(identity.account).catch(() => null);
      if (kept === null || this.#identity !== identity) return;
      if (writes === this.#writes) this.#merge(kept, identity);
    } while (writes !== this.#writes);
  }

  /**
   * @param {OutboxRow[]} kept
   * @param {Identity} identity
   */
  #merge(kept, identity) {
    const own = new Map(this.#rows.map((row) => [row.id, row]));
    const ids = new Set(kept.map((row) => row.id));
    const isElsewhere = (/** @type {OutboxRow} */ row) =>
      this.#unkept.has(row.id) || row.writer?.account !== identity.account;
    const extra = this.#rows.filter((row) => !ids.has(row.id));
    this.#rows = [
      ...kept.map((row) => this.#unkept.has(row.id) ? own.get(row.id) ?? row : row),
      ...extra.filter(isElsewhere),
    ];
    for (const row of extra) if (!isElsewhere(row)) this.#options.onGone(row.id);
    for (const row of kept) {
      const known = own.get(row.id);
      if (row.writer?.epoch !== identity.epoch) this.#hold(row, identity, OTHER_LOG);
      else if (known?.state !== row.state) this.#options.onChange({ ...row });
    }
  }

  #pump() {
    if (this.#send === null || this.#pause !== null) return;
    if (!this.#options.turn.isHeld) return this.#waitForTurn();
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
    if (this.#inFlight.has(row.id) || row.writer === null) return true;
    const objection = this.#options.objection(row);
    if (objection !== null) {
      this.#fail(row, objection);
      return false;
    }
    if (this.#send?.({ type: "message", id: row.id, ...toOf(row.peer), message: row.text })) {
      this.#inFlight.add(row.id);
      this.#tried.add(row.id);
      this.#post({ type: "alive" });
    }
    return true;
  }

  /** Another tab sends; should it stay silent for long, its turn is over. */
  #waitForTurn() {
    if (!this.#rows.some((row) => row.state === "pending")) return this.#losePatience();
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
    this.#post({ type: "alive" });
  }

  /**
   * Decides about a row that this page showed before this welcome. A log that started anew knows
   * no accounts: a name in it may be anyone's, so a private message waits for a person to look,
   * and so does one that may have arrived already.
   *
   * @param {OutboxRow} row
   * @param {Identity} identity
   */
  #adopt(row, identity) {
    if (row.writer === null) row.writer = identity;
    const isSameLog = row.writer.epoch === identity.epoch;
    if (row.state === "failed" || (isSameLog && row.writer.account === identity.account)) return;
    if (isSameLog) return this.#fail(row, "You wrote this under another account.");
    if (row.peer !== null) return this.#hold(row, identity, sureOf(row.peer));
    if (this.#tried.has(row.id)) return this.#hold(row, identity, OTHER_LOG);
    row.writer = identity;
    void this.#keep(row);
  }

  /**
   * @param {OutboxRow} row
   * @param {Identity} identity
   * @param {string} reason
   */
  #hold(row, identity, reason) {
    // The account is of a log that is gone; whoever retries has looked at the name.
    if (row.peer !== null) row.peer = { ...row.peer, account: null };
    row.writer = identity;
    this.#fail(row, reason);
  }

  /**
   * @param {OutboxRow} row
   * @param {string} reason
   */
  #fail(row, reason) {
    row.state = "failed";
    row.reason = reason;
    void this.#keep(row);
  }

  /** @param {OutboxRow} row */
  #keepAndPump(row) {
    void this.#keep(row).then(() => this.#pump());
  }

  /** @param {OutboxRow} row */
  async #keep(row) {
    this.#writes++;
    this.#unkept.add(row.id);
    this.#options.onChange({ ...row });
    try {
      // Before the first welcome there is no account to keep it for.
      if (row.writer === null) return;
      await this.#options.store.put({ ...row });
      this.#unkept.delete(row.id);
      this.#post({ type: "changed" });
    } catch {
      // What can't be written down is sent from here all the same.
    }
  }

  /** @param {string} id */
  #forget(id) {
    this.#writes++;
    this.#inFlight.delete(id);
    this.#unkept.delete(id);
    this.#rows = this.#rows.filter((row) => row.id !== id);
    // A row that stays in the store is sent again, and acknowledged as a duplicate.
    this.#options.store.remove(id).then(() => this.#post({ type: "changed" }), () => {});
  }

  /** @param {object} message */
  #post(message) {
    if (this.#identity === null) return;
    const { account, epoch } = this.#identity;
    this.#options.channel.post({ ...message, account, epoch });
  }

  /** @param {any} message What another tab of this browser says. */
  #hear(message) {
    const { account, epoch } = this.#identity ?? {};
    if (message?.account !== account || message?.epoch !== epoch) return;
    this.#losePatience();
    if (message.type === "ack") this.#hearAck(message.ack);
    if (message.type !== "changed") return this.#pump();
    void this.#refresh().then(() => this.#pump());
  }

  /** @param {AckFrame} ack */
  #hearAck(ack) {
    if (!this.#rows.some((row) => row.id === ack.id)) return;
    this.#rows = this.#rows.filter((row) => row.id !== ack.id);
    this.#inFlight.delete(ack.id);
    this.#unkept.delete(ack.id);
    this.#options.onAck(ack);
  }
}

const OTHER_LOG = "The server’s messages were restored since. Look whether this is among them.";

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

/** @param {Peer} peer */
function sureOf(peer) {
  return `The server was restarted. Make sure that this is still ${peer.username}.`;
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
