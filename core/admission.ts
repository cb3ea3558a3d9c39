import type { Clock } from "./clock.ts";
import { ChatError } from "./errors.ts";
import { TokenBucket } from "./rate_limiter.ts";
import { RateLimits } from "./rate_limits.ts";

/** How many sockets may be open; 0 is no limit. */
export interface AdmissionLimits {
  readonly maxConnections: number;
  readonly maxPerAddress: number;
  readonly maxPerSession: number;
}

/** Where a socket comes from. */
export interface Origin {
  /** Address of the peer, in the form limits count by (IPv6: its /64). */
  readonly address: string;
  /** Hash of the session's credential, if it presented one. */
  readonly sessionId: string | undefined;
}

/** A counted socket, from before its handshake until it is gone. */
export interface Ticket {
  /** Where it comes from, as in {@linkcode Origin}. */
  readonly address?: string;
  /** Says that the server gave the socket up while it still exists. */
  abandon(): void;
  /** Stops counting it; harmless when called again. */
  release(): void;
}

/**
 * How many may come at once, and in a second for long. A handshake and its welcome cost about
 * 0.3 ms; a crowd beyond this is told to spread, so that those who are in are still served.
 */
export const ARRIVALS = { perSecond: 1_000, burst: 5_000 };
/**
 * How many may come from one address, for each connection it may hold: everybody behind it can
 * come back twice at once, and a tenth of them every second for long.
 */
export const ARRIVALS_OF_ADDRESS = { perSecond: 0.1, burst: 2 };
/** Those told to spread come back within this time after they may, in milliseconds. */
const SPREAD_MS = 5_000;
/** Sockets of one address that may be abandoned and not gone; beyond them it gets no new ones. */
const MAX_ZOMBIES_PER_ADDRESS = 16;

/** Counts sockets, in all, by address and by session, whatever the server thinks of their peers. */
export class Admission {
  #limits: AdmissionLimits;
  #clock: Pick<Clock, "monotonic">;
  #arrivals: TokenBucket;
  #arrivalsByAddress: RateLimits;
  #open = 0;
  #zombies = 0;
  #byAddress = new Map<string, number>();
  #bySession = new Map<string, number>();
  #zombiesByAddress = new Map<string, number>();

  constructor(limits: AdmissionLimits, clock: Pick<Clock, "monotonic">) {
    this.#limits = limits;
    this.#clock = clock;
    this.#arrivals = new TokenBucket(ARRIVALS, clock.monotonic());
    const { perSecond, burst } = ARRIVALS_OF_ADDRESS;
    const { maxPerAddress } = limits;
    this.#arrivalsByAddress = new RateLimits(
      { perSecond: perSecond * maxPerAddress, burst: burst * maxPerAddress },
      clock,
    );
  }

  /** Number of sockets counted now. */
  get open(): number {
    return this.#open;
  }

  /** Number of those that were given up and are not gone. */
  get zombies(): number {
    return this.#zombies;
  }

  /**
   * Counts one more socket.
   *
   * @throws {ChatError} `server_full`, `server_busy` or `too_many_connections`; the first two with
   * `retryAfterMs`, different for each, so that a crowd doesn't come back as one.
   */
  enter({ address, sessionId }: Origin): Ticket {
    this.#check(address, sessionId);
    this.#count(address, sessionId, 1);
    let isZombie = false;
    let isReleased = false;
    return {
      address,
      abandon: () => {
        if (isReleased || isZombie) return;
        isZombie = true;
        this.#countZombie(address, 1);
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#count(address, sessionId, -1);
        if (isZombie) this.#countZombie(address, -1);
      },
    };
  }

  #check(address: string, sessionId: string | undefined): void {
    const { maxConnections, maxPerAddress, maxPerSession } = this.#limits;
    if (isFull(this.#open, maxConnections)) throw comeBackLater("server_full", 0);
    if (isFull(this.#byAddress.get(address), maxPerAddress)) throw tooMany("your address");
    if (isFull(this.#zombiesByAddress.get(address), MAX_ZOMBIES_PER_ADDRESS)) {
      throw tooMany("your address");
    }
    if (sessionId !== undefined && isFull(this.#bySession.get(sessionId), maxPerSession)) {
      throw tooMany("this browser");
    }
    const now = this.#clock.monotonic();
    // First by address: one that comes too often takes nothing from the others.
    const waitMs = this.#arrivalsByAddress.bucketOf(address).take(now) || this.#arrivals.take(now);
    if (waitMs > 0) throw comeBackLater("server_busy", waitMs);
  }

  #count(address: string, sessionId: string | undefined, change: 1 | -1): void {
    this.#open += change;
    addTo(this.#byAddress, address, change);
    if (sessionId !== undefined) addTo(this.#bySession, sessionId, change);
  }

  #countZombie(address: string, change: 1 | -1): void {
    this.#zombies += change;
    addTo(this.#zombiesByAddress, address, change);
  }
}

/** A refusal whose cure is time: each gets a time of its own. */
export function comeBackLater(
  code: "server_full" | "server_busy" | "shutting_down" | "unavailable",
  waitMs: number,
  spreadMs = SPREAD_MS,
): ChatError {
  return new ChatError(code, { retryAfterMs: Math.ceil(waitMs + Math.random() * spreadMs) });
}

function tooMany(scope: string): ChatError {
  return new ChatError("too_many_connections", { scope });
}

function isFull(count: number | undefined, limit: number): boolean {
  return limit > 0 && (count ?? 0) >= limit;
}

function addTo(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
