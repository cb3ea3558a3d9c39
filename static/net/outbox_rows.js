/** @import {AckFrame} from "../../core/protocol.ts" */
/** @import {TabChannel} from "../lib/tab_channel.js" */
/** @import {Identity, OutboxRow, OutboxStore} from "./outbox.js" */
import { adopt, hold, isFromName, OTHER_LOG } from "./outbox_adoption.js";

/**
 * @typedef {object} OutboxRowsOptions
 * @property {OutboxStore} store Shared by the tabs of a browser.
 * @property {TabChannel} channel Tells the other tabs what changed.
 * @property {(row: OutboxRow) => void} onChange A row is new, failed, or pending again.
 * @property {(id: string) => void} onGone A row was discarded in another tab.
 * @property {(ids: string[]) => void} onOrder The rows' order changed: these are all their ids.
 * @property {(ack: AckFrame) => void} onAck A row was acknowledged in another tab.
 * @property {() => void} onWiped The account was signed out in another tab.
 * @property {() => void} onAlive Another tab said something.
 * @property {() => void} onNews Rows may be sent that could not be sent before.
 */

/**
 * The unacknowledged messages of one account, as all tabs of the browser see them. The store gives
 * them one order. A row leaves only by word: its ack, a discard, or the end of the account. One
 * that is merely missing from the store was acknowledged while nobody told this tab, so it stays,
 * and is sent again: the answer says where it is in the log.
 */
export class OutboxRows {
  #options;
  #unlisten;
  /** @type {OutboxRow[]} */
  #rows = [];
  /** Ids of rows that the store doesn't hold as this tab does, or not yet. */
  #unkept = new Set();
  /** Ids of rows whose place in the order this tab doesn't know yet. */
  #unplaced = new Set();
  /** Ids of rows that left, as long as the store may still hold them. */
  #left = new Set();
  /** @type {Identity | null} */
  #identity = null;
  #isWiped = false;
  /** Counts this tab's own writes, to notice that a reading was overtaken by one. */
  #writes = 0;
  /** @type {Promise<void>} */
  #reading = Promise.resolve();
  /** A reading that begins after the one under way. @type {Promise<void> | null} */
  #next = null;

  /** @param {OutboxRowsOptions} options */
  constructor(options) {
    this.#options = options;
    this.#unlisten = options.channel.listen((message) => this.#hear(message));
  }

  /** Oldest first. */
  get all() {
    return this.#rows;
  }

  /** As whom rows are written now; null before the first welcome. */
  get identity() {
    return this.#identity;
  }

  /** @param {string} id */
  find(id) {
    return this.#rows.find((row) => row.id === id);
  }

  /**
   * Whether a row may go out: everything that comes before it in the shared order is known.
   *
   * @param {OutboxRow} row
   */
  isPlaced(row) {
    return !this.#unplaced.has(row.id);
  }

  /** Hears no other tab any more. */
  close() {
    this.#unlisten();
  }

