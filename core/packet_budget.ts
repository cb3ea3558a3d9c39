import type { AdmissionLimits } from "./admission.ts";
import type { Clock } from "./clock.ts";
import { ChatError } from "./errors.ts";
import { NO_LIMIT, TokenBucket } from "./rate_limiter.ts";
import { RateLimits } from "./rate_limits.ts";

/** Connections that one address may hold; 0 turns off every limit by address. */
type AddressLimit = Pick<AdmissionLimits, "maxPerAddress">;

/**
 * Packets of one connection, and of all connections from one address, that bring no accepted
 * message: pongs, read positions, bad frames, refused messages. Each costs one token and one more
 * for every KiB; a healthy client spends one in 15 s for its pong. Reading and refusing a packet
 * takes the server about 20 µs, and a packet full of JSON about 10 µs for each KiB.
 */
export const PACKET_RATES = {
  connection: { perSecond: 20, burst: 1_000 },
  address: { perSecond: 100, burst: 5_000 },
} as const;
/** Tokens that a connection may have spent and is still served when its address has none left. */
const FAIR_SHARE = 50;
const BYTES_PER_TOKEN = 1024;

/** Makes the budgets of connections, with a bucket for each address. */
export class PacketBudgets {
  #clock: Pick<Clock, "monotonic">;
  #byAddress: RateLimits;

  constructor(clock: Pick<Clock, "monotonic">, { maxPerAddress }: AddressLimit) {
    this.#clock = clock;
    this.#byAddress = new RateLimits(maxPerAddress > 0 ? PACKET_RATES.address : NO_LIMIT, clock);
  }

  /** The budget of a new connection. */
  open(address: string | undefined): PacketBudget {
    const shared = address === undefined ? undefined : this.#byAddress.bucketOf(address);
    return new PacketBudget(this.#clock, shared);
  }
}

/** Limits the packets of one connection; see {@linkcode PACKET_RATES}. */
export class PacketBudget {
  #clock: Pick<Clock, "monotonic">;
  #own: TokenBucket;
  #address: TokenBucket | undefined;
  /** What the address paid for the packet that was taken last. */
  #paidByAddress = 0;

  /** @param address Shared by all connections from one address; absent: no limit by address. */
  constructor(clock: Pick<Clock, "monotonic">, address?: TokenBucket) {
    this.#clock = clock;
    this.#own = new TokenBucket(PACKET_RATES.connection, clock.monotonic());
    this.#address = address;
  }

  /**
   * Pays for a packet before it is parsed.
   *
   * @param length Length of the packet, in characters.
   * @returns `too_many_packets` when the connection should be ended.
   */
  take(length: number): ChatError | undefined {
    const now = this.#clock.monotonic();
    const cost = costOf(length);
    const ownWaitMs = this.#own.take(now, cost);
    if (ownWaitMs > 0) return tooMany("this connection", ownWaitMs);
    const addressWaitMs = this.#address?.take(now, cost) ?? 0;
    this.#paidByAddress = addressWaitMs === 0 ? cost : 0;
    if (addressWaitMs === 0 || this.#own.spent <= FAIR_SHARE) return undefined;
    return tooMany("your address", addressWaitMs);
  }

  /** Returns the price of the last packet, which brought an accepted message. */
  giveBack(length: number): void {
    this.#own.giveBack(costOf(length));
    this.#address?.giveBack(this.#paidByAddress);
    this.#paidByAddress = 0;
  }
}

function costOf(length: number): number {
  return 1 + Math.floor(length / BYTES_PER_TOKEN);
}

function tooMany(scope: string, retryAfterMs: number): ChatError {
  return new ChatError("too_many_packets", { scope, retryAfterMs });
}
