import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Accounts } from "../core/accounts.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { isSecure, type RouteEnv } from "./address.ts";
import { createApiLimit } from "./api_limits.ts";
import { callerOf, NameParameter, readBody, readQuery } from "./api_request.ts";
import { privateJson } from "./api_response.ts";
import { credentialCookie, newCredential, sessionIdOf } from "./credentials.ts";
import { portOf } from "./hosts.ts";

/** What the routes of accounts need. */
export interface AccountRoutesDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly accounts: Accounts;
}

/** Passphrases hashed for one who gets them right: each keeps a core busy for a while. */
const HASHING_RATE = { perSecond: 0.2, burst: 10 };

const SessionQuery = z.strictObject({});

const PassphraseBody = z.strictObject({
  as: NameParameter.optional(),
  /** `null` removes it. */
  passphrase: z.string("must be a string or null").nullable(),
  current: z.string().optional(),
});

const SignInBody = z.strictObject({ username: NameParameter, passphrase: z.string() });

const SignOutBody = z.strictObject({
  as: NameParameter.optional(),
  everywhere: z.boolean().default(false),
});

const DeleteBody = z.strictObject({
  as: NameParameter.optional(),
  confirm: NameParameter,
  current: z.string().optional(),
});

/**
 * `GET /api/session`, and by POST `/api/passphrase`, `/api/sign-in`, `/api/sign-out` and
 * `/api/account/delete`. Nothing here is logged, and no answer repeats a passphrase.
 */
export function createAccountRoutes(deps: AccountRoutesDeps): Hono<RouteEnv> {
  const { config, clock, accounts } = deps;
  const limitHashing = createApiLimit(HASHING_RATE, clock, config);
  const routes = new Hono<RouteEnv>();

  routes.get("/api/session", async (c) => {
    readQuery(c, SessionQuery);
    const { sessionId } = await callerOf(c, config);
    const owned = await accounts.ownedBy(sessionId);
    return privateJson(c.req.raw, {
      accounts: owned.map(({ username, account, passphrase }) => ({
        username,
        account,
        hasPassphrase: passphrase !== undefined,
      })),
    });
  });

  routes.post("/api/passphrase", async (c) => {
    const { as, ...change } = await readBody(c, PassphraseBody, clock);
    const caller = await callerOf(c, config, as);
    limitHashing(caller);
    await accounts.setPassphrase(caller, change);
    return done();
  });

  routes.post("/api/sign-in", async (c) => {
    const body = await readBody(c, SignInBody, clock);
    const caller = await callerOf(c, config);
    limitHashing(caller);
    const { sessionId, address } = caller;
    // A cookie may have been planted by a neighbour on the same host; what a program says it holds
    // is its own.
    const isOwn = sessionId !== undefined && c.req.header("authorization") !== undefined;
    const credential = isOwn ? undefined : newCredential();
    const session = credential === undefined ? sessionId! : await sessionIdOf(credential);
    const following = isOwn ? undefined : sessionId;
    const signedIn = await accounts.signIn(session, { ...body, address, following });
    const response = Response.json(signedIn, { headers: { "cache-control": "no-store" } });
    if (credential !== undefined) handOut(c, config, credential, response);
    return response;
  });

  routes.post("/api/sign-out", async (c) => {
    const { as, everywhere } = await readBody(c, SignOutBody, clock);
    await accounts.signOut(await callerOf(c, config, as), everywhere);
    return handOut(c, config, newCredential(), done());
  });

  routes.post("/api/account/delete", async (c) => {
    const { as, confirm, current } = await readBody(c, DeleteBody, clock);
    const caller = await callerOf(c, config, as);
    if (current !== undefined) limitHashing(caller);
    await accounts.delete(caller, confirm, current);
    return done();
  });
  return routes;
}

function done(): Response {
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
}

/** Gives the browser a credential, instead of the one it had. */
function handOut(
  c: Context<RouteEnv>,
  config: Config,
  credential: string,
  response: Response,
): Response {
  const request = c.req.raw;
  const security = { isSecure: isSecure(request, c.env.remoteAddr.hostname, config) };
  const context = { ...security, port: portOf(request, security) };
  response.headers.set("set-cookie", credentialCookie(credential, context));
  return response;
}
