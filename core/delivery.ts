import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { ChatError } from "./errors.ts";
import type { Fanout } from "./fanout.ts";
import { Journal } from "./journal.ts";
import type { Log } from "./log.ts";
import type { Members } from "./members.ts";
import { messageFrame } from "./message_frames.ts";
import { packFrames } from "./packets.ts";
import { type AckFrame, encodeFrame, type ErrorFrame, errorFrame } from "./protocol.ts";
import type { Leave, SendLimits } from "./send_limits.ts";
import type { Account, AppendResult, Audience, NewEvent, Store, StoredEvent } from "./store.ts";
import { usernameKey } from "./usernames.ts";

/** What a {@linkcode Delivery} needs from outside. */
export interface DeliveryOptions {
  readonly store: Pick<Store, "append" | "forgetKey" | "lastSeq" | "prunedUpTo">;
  readonly clock: Pick<Clock, "schedule">;
  readonly members: Members;
  readonly limits: SendLimits;
  readonly fanout: Fanout;
  readonly log: Log;
  /** Told that events were stored which nobody has heard of, because the answer was lost. */
  readonly onLost: () => void;
  /** Told when the answers and copies of a commit have been sent or queued. */
  readonly onSettled: () => void;
  /** Told when a message that waits in the log has been sent to a connection of its recipient. */
  readonly onSentWaiting: (connection: Connection, seq: number) => void;
  /**
   * Told when a recipient went between the sending of a private message and its commit, so that the
   * log doesn't know that it waits.
   */
  readonly onMissed: (account: string, seq: number) => void;
}

/** Whom a private message is for. */
export interface Recipient {
  readonly username: string;
  /** The account the sender means; if the name is another's by now, nobody gets the message. */
  readonly account?: string | undefined;
}

/** A message on its way into the log. */
interface Post {
  readonly connection: Connection;
  readonly event: NewEvent;
  /** Private messages: leave to begin their conversation. */
  readonly leave?: Leave;
}

/** How long to wait before trying again when the log takes no writes, in milliseconds. */
export const UNAVAILABLE_RETRY_MS = 1000;

type Refusal = Exclude<AppendResult["outcome"], "stored" | "duplicate"> | "failed";
type Accepted = Extract<AppendResult, { outcome: "stored" | "duplicate" }>;

/**
 * The path of a message: into the log, then, only once it is there, the ack to its sender and the
 * copies to whom it is for, in the order of the log.
 */
