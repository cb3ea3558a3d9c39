import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Accounts, Caller } from "../core/accounts.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { LOBBY } from "../core/conversations.ts";
import { ChatError } from "../core/errors.ts";
import { historyFrame, type PagePosition, readPage } from "../core/history.ts";
import { countWithin, MAX_PAGE_LENGTH } from "../core/page_length.ts";
import { NO_LIMIT } from "../core/rate_limiter.ts";
import type { Conversation, Store } from "../core/store.ts";
import type { RouteEnv } from "./address.ts";
import { createApiLimit } from "./api_limits.ts";
import { callerOf, NameParameter, readQuery } from "./api_request.ts";
import { compressPublic, privateJson, publicJson } from "./api_response.ts";

/** What reading history needs. */
export interface MessageRoutesDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly store: Pick<Store, "epoch" | "read" | "conversations" | "lobbyReadBy">;
  readonly accounts: Accounts;
}

/** Pages of history: scrolling back quickly asks for a dozen a second at most. */
const RATE = { perSecond: 20, burst: 60 };
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** A position in the log, as a parameter. */
export const SeqParameter = z.string().regex(/^\d{1,15}$/, "must be a position in the log")
  .transform(Number);

/** How many are wanted: 1 to `max`. */
export function limitParameter(max: number, byDefault: number) {
  return z.string().regex(/^\d{1,4}$/, `must be a whole number from 1 to ${max}`).transform(Number)
    .refine((limit) => limit >= 1 && limit <= max, `must be a whole number from 1 to ${max}`)
    .default(byDefault);
}

const ConversationsQuery = z.strictObject({
  before: SeqParameter.optional(),
  limit: limitParameter(MAX_LIMIT, DEFAULT_LIMIT),
  as: NameParameter.optional(),
});

const PageParameters = z.strictObject({
  before: SeqParameter.optional(),
  after: SeqParameter.optional(),
  around: SeqParameter.optional(),
  limit: limitParameter(MAX_LIMIT, DEFAULT_LIMIT),
  as: NameParameter.optional(),
});
type PageParameters = z.infer<typeof PageParameters>;

const SIDES = ["before", "after", "around"] as const;

/** `GET /api/messages`, `/api/conversations` and `/api/conversations/:id/messages`. */
export function createMessageRoutes(deps: MessageRoutesDeps): Hono<RouteEnv> {
  const { config, clock, store, accounts } = deps;
  const { epoch } = store;
  const takeOne = createApiLimit(config.rate === 0 ? NO_LIMIT : RATE, clock, config);
  const limitedCaller = async (c: Context<RouteEnv>, as: string | undefined): Promise<Caller> => {
    const caller = await callerOf(c, config, as);
    takeOne(caller);
    return caller;
  };
  const routes = new Hono<RouteEnv>();

  routes.get("/api/messages", compressPublic, async (c) => {
    const query = readQuery(c, PageParameters);
    const reader = await accounts.find(await limitedCaller(c, query.as));
    const page = await readPage(store, {
      ...pageOf(query),
      account: reader?.account,
      conversation: LOBBY,
    });
    return publicJson(c.req.raw, { ...page, epoch });
  });

  routes.get("/api/conversations", async (c) => {
    const { as, before, limit } = readQuery(c, ConversationsQuery);
    const { account } = await accounts.require(await limitedCaller(c, as));
    // One more than wanted tells whether there are more.
    const [found, lobby] = await Promise.all([
      store.conversations(account, { before, limit: limit + 1 }),
      store.lobbyReadBy(account),
    ]);
    const count = countWithin(found.map(({ newest }) => newest), MAX_PAGE_LENGTH);
    const conversations = found.slice(0, Math.min(limit, count));
    return privateJson(c.req.raw, {
      conversations: conversations.map((conversation) => entryOf(conversation, account)),
      hasOlder: found.length > conversations.length,
      lobby: { read: lobby.seq, unread: lobby.unread },
      epoch,
    });
  });

  routes.get("/api/conversations/:id/messages", async (c) => {
    const query = readQuery(c, PageParameters);
    const { account } = await accounts.require(await limitedCaller(c, query.as));
    const conversation = c.req.param("id");
    if (conversation === LOBBY) throw new ChatError("unknown_conversation");
    const page = await readPage(store, { ...pageOf(query), account, conversation });
    // Others' conversations look as those that don't exist: there is nothing in them.
    const isEmpty = page.messages.length === 0 && !page.hasOlder && !page.hasNewer;
    if (isEmpty) throw new ChatError("unknown_conversation");
    return privateJson(c.req.raw, { ...page, epoch });
  });
  return routes;
}

function pageOf(query: PageParameters): { limit: number; at: PagePosition | undefined } {
  const given = SIDES.flatMap((side) => query[side] === undefined ? [] : [side]);
  const [side, other] = given;
  if (other !== undefined) {
    const reason = `“${other}” can’t be combined with “${side}”.`;
    throw new ChatError("invalid_query", { key: other, reason });
  }
  const at = side === undefined ? undefined : { side, seq: query[side]! };
  return { limit: query.limit, at };
}

function entryOf({ id, peer, newest, readSeq, unread }: Conversation, account: string) {
  return {
    id,
    peer: { username: peer.username, account: peer.account },
    newest: historyFrame(newest, account),
    read: readSeq,
    unread,
  };
}
