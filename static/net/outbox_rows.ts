import type { AckFrame } from "../../core/protocol.ts";
import type { Address } from "../model/address.ts";
import { adopt, hold, type OutboxWords } from "./outbox_adoption.ts";
import { idsOf, mergeRows } from "./outbox_merge.ts";
import type { Identity, OutboxRow, OutboxStore } from "./outbox_store.ts";
import { OutboxTabs, type TabMessage } from "./outbox_tabs.ts";
import type { TabChannel } from "./tab_channel.ts";

/** What happened to rows; `ack`, `gone` and `wiped` only when it happened in another tab. */
export type OutboxChange =
  /** A row is new, failed, or pending again. */
  | { readonly type: "row"; readonly row: OutboxRow }
  /** The rows' order changed: these are all their ids. */
  | { readonly type: "order"; readonly ids: readonly string[] }
  | { readonly type: "ack"; readonly ack: AckFrame }
  /** A row was discarded. */
  | { readonly type: "gone"; readonly id: string }
  /** The account was signed out. */
  | { readonly type: "wiped" };

export interface OutboxRowsOptions {
  /** Shared by the tabs of a browser. */
  readonly store: OutboxStore;
  /** Tells the other tabs what changed. */
  readonly channel: TabChannel;
  /** The key under which two usernames count as one. */
  readonly nameKey: (username: string) => string;
  readonly words: OutboxWords;
  readonly onChange: (change: OutboxChange) => void;
  /** Another tab of this account sent a message. */
  readonly onHeard: () => void;
  /** Rows may be sent that could not be sent before. */
  readonly onSendable: () => void;
}

/**
 * The unacknowledged messages of one account, as all tabs of the browser see them. The store gives
 * them one order. A row leaves only on an explicit word: its ack, a discard, or the end of the
 * account. A row that is merely missing from the store was acknowledged without this tab hearing of
 * it. So it stays and is sent again: the answer says where it is in the log.
 */
export class OutboxRows {
  readonly #options: OutboxRowsOptions;
  readonly #tabs: OutboxTabs;
  #rows: OutboxRow[] = [];
  /** Ids of rows that the store doesn't hold as this tab does, or not yet. */
  readonly #unkept = new Set<string>();
  /** Ids of rows whose place in the order this tab doesn't know yet. */
  readonly #unplaced = new Set<string>();
  /** Ids of rows that left, as long as the store may still hold them. */
  readonly #left = new Set<string>();
  #identity: Identity | null = null;
  #isWiped = false;
  /** Counts this tab's own writes, to notice that one overtook a reading. */
  #writes = 0;
  #reading: Promise<void> = Promise.resolve();
  /** A reading that begins after the current one. */
  #next: Promise<void> | null = null;

  constructor(options: OutboxRowsOptions) {
    this.#options = options;
    this.#tabs = new OutboxTabs(options.channel, () => this.#identity, (said) => this.#hear(said));
  }

  /** Oldest first. */
  get all(): readonly OutboxRow[] {
    return this.#rows;
  }

  /** As whom rows are written now; null before the first welcome. */
  get identity(): Identity | null {
    return this.#identity;
  }

  find(id: string): OutboxRow | undefined {
    return this.#rows.find((row) => row.id === id);
  }

  /** Whether a row may go out: all rows before it in the shared order are known. */
  isPlaced(row: OutboxRow): boolean {
    return !this.#unplaced.has(row.id);
  }

  /** Stops listening to other tabs. */
  close(): void {
    this.#tabs.close();
  }

  /**
   * Learns from a welcome who this page is.
   *
   * @param tried Ids of rows that may have reached a server.
   */
  adopt(identity: Identity, tried: ReadonlySet<string>): void {
    const { nameKey, words } = this.#options;
    const name = nameKey(identity.username);
    this.#identity = identity;
    this.#rows = this.#rows.filter(({ writer }) =>
      writer === null || nameKey(writer.username) === name
    );
    for (const row of this.#rows) this.#revise(row, adopt(row, identity, tried.has(row.id), words));
  }

