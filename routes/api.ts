import { Hono } from "hono";
import { Accounts, type LiveSessions } from "../core/accounts.ts";
import { Attempts } from "../core/attempts.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { ChatError } from "../core/errors.ts";
import { Passphrases } from "../core/passphrase.ts";
import { NO_LIMIT } from "../core/rate_limiter.ts";
import { RateLimits } from "../core/rate_limits.ts";
import type { Store } from "../core/store.ts";
import type { RouteEnv } from "./address.ts";
import { createAccountRoutes } from "./api_account.ts";
import { createMessageRoutes } from "./api_messages.ts";
import { addressOf, requireOwnPage } from "./api_request.ts";
import { createSearchRoutes } from "./api_search.ts";
import { problemResponse } from "./problem.ts";
import { RequestsUnderWay } from "./requests_under_way.ts";

/** What the API is made of. */
export interface ApiDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly store: ApiStore;
  readonly live: LiveSessions;
  /** @default As costly as {@linkcode Passphrases} makes it. */
  readonly passphrases?: Passphrases;
}

/** The part of a store that the API asks. */
export type ApiStore = Omit<Store, "append" | "claimName" | "touchAccounts" | "close">;

/** Changes asked for from one address: signing in and out, passphrases, deleting accounts. */
const POSTS_OF_ADDRESS = { perSecond: 5, burst: 100 };

/** Every path of the API with the methods it takes. */
const METHODS: readonly (readonly [path: string, allow: string])[] = [
  ["/api/messages", "GET, HEAD"],
  ["/api/conversations", "GET, HEAD"],
  ["/api/conversations/:id/messages", "GET, HEAD"],
  ["/api/search", "GET, HEAD"],
  ["/api/session", "GET, HEAD"],
  ["/api/passphrase", "POST"],
  ["/api/sign-in", "POST"],
  ["/api/sign-out", "POST"],
  ["/api/account/delete", "POST"],
];

/** `/api/…`: what was said, found again, and what the holder of a name may do with it. */
export function createApi(deps: ApiDeps): Hono<RouteEnv> {
  const { config, clock, store, live, passphrases = new Passphrases() } = deps;
  const accounts = new Accounts({ store, live, passphrases, attempts: new Attempts(clock) });
  const api = new Hono<RouteEnv>();
  const underWay = new RequestsUnderWay(config);
  const posts = new RateLimits(config.maxPerAddress > 0 ? POSTS_OF_ADDRESS : NO_LIMIT, clock);
  api.use("/api/*", async (c, next) => {
    requireOwnPage(c, config);
    const address = addressOf(c, config);
    // Before the body is read: a body that never ends costs more than its answer.
    if (c.req.method === "POST") posts.take(address);
    await underWay.run(address, next);
  });
  api.route("/", createMessageRoutes({ config, clock, store, accounts }));
  api.route("/", createSearchRoutes({ config, clock, store, accounts }));
  api.route("/", createAccountRoutes({ config, clock, accounts }));
  for (const [path, allow] of METHODS) {
    api.all(path, () => problemResponse(new ChatError("method_not_allowed"), { allow }));
  }
  return api;
}
