import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { ChatError } from "./errors.ts";
import { utf8Length } from "./outbox.ts";
import { NO_LIMIT, type Rate, type TokenBucket } from "./rate_limiter.ts";
import { RateLimits } from "./rate_limits.ts";
import type { Beginner } from "./store.ts";

/** Accounts behind one address that may each use their whole rate, when it may hold 100 connections. */
const ACCOUNTS_OF_AN_ADDRESS = 5;
const USUAL_CONNECTIONS = 100;
const MINUTE = 1 / 60;
/** A message counts once more for each of these: it is copied to everyone, and indexed. */
const BYTES_PER_TOKEN = 1024;

/**
 * Private conversations that may be begun: by an account without a passphrase, by everybody at one
 * address, and with one person by accounts without a passphrase. A person begins a handful a day.
 */
export const NEW_CONVERSATIONS = {
  account: { perSecond: 1 * MINUTE, burst: 20 },
  address: { perSecond: 5 * MINUTE, burst: 100 },
  recipient: { perSecond: 10 * MINUTE, burst: 100 },
} as const;

/** What {@linkcode SendLimits} are made of. */
export interface SendLimitsOptions {
  readonly clock: Pick<Clock, "monotonic">;
  /** Messages of one account. */
  readonly rate: Rate;
  /** Connections that one address may hold; 0 turns off every limit by address. */
  readonly maxPerAddress: number;
}

/** Leave to begin a conversation, should the message be the first of one. */
export interface Leave {
  readonly beginner: Beginner;
  /** When to try again if the message is refused, in milliseconds. */
  readonly retryAfterMs: number;
  /** The message belonged to a conversation that was there, or was refused. */
  giveBack(): void;
}

/** How many messages may be sent and how many private conversations begun. */
export class SendLimits {
  #clock: Pick<Clock, "monotonic">;
  #rate: Rate;
  #rateOfAddress: Rate;
  #messagesOfAddress: RateLimits;
  #begunBy: RateLimits;
  #begunAt: RateLimits;
  #begunWith: RateLimits;

  constructor({ clock, rate, maxPerAddress }: SendLimitsOptions) {
    this.#clock = clock;
    const [hasRate, hasAddressLimit] = [rate.perSecond > 0, maxPerAddress > 0];
    const limits = (limit: Rate, isOn: boolean) => new RateLimits(isOn ? limit : NO_LIMIT, clock);
    this.#rate = rate;
    this.#rateOfAddress = rateOfAddress(rate, maxPerAddress);
    this.#messagesOfAddress = limits(this.#rateOfAddress, hasAddressLimit);
    this.#begunAt = limits(NEW_CONVERSATIONS.address, hasAddressLimit);
    this.#begunBy = limits(NEW_CONVERSATIONS.account, hasRate);
    this.#begunWith = limits(NEW_CONVERSATIONS.recipient, hasRate);
  }

  /**
   * Counts a message against its account and its address: once, and once more for each KiB, but
   * never for more than they may have at once, or it could never be sent.
   *
   * @throws {ChatError} `rate_limited`.
   */
  take({ member, address }: Connection, text: string): void {
    const now = this.#clock.monotonic();
    const cost = costOf(text);
    const own = Math.min(cost, this.#rate.burst);
    const waitMs = member.sends.take(now, own);
    if (waitMs > 0) throw new ChatError("rate_limited", { retryAfterMs: waitMs });
    if (address === undefined) return;
    const shared = Math.min(cost, this.#rateOfAddress.burst);
    const retryAfterMs = this.#messagesOfAddress.bucketOf(address).take(now, shared);
    if (retryAfterMs === 0) return;
    member.sends.giveBack(own);
    throw new ChatError("rate_limited", { retryAfterMs });
  }

  /** Takes leave for a private message to begin a conversation; most give it back. */
  begin({ member, address }: Connection, recipientKey: string): Leave {
    const now = this.#clock.monotonic();
    const taken: TokenBucket[] = [];
    const take = (bucket: TokenBucket) => {
      const waitMs = bucket.take(now);
      if (waitMs === 0) taken.push(bucket);
      return waitMs;
    };
    const ownWaitMs = take(this.#begunBy.bucketOf(member.account));
    const recipientWaitMs = take(this.#begunWith.bucketOf(recipientKey));
    const addressWaitMs = address === undefined ? 0 : take(this.#begunAt.bucketOf(address));
    const guestWaitMs = Math.max(ownWaitMs, recipientWaitMs);
    const beginner = addressWaitMs > 0 ? "nobody" : guestWaitMs > 0 ? "with_passphrase" : "anybody";
    return {
      beginner,
      retryAfterMs: Math.max(guestWaitMs, addressWaitMs),
      giveBack: () => taken.splice(0).forEach((bucket) => bucket.giveBack()),
    };
  }
}

/** An address that may hold more connections may send more, and always as much as one account. */
export function rateOfAddress({ perSecond, burst }: Rate, maxPerAddress: number): Rate {
  const share = Math.max(1, ACCOUNTS_OF_AN_ADDRESS * maxPerAddress / USUAL_CONNECTIONS);
  return { perSecond: perSecond * share, burst: burst * share };
}

function costOf(text: string): number {
  return 1 + Math.floor(utf8Length(text) / BYTES_PER_TOKEN);
}
