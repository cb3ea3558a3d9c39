import { Hono } from "hono";
import * as z from "zod";
import type { Accounts } from "../core/accounts.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { historyFrame } from "../core/history.ts";
import { countWithin, MAX_PAGE_LENGTH } from "../core/page_length.ts";
import { NO_LIMIT } from "../core/rate_limiter.ts";
import { parseSearchQuery } from "../core/search_query.ts";
import type { SearchHit, SearchPage, Store } from "../core/store.ts";
import type { RouteEnv } from "./address.ts";
import { createApiLimit } from "./api_limits.ts";
import { limitParameter, SeqParameter } from "./api_messages.ts";
import { callerOf, NameParameter, readQuery } from "./api_request.ts";
import { compressPublic, privateJson, publicJson } from "./api_response.ts";
import { MAX_SEARCHES_OF_ADDRESS, MAX_UNDER_WAY, RequestsUnderWay } from "./requests_under_way.ts";

/** What searching needs. */
export interface SearchRoutesDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly store: Pick<Store, "epoch" | "search">;
  readonly accounts: Accounts;
}

/** Searches: as quickly as somebody types and refines, for a short while. */
const RATE = { perSecond: 2, burst: 20 };
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;
const MAX_QUERY_LENGTH = 256;
/** No place on Earth is further from UTC. */
const MAX_OFFSET_MINUTES = 14 * 60;

const OFFSET_PROBLEM =
  `must be a whole number from ${-MAX_OFFSET_MINUTES} to ${MAX_OFFSET_MINUTES}`;

const OffsetParameter = z.string().regex(/^-?\d{1,4}$/, OFFSET_PROBLEM).transform(Number)
  .refine((minutes) => Math.abs(minutes) <= MAX_OFFSET_MINUTES, OFFSET_PROBLEM)
  .default(0);

const SearchParameters = z.strictObject({
  q: z.string().max(MAX_QUERY_LENGTH, `must be at most ${MAX_QUERY_LENGTH} characters long`)
    .regex(/\S/, "must not be empty"),
  before: SeqParameter.optional(),
  offsetMinutes: OffsetParameter,
  limit: limitParameter(MAX_LIMIT, DEFAULT_LIMIT),
  as: NameParameter.optional(),
});

/** `GET /api/search`: messages that the asker may see, newest first. */
export function createSearchRoutes(deps: SearchRoutesDeps): Hono<RouteEnv> {
  const { config, clock, store, accounts } = deps;
  const takeOne = createApiLimit(config.rate === 0 ? NO_LIMIT : RATE, clock, config);
  const perAddress = MAX_SEARCHES_OF_ADDRESS;
  const underWay = new RequestsUnderWay(config, { ...MAX_UNDER_WAY, perAddress });
  const routes = new Hono<RouteEnv>();

  routes.get("/api/search", compressPublic, async (c) => {
    const { q, before, offsetMinutes, limit, as } = readQuery(c, SearchParameters);
    const caller = await callerOf(c, config, as);
    takeOne(caller);
    const reader = await accounts.find(caller);
    const account = reader?.account;
    const query = parseSearchQuery(q, offsetMinutes);
    // One more than wanted tells whether there are more.
    const search = () => store.search({ account, query, before, limit: limit + 1 });
    const found = await underWay.run(caller.address, search);
    // Somebody without an account finds only what was said to all.
    const respond = account === undefined ? publicJson : privateJson;
    return respond(c.req.raw, { ...pageOf(found, limit, account), epoch: store.epoch });
  });
  return routes;
}

function pageOf({ hits, stoppedAt }: SearchPage, limit: number, account: string | undefined) {
  const events = hits.slice(0, limit).map(({ event }) => event);
  const count = countWithin(events, MAX_PAGE_LENGTH);
  const results = hits.slice(0, count).map((hit) => resultOf(hit, account));
  const next = hits.length > count ? hits[count - 1]!.event.seq : stoppedAt;
  return { results, hasOlder: next !== undefined, ...(next === undefined ? {} : { next }) };
}

function resultOf({ event, snippet }: SearchHit, account: string | undefined) {
  return {
    message: historyFrame(event, account),
    snippet: snippet.map(({ text, isMatch }) => ({ text, ...(isMatch ? { match: true } : {}) })),
  };
}
