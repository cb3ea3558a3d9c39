import type { Caller } from "../core/accounts.ts";
import type { Clock } from "../core/clock.ts";
import { RateLimits } from "../core/rate_limits.ts";
import type { Rate } from "../core/rate_limiter.ts";

/** How many sessions behind one address may each use their whole rate. */
const SESSIONS_OF_AN_ADDRESS = 5;

/**
 * Limits how often is asked, by session and by address: a credential costs nothing to make, and
 * one address may stand for a whole office.
 *
 * @returns Counts one request, or throws `rate_limited`.
 */
export function createApiLimit(rate: Rate, clock: Clock): (caller: Caller) => void {
  const { perSecond, burst } = rate;
  const sessions = new RateLimits(rate, clock);
  const addresses = new RateLimits(
    { perSecond: perSecond * SESSIONS_OF_AN_ADDRESS, burst: burst * SESSIONS_OF_AN_ADDRESS },
    clock,
  );
  return ({ sessionId, address }) => {
    addresses.take(address);
    sessions.take(sessionId ?? address);
  };
}