  /**
   * The server has said who this page is.
   *
   * @param {Identity} identity
   * @param {ReadonlySet<string>} tried Ids of rows that may have reached a server.
   */
  adopt(identity, tried) {
    this.#identity = identity;
    this.#rows = this.#rows.filter((row) => isFromName(row, identity.username));
    for (const row of this.#rows) this.#revise(row, adopt(row, identity, tried.has(row.id)));
  }

  /**
   * Takes a new row, or one that is tried again, behind all others.
   *
   * @param {OutboxRow} row
   */
  async append(row) {
    if (this.#isWiped) return;
    this.#rows = [...this.#rows.filter((other) => other !== row), row];
    await this.#keep(row);
    await this.refresh();
  }

  /**
   * Tries a failed row again, behind all others.
   *
   * @param {OutboxRow} row
   */
  async again(row) {
    Object.assign(row, { state: "pending", reason: "", writer: this.#identity });
    const removing = this.#options.store.remove(row.id).catch(() => {});
    await Promise.all([removing, this.append(row)]);
  }

  /**
   * @param {OutboxRow} row
   * @param {string} reason For people.
   */
  fail(row, reason) {
    this.#revise(row, { state: "failed", reason });
  }

  /**
   * The server holds the message.
   *
   * @param {AckFrame} ack
   */
  acknowledge(ack) {
    this.post({ type: "ack", ack });
    this.#forget(ack.id);
  }

  /** @param {string} id A row that nobody wants any more. */
  discard(id) {
    this.post({ type: "gone", id });
    this.#forget(id);
  }

  /** Forgets all rows of the account, in every tab and for good. */
  async wipe() {
    const account = this.#identity?.account;
    if (!this.#isWiped) this.post({ type: "wiped" });
    this.#isWiped = true;
    this.#identity = null;
    this.#rows = [];
    this.#unkept.clear();
    if (account !== undefined) await this.#options.store.wipe(account).catch(() => {});
  }

  /**
   * Reads what the tabs of this account have written, from now on.
   *
   * @returns {Promise<void>}
   */
  refresh() {
    this.#next ??= this.#reading.then(() => {
      this.#next = null;
      return this.#reading = this.#read();
    });
    return this.#next;
  }

  /** @param {object} message For the other tabs of this account. */
  post(message) {
    if (this.#identity === null) return;
    const { account, epoch } = this.#identity;
    this.#options.channel.post({ ...message, account, epoch });
  }

  /** Reads again if this tab writes meanwhile. */
  async #read() {
    const identity = this.#identity;
    let writes;
    do {
      writes = this.#writes;
      if (identity === null) return this.#unplaced.clear();
      const kept = await this.#options.store.all(identity.account).catch(() => []);
      if (this.#identity !== identity) return;
      if (writes === this.#writes) this.#merge(kept, identity);
    } while (writes !== this.#writes);
  }

  /**
   * @param {OutboxRow[]} found
   * @param {Identity} identity
   */
  #merge(found, identity) {
    const kept = found.filter((row) => !this.#left.has(row.id));
    if (kept.length === found.length) this.#left.clear();
    const own = new Map(this.#rows.map((row) => [row.id, row]));
    const ids = new Set(kept.map((row) => row.id));
    const before = this.#order();
    this.#rows = [
      ...kept.map((row) => this.#unkept.has(row.id) ? own.get(row.id) ?? row : row),
      ...this.#rows.filter((row) => !ids.has(row.id)),
    ];
    // Every write of this tab began before this reading, and so did all that came before it.
    this.#unplaced.clear();
    for (const row of kept) {
      const isOfOtherLog = row.writer?.epoch !== identity.epoch;
      if (isOfOtherLog) this.#revise(row, hold(row, identity, OTHER_LOG));
      else if (own.get(row.id)?.state !== row.state) this.#options.onChange({ ...row });
    }
    if (before.join() !== this.#order().join()) this.#options.onOrder(this.#order());
  }

  #order() {
    return this.#rows.map((row) => row.id);
  }

  /**
   * @param {OutboxRow} row
   * @param {Partial<OutboxRow> | null} changes
   */
  #revise(row, changes) {
    if (changes === null) return;
    Object.assign(row, changes);
    void this.#keep(row);
  }

  /** @param {OutboxRow} row */
  async #keep(row) {
    this.#writes++;
    this.#unkept.add(row.id);
    this.#unplaced.add(row.id);
    this.#options.onChange({ ...row });
    try {
      // Before the first welcome there is no account to keep it for.
      if (row.writer === null) return;
      await this.#options.store.put({ ...row });
      this.#unkept.delete(row.id);
      this.post({ type: "changed" });
    } catch {
      // What can't be written down is sent from here all the same.
    }
  }

  /** @param {string} id */
  #forget(id) {
    this.#drop(id);
    // A row that stays in the store is sent again, and acknowledged as a duplicate.
    this.#options.store.remove(id).then(() => this.post({ type: "changed" }), () => {});
  }

  /** @param {string} id */
  #drop(id) {
    this.#writes++;
    this.#left.add(id);
    this.#unkept.delete(id);
    this.#unplaced.delete(id);
    this.#rows = this.#rows.filter((row) => row.id !== id);
  }

  /** @param {any} message What another tab of this browser says. */
  #hear(message) {
    const { account, epoch } = this.#identity ?? {};
    if (message?.account !== account || message?.epoch !== epoch) return;
    const { onAck, onAlive, onGone } = this.#options;
    onAlive();
    if (message.type === "wiped") return this.#hearWiped();
    if (message.type === "ack") this.#hearEnd(message.ack.id, () => onAck(message.ack));
    if (message.type === "gone") this.#hearEnd(message.id, () => onGone(message.id));
    const reading = message.type === "changed" ? this.refresh() : Promise.resolve();
    void reading.then(() => this.#options.onNews());
  }

  /**
   * @param {string} id
   * @param {() => void} tell
   */
  #hearEnd(id, tell) {
    const isShown = this.find(id) !== undefined;
    this.#drop(id);
    if (isShown) tell();
  }

  #hearWiped() {
    this.#isWiped = true;
    this.#options.onWiped();
  }
}