  /** Takes a new row, or one that is tried again, behind all others. */
  async append(row: OutboxRow): Promise<void> {
    if (this.#isWiped) return;
    this.#rows = [...this.#rows.filter((other) => other !== row), row];
    await this.#keep(row);
    await this.refresh();
  }

  /** Tries a failed row again, behind all others. */
  async again(row: OutboxRow, to: Address): Promise<void> {
    Object.assign(row, { to, state: "pending", reason: "", writer: this.#identity });
    const removing = this.#options.store.remove(row.id).catch(() => {});
    await Promise.all([removing, this.append(row)]);
  }

  /** @param reason For people. */
  fail(row: OutboxRow, reason: string): void {
    this.#revise(row, { state: "failed", reason });
  }

  /** The server holds the message. */
  acknowledge(ack: AckFrame): void {
    this.post({ type: "ack", ack });
    this.#forget(ack.id);
  }

  /** Forgets a row that a person gave up. */
  discard(id: string): void {
    this.post({ type: "gone", id });
    this.#forget(id);
  }

  /** Forgets all rows of the account, in every tab and for good. */
  async wipe(): Promise<void> {
    const account = this.#identity?.account;
    if (!this.#isWiped) this.post({ type: "wiped" });
    this.#isWiped = true;
    this.#identity = null;
    this.#rows = [];
    this.#unkept.clear();
    if (account !== undefined) await this.#options.store.wipe(account).catch(() => {});
  }

  /** Reads the account's rows of all tabs, as they are from now on. */
  refresh(): Promise<void> {
    this.#next ??= this.#reading.then(() => {
      this.#next = null;
      return this.#reading = this.#read();
    });
    return this.#next;
  }

  /** Tells the other tabs of this account. */
  post(message: TabMessage): void {
    this.#tabs.post(message);
  }

  /** Reads again if this tab writes meanwhile. */
  async #read(): Promise<void> {
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

  #merge(found: OutboxRow[], identity: Identity): void {
    const { onChange, words } = this.#options;
    const kept = found.filter((row) => !this.#left.has(row.id));
    if (kept.length === found.length) this.#left.clear();
    const before = this.#rows;
    this.#rows = mergeRows(kept, before, this.#unkept);
    // Every write of this tab began before this reading, and so did all earlier writes.
    this.#unplaced.clear();
    const shown = new Map(before.map((row) => [row.id, row.state]));
    for (const row of kept) {
      const isOfOtherLog = row.writer?.epoch !== identity.epoch;
      if (isOfOtherLog) this.#revise(row, hold(row, identity, words.reset));
      else if (shown.get(row.id) !== row.state) onChange({ type: "row", row: { ...row } });
    }
    const ids = idsOf(this.#rows);
    if (idsOf(before).join() !== ids.join()) onChange({ type: "order", ids });
  }

  #revise(row: OutboxRow, changes: Partial<OutboxRow> | null): void {
    if (changes === null) return;
    Object.assign(row, changes);
    void this.#keep(row);
  }

  async #keep(row: OutboxRow): Promise<void> {
    this.#writes++;
    this.#unkept.add(row.id);
    this.#unplaced.add(row.id);
    this.#options.onChange({ type: "row", row: { ...row } });
    try {
      // Before the first welcome there is no account to keep it for.
      if (row.writer === null) return;
      await this.#options.store.put({ ...row });
      this.#unkept.delete(row.id);
      this.post({ type: "changed" });
    } catch {
      // A row that can't be stored is sent from this tab all the same.
    }
  }

  #forget(id: string): void {
    this.#drop(id);
    // A row that stays in the store is sent again, and acknowledged as a duplicate.
    this.#options.store.remove(id).then(() => this.post({ type: "changed" }), () => {});
  }

  #drop(id: string): void {
    this.#writes++;
    this.#left.add(id);
    this.#unkept.delete(id);
    this.#unplaced.delete(id);
    this.#rows = this.#rows.filter((row) => row.id !== id);
  }

  #hear(message: TabMessage): void {
    this.#options.onHeard();
    if (message.type === "wiped") return this.#hearWiped();
    if (message.type === "ack") this.#hearEnd(message.ack.id, { type: "ack", ack: message.ack });
    if (message.type === "gone") this.#hearEnd(message.id, { type: "gone", id: message.id });
    const reading = message.type === "changed" ? this.refresh() : Promise.resolve();
    void reading.then(() => this.#options.onSendable());
  }

  #hearEnd(id: string, change: OutboxChange): void {
    const isShown = this.find(id) !== undefined;
    this.#drop(id);
    if (isShown) this.#options.onChange(change);
  }

  #hearWiped(): void {
    this.#isWiped = true;
    this.#options.onChange({ type: "wiped" });
  }
}
