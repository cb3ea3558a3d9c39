import type { Caller } from "../core/accounts.ts";
import type { Clock } from "../core/clock.ts";
import { RateLimits } from "../core/rate_limits.ts";
import { NO_LIMIT, type Rate } from "../core/rate_limiter.ts";
import type { Config } from "../core/config.ts";

/** How many sessions behind one address may each use their whole rate. */
const SESSIONS_OF_AN_ADDRESS = 5;

/**
 * Limits how often is asked, by session and by address: a credential costs nothing to make, and
 * one address may stand for a whole office. `--max-per-address 0` turns off the latter.
 *
 * @returns Counts one request, or throws `rate_limited`.
 */
export function createApiLimit(
  rate: Rate,
  clock: Clock,
  { maxPerAddress }: Pick<Config, "maxPerAddress">,
): (caller: Caller) => void {
  const { perSecond, burst } = rate;
  const sessions = new RateLimits(rate, clock);
  const ofAddress = {
    perSecond: perSecond * SESSIONS_OF_AN_ADDRESS,
    burst: burst * SESSIONS_OF_AN_ADDRESS,
  };
  const addresses = new RateLimits(maxPerAddress > 0 ? ofAddress : NO_LIMIT, clock);
  return ({ sessionId, address }) => {
    addresses.take(address);
    sessions.take(sessionId ?? address);
  };
}