export class Delivery {
  #options: DeliveryOptions;
  #journal: Journal;
  #seq: number;
  /** Answers of the commit that is being settled: they go out before its copies. */
  #answers = new Map<Connection, string[]>();
  /** Positions of messages that nobody has, until the log has forgotten their keys. */
  #undelivered = new Set<number>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#seq = options.store.lastSeq;
    this.#journal = new Journal(options.store, options.clock, {
      onCommitted: () => this.#sendOut(),
      onError: (cause) => options.log.error("commit or delivery failed", { cause: String(cause) }),
    });
  }

  /** Newest position that has been handed to fan-out: who connects now gets what comes after it. */
  get seq(): number {
    return this.#seq;
  }

  /** Goes on from where the log is: those who are connected get no more of what came before. */
  startOver(): void {
    this.#seq = this.#options.store.lastSeq;
  }

  /**
   * Posts a public message.
   *
   * @throws {ChatError} `rate_limited`.
   */
  toEveryone(connection: Connection, text: string, key?: string): void {
    this.#post(connection, { kind: "lobby" }, text, key);
  }

  /**
   * Posts a message that is private to `username` and the sender. An unknown name is answered
   * with an `error` frame once the log has been asked.
   *
   * @throws {ChatError} `rate_limited`.
   */
  toOne(connection: Connection, to: Recipient, text: string, key?: string): void {
    const { username, account } = to;
    const recipient = this.#options.members.find(username);
    const isConnected = recipient !== undefined && recipient.connections.size > 0;
    this.#post(
      connection,
      {
        kind: "private",
        username: recipient?.username ?? username,
        nameKey: usernameKey(username),
        ...(isConnected ? { account: recipient.account } : {}),
        ...(account === undefined ? {} : { expectedAccount: account }),
      },
      text,
      key,
    );
  }

  /** Whether copies of messages will follow shortly: some are on their way into the log. */
  get isBusy(): boolean {
    return this.#journal.isBusy;
  }

  /** Runs `callback` once everything posted so far has been delivered or refused. */
  afterPending(callback: () => void): void {
    this.#journal.afterPending(() => {
      // It may flush the copies of this commit, and no ack may come after them.
      this.#sendAnswers();
      callback();
    });
  }

  /** Resolves once everything posted so far has been delivered or refused. */
  idle(): Promise<void> {
    return this.#journal.idle();
  }

  /** Drops what has not been put into the log yet: its senders get no ack, and send it again. */
  close(): void {
    this.#journal.close();
  }

  #post(connection: Connection, to: Audience, text: string, key: string | undefined): void {
    const { limits } = this.#options;
    const { member } = connection;
    limits.take(connection, text);
    const leave = to.kind === "private" ? limits.begin(connection, to.nameKey) : undefined;
    const event: NewEvent = {
      kind: "message",
      to,
      author: member.account,
      from: member.username,
      text,
      ...(key === undefined ? {} : { key }),
      ...(leave ? { beginner: leave.beginner } : {}),
    };
    connection.unsettled++;
    this.#journal.append(event, (result) => {
      connection.unsettled--;
      if (!(result.outcome === "stored" && result.isFirst)) leave?.giveBack();
      this.#settle({ connection, event, ...(leave ? { leave } : {}) }, result);
    });
  }

  /** Whether the log holds events whose answer was lost: only a journal's commits move it on. */
  get #hasLost(): boolean {
    return this.#options.store.lastSeq > this.#seq;
  }

  #sendOut(): void {
    if (this.#hasLost) this.#options.onLost();
    this.#sendAnswers();
    this.#options.fanout.flush();
    this.#options.onSettled();
  }

  #sendAnswers(): void {
    for (const [connection, frames] of this.#answers) {
      connection.sendPackets(packFrames(frames, connection.dialect));
    }
    this.#answers.clear();
  }

  #answer(connection: Connection, frame: AckFrame | ErrorFrame): void {
    const frames = this.#answers.get(connection);
    if (frames) frames.push(encodeFrame(frame));
    else this.#answers.set(connection, [encodeFrame(frame)]);
  }

  #settle(post: Post, result: AppendResult | { outcome: "failed" }): void {
    // It may have been stored: the sender comes back and asks again, so it isn't told otherwise.
    if (result.outcome === "failed" && this.#hasLost) return;
    if (result.outcome !== "stored" && result.outcome !== "duplicate") {
      return this.#refuse(post, result.outcome);
    }
    const { recipient } = result;
    const isConnected = recipient !== undefined && this.#isConnected(recipient.account);
    const isNew = result.outcome === "stored";
    if (isNew) this.#seq = result.seq;
    const isUnkept = isNew && recipient !== undefined && !this.#isKept(result);
    const isLost = isUnkept && this.#liveOf(recipient.account).length === 0;
    if (isLost) this.#forgetKey(post.event, result.seq);
    if (isLost || this.#undelivered.has(result.seq)) return this.#refuse(post, "user_away");
    const isWaiting = recipient !== undefined && (isNew || result.isWaiting === true);
    this.#acknowledge(post, result, isWaiting && !isConnected);
    if (!isNew) return;
    if (recipient) this.#deliverPrivately(post, result, recipient, isConnected);
    else this.#options.fanout.publish(encodeFrame(messageFrame(storedEvent(post, result))));
  }

  /** A retry is to be delivered, if it can be, and not to be told that it was. */
  async #forgetKey({ author, key }: NewEvent, seq: number): Promise<void> {
    if (key === undefined) return;
    this.#undelivered.add(seq);
    try {
      await this.#options.store.forgetKey(author, key);
      this.#undelivered.delete(seq);
    } catch (cause) {
      this.#options.log.error("forgetting a message id failed", { cause: String(cause) });
    }
  }

  #refuse(post: Post, outcome: Refusal): void {
    this.#answer(post.connection, errorFrame(refusalOf(post, outcome), post.event.key));
  }

  #acknowledge({ connection, event }: Post, accepted: Accepted, isWaiting: boolean): void {
    if (event.key === undefined) return;
    const { outcome, seq, at } = accepted;
    this.#answer(connection, {
      type: "ack",
      id: event.key,
      seq,
      at,
      ...(outcome === "duplicate" ? { duplicate: true } : {}),
      ...(isWaiting ? { waiting: true } : {}),
    });
  }

  #deliverPrivately(post: Post, result: Accepted, recipient: Account, isConnected: boolean): void {
    const { fanout, onSentWaiting, onMissed } = this.#options;
    const { event } = post;
    const frame = messageFrame(storedEvent(post, result));
    const echo = {
      ...frame,
      ...(event.key === undefined ? {} : { id: event.key }),
      ...(isConnected ? {} : { waiting: true as const }),
    };
    fanout.publishTo(encodeFrame(echo), this.#liveOf(event.author));
    if (recipient.account === event.author) return;
    fanout.publishTo(
      encodeFrame(frame),
      this.#liveOf(recipient.account),
      result.isWaiting ? (connection) => onSentWaiting(connection, result.seq) : undefined,
    );
    if (!isConnected && !result.isWaiting) onMissed(recipient.account, result.seq);
  }

  /** Whether the log holds the event, so that it can wait; a log that keeps nothing doesn't. */
  #isKept({ seq }: Accepted): boolean {
    return this.#options.store.prunedUpTo < seq;
  }

  /** Connections that get events as they happen; the others read them from the log. */
  #liveOf(account: string): Connection[] {
    const { connections = [] } = this.#options.members.withAccount(account) ?? {};
    return [...connections].filter(({ state }) => state === "live");
  }

  #isConnected(account: string): boolean {
    return (this.#options.members.withAccount(account)?.connections.size ?? 0) > 0;
  }
}

function refusalOf({ event, leave }: Post, outcome: Refusal): ChatError {
  switch (outcome) {
    case "failed":
      return new ChatError("unavailable", { retryAfterMs: UNAVAILABLE_RETRY_MS });
    case "too_many_conversations":
      return new ChatError(outcome, { retryAfterMs: leave?.retryAfterMs ?? 0 });
    case "account_closed":
      return new ChatError("signed_out");
    case "id_reused":
      return new ChatError(outcome);
    default:
      return new ChatError(outcome, {
        username: event.to.kind === "private" ? event.to.username : "",
      });
  }
}

function storedEvent({ event }: Post, { seq, at, conversation, recipient }: Accepted): StoredEvent {
  const { kind, author, from, text } = event;
  const place = { seq, at, kind, conversation, author, from, text };
  return recipient ? { ...place, recipient } : place;
}
