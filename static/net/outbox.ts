import type { Clock, Timer } from "../../core/clock.ts";
import type { AckFrame, ErrorFrame, MessageRequest, WelcomeFrame } from "../../core/protocol.ts";
import type { Address } from "../model/address.ts";
import { OutboxRows, type OutboxRowsOptions } from "./outbox_rows.ts";
import type { OutboxRow } from "./outbox_store.ts";
import type { Turn } from "./sending_turn.ts";

export interface OutboxOptions extends Omit<OutboxRowsOptions, "onHeard" | "onSendable"> {
  /** Says which tab of the browser sends. */
  readonly turn: Turn;
  readonly clock: Clock;
  /** Whom a row is for, as far as the page knows by now: a name alone may change hands. */
  readonly addressOf: (row: OutboxRow) => Address;
  /**
   * Why this row must not go out now, for people: its addressee's name is someone else's by now.
   * Null if it may go.
   */
  readonly objection: (row: OutboxRow) => string | null;
}

/** How long the sending tab may stay silent while rows wait: it may be frozen. */
export const SILENT_TURN_MS = 2_000;
/** Pause after a temporary refusal that doesn't say how long. */
const DEFAULT_PAUSE_MS = 1_000;
/** Temporary refusals: the same frame may go again. */
const TEMPORARY = new Set(["rate_limited", "unavailable"]);

/**
 * Sends the messages of one account, in all tabs of a browser.
 *
 * A message is stored before it goes out, and only one tab sends. Within one conversation a message
 * goes only after the ack of the one before it, so nothing overtakes. After a temporary refusal or
 * a lost connection the same `id` goes again, and the server counts each `id` once. A private
 * message never goes to a name that may belong to someone else by now.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #rows: OutboxRows;
  /** Ids on the wire, without an answer so far. */
  readonly #inFlight = new Set<string>();
  /** Ids that ever were on the wire. */
  readonly #tried = new Set<string>();
  #send: ((frame: MessageRequest) => boolean) | null = null;
  #pause: Timer | null = null;
  #patience: Timer | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#rows = new OutboxRows({
      ...options,
      onHeard: () => this.#losePatience(),
      onSendable: () => this.#pump(),
    });
  }

  /** Messages that wait or failed, oldest first. */
  get rows(): readonly OutboxRow[] {
    return this.#rows.all;
  }

  /**
   * The connection is up: waiting rows go out under their old ids, when it is this tab's turn.
   *
   * @param send Says whether the frame was handed over.
   */
  attach(welcome: WelcomeFrame, send: (frame: MessageRequest) => boolean): void {
    const { username, account, epoch } = welcome;
    this.#send = send;
    this.#rows.adopt({ username, account, epoch }, this.#tried);
    void this.#takeUp();
  }

  /** The connection is down: rows without an ack are sent again, by this tab or another. */
  detach(): void {
    this.#send = null;
    this.#inFlight.clear();
    this.#pause?.cancel();
    this.#pause = null;
    this.#losePatience();
    this.#options.turn.release();
  }

  /** Leaves for good: stops listening to other tabs. */
  close(): void {
    this.detach();
    this.#rows.close();
  }

  /** Queues a message. It goes out once it is stored, or once storing it has failed. */
  push(message: { id: string; to: Address; text: string; at: number }): void {
    const writer = this.#rows.identity;
    void this.#rows.append({ ...message, state: "pending", reason: "", writer })
      .then(() => this.#pump());
  }

  /** The server holds the message; the next one may go. */
  acknowledge(ack: AckFrame): void {
    this.#inFlight.delete(ack.id);
    this.#rows.acknowledge(ack);
    this.#pump();
  }

  /** The server refused the message with the error's `id`, for now or for good. */
  refuse(error: ErrorFrame): void {
    const row = this.#rows.find(error.id ?? "");
    if (row === undefined) return;
    this.#inFlight.delete(row.id);
    const asked = error.params?.retryAfterMs;
    if (typeof asked === "number") return this.#pauseFor(asked);
    if (TEMPORARY.has(error.code)) return this.#pauseFor(DEFAULT_PAUSE_MS);
    this.#rows.fail(row, error.message);
    this.#pump();
  }

  /** Sends a failed message again under the same id, behind all waiting messages. */
  retry(id: string): void {
    const row = this.#rows.find(id);
    if (row?.state !== "failed") return;
    // Stored: the tab that sends may know another holder of the name.
    const to = this.#options.addressOf(row);
    void this.#rows.again(row, to).then(() => this.#pump());
  }

  /** Forgets a failed message. */
  discard(id: string): void {
    this.#inFlight.delete(id);
    this.#rows.discard(id);
    this.#pump();
  }

  /** Forgets all unsent messages of this account for good: it signs out of this browser. */
  wipe(): Promise<void> {
    this.detach();
    return this.#rows.wipe();
  }

  async #takeUp(): Promise<void> {
    const { identity } = this.#rows;
    await this.#rows.refresh();
    if (identity === null || this.#rows.identity !== identity || this.#send === null) return;
    this.#options.turn.take(identity.account, () => {
      void this.#rows.refresh().then(() => this.#pump());
    });
    this.#pump();
  }

  #pump(): void {
    if (this.#send === null || this.#pause !== null) return;
    if (!this.#options.turn.isHeld) return this.#waitForTurn();
    const busy = new Set<string>();
    for (const row of this.rows) {
      const lane = this.#laneOf(row);
      if (row.state !== "pending" || busy.has(lane)) continue;
      if (this.#transmit(row)) busy.add(lane);
    }
  }

  /** Whether later rows of the same conversation must wait for this one. */
  #transmit(row: OutboxRow): boolean {
    if (this.#inFlight.has(row.id) || row.writer === null || !this.#rows.isPlaced(row)) return true;
    const bound = { ...row, to: this.#options.addressOf(row) };
    const objection = this.#options.objection(bound);
    if (objection !== null) {
      this.#rows.fail(row, objection);
      return false;
    }
    if (this.#send?.(toRequest(bound))) {
      this.#inFlight.add(row.id);
      this.#tried.add(row.id);
      this.#rows.post({ type: "alive" });
    }
    return true;
  }

  /** The conversation a row belongs to: order is kept within it. */
  #laneOf({ to }: OutboxRow): string {
    return to.kind === "lobby" ? "" : this.#options.nameKey(to.username);
  }

  /** Takes the turn from the sending tab if that stays silent for long. */
  #waitForTurn(): void {
    if (!this.rows.some((row) => row.state === "pending")) return this.#losePatience();
    this.#patience ??= this.#options.clock.schedule(() => {
      this.#patience = null;
      this.#options.turn.insist();
    }, SILENT_TURN_MS);
  }

  #losePatience(): void {
    this.#patience?.cancel();
    this.#patience = null;
  }

  #pauseFor(delayMs: number): void {
    this.#pause?.cancel();
    this.#pause = this.#options.clock.schedule(() => {
      this.#pause = null;
      this.#pump();
    }, delayMs);
    this.#rows.post({ type: "alive" });
  }
}

/** A private message names the account too, once known, as a name may change hands. */
function toRequest({ id, to, text }: OutboxRow): MessageRequest {
  const request = { type: "message", id, message: text } as const;
  if (to.kind === "lobby") return request;
  const { username, account } = to;
  return account === null ? { ...request, to: username } : { ...request, to: username, account };
}
