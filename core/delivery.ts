import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { ChatError } from "./errors.ts";
import type { Fanout } from "./fanout.ts";
import { Journal } from "./journal.ts";
import type { Log } from "./log.ts";
import type { Member, Members } from "./members.ts";
import { encodeFrame, errorFrame, type MessageFrame } from "./protocol.ts";
import type { AppendResult, Audience, NewEvent, Store } from "./store.ts";
import { usernameKey } from "./usernames.ts";

/** What a {@linkcode Delivery} needs from outside. */
export interface DeliveryOptions {
  readonly store: Pick<Store, "append" | "lastSeq">;
  readonly clock: Pick<Clock, "monotonic" | "schedule">;
  readonly members: Members;
  readonly fanout: Fanout;
  readonly log: Log;
}

/** A message on its way into the log. */
interface Post {
  readonly connection: Connection;
  readonly event: NewEvent;
}

type Accepted = Extract<AppendResult, { outcome: "stored" | "duplicate" }>;

/**
 * The path of a message: into the log, then, only once it is there, the ack to its sender and the
 * copies to whom it is for, in the order of the log.
 */
export class Delivery {
  #options: DeliveryOptions;
  #journal: Journal;
  #seq: number;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#seq = options.store.lastSeq;
    this.#journal = new Journal(options.store, options.clock, {
      onCommitted: () => options.fanout.flush(),
      onFailed: (cause) => options.log.error("commit failed", { cause: String(cause) }),
    });
  }

  /** Newest position that has been handed to fan-out: who connects now gets what comes after it. */
  get seq(): number {
    return this.#seq;
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
  toOne(connection: Connection, username: string, text: string, key?: string): void {
    const recipient = this.#options.members.find(username);
    const isConnected = recipient !== undefined && recipient.connections.size > 0;
    this.#post(
      connection,
      {
        kind: "private",
        username: recipient?.username ?? username,
        nameKey: usernameKey(username),
        ...(isConnected ? { account: recipient.account } : {}),
      },
      text,
      key,
    );
  }

  /** Runs `callback` once everything posted so far has been delivered or refused. */
  afterPending(callback: () => void): void {
    this.#journal.afterPending(callback);
  }

  /** Resolves once everything posted so far has been delivered or refused. */
  idle(): Promise<void> {
    return this.#journal.idle();
  }

  #post(connection: Connection, to: Audience, text: string, key: string | undefined): void {
    const { member } = connection;
    const retryAfterMs = member.sends.take(this.#options.clock.monotonic());
    if (retryAfterMs > 0) throw new ChatError("rate_limited", { retryAfterMs });
    const event: NewEvent = {
      kind: "message",
      to,
      author: member.account,
      from: member.username,
      text,
      ...(key === undefined ? {} : { key }),
    };
    this.#journal.append(event, (result) => this.#settle({ connection, event }, result));
  }

  #settle(post: Post, result: AppendResult | { outcome: "failed" }): void {
    if (result.outcome !== "stored" && result.outcome !== "duplicate") {
      return this.#refuse(post, result.outcome);
    }
    this.#acknowledge(post, result);
    if (result.outcome === "duplicate") return;
    this.#seq = result.seq;
    if (result.recipient) this.#deliverPrivately(post, result, result.recipient.account);
    else this.#options.fanout.publish(encodeFrame(messageFrame(post.event, result)));
  }

  #refuse(
    { connection, event }: Post,
    outcome: Exclude<AppendResult["outcome"], Accepted["outcome"]> | "failed",
  ) {
    const username = event.to.kind === "private" ? event.to.username : "";
    const error = outcome === "unknown_user" || outcome === "user_away"
      ? new ChatError(outcome, { username })
      : new ChatError(outcome === "id_reused" ? "id_reused" : "internal");
    connection.send(errorFrame(error, event.key));
  }

  #acknowledge({ connection, event }: Post, { outcome, seq, at }: Accepted): void {
    if (event.key === undefined) return;
    const duplicate = outcome === "duplicate" ? { duplicate: true as const } : {};
    connection.send({ type: "ack", id: event.key, seq, at, ...duplicate });
  }

  #deliverPrivately({ event }: Post, result: Accepted, recipient: string): void {
    const { members, fanout } = this.#options;
    const frame = messageFrame(event, result);
    const echo = event.key === undefined ? frame : { ...frame, id: event.key };
    fanout.publishTo(encodeFrame(echo), connectionsOf(members.withAccount(event.author)));
    if (recipient === event.author) return;
    fanout.publishTo(encodeFrame(frame), connectionsOf(members.withAccount(recipient)));
  }
}

function connectionsOf(member: Member | undefined): Iterable<Connection> {
  return member?.connections ?? [];
}

function messageFrame(
  event: NewEvent,
  { seq, at, conversation, recipient }: Accepted,
): MessageFrame {
  return {
    type: "message",
    seq,
    at,
    from: event.from,
    account: event.author,
    ...(recipient ? { to: recipient.username, conversation } : {}),
    message: event.text,
  };
}
