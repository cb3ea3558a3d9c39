import { type Context, type Handler, Hono } from "hono";
import type { Config } from "../core/config.ts";
import { ChatError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { StoreUnavailableError } from "../core/store.ts";
import type { RouteEnv } from "./address.ts";
import type { Assets } from "./assets.ts";
import { createHealthRoutes, type HealthDeps } from "./health.ts";
import { checkHost } from "./hosts.ts";
import { notFound } from "./not_found.ts";
import { createPageRoutes } from "./page.ts";
import { problemResponse } from "./problem.ts";
import { securityHeaders } from "./security_headers.ts";

/** What the HTTP side is made of. */
export interface AppDeps extends HealthDeps {
  readonly config: Config;
  readonly log: Log;
  readonly assets: Assets;
  /** Answers `/ws/:username`. */
  readonly ws: Handler<RouteEnv>;
  /** Answers `/api/…`. */
  readonly api: Hono<RouteEnv>;
}

/** Every path that can be got; any other method there is refused. */
const PATHS = ["/", "/robots.txt", "/static/*", "/ws/:username", "/healthz", "/readyz"];

/**
 * Builds the server's HTTP side: security headers on everything, then the host check, then the
 * routes. Refusals become problem details. Serve it with
 * `Deno.serve((request, info) => app.fetch(request, info))`.
 */
export function createApp(deps: AppDeps): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  app.use(securityHeaders());
  app.use(async (c, next) => {
    checkHost(c.req.raw, deps.config);
    await next();
  });
  app.route("/", createPageRoutes(deps));
  app.route("/", createHealthRoutes(deps));
  app.get("/ws/:username", deps.ws);
  app.route("/", deps.api);
  for (const path of PATHS) app.all(path, refuseMethod);
  app.notFound((c) => notFound(c, deps.assets));
  app.onError((error, c) => respondToError(error, c, deps));
  return app;
}

function refuseMethod(): Response {
  return problemResponse(new ChatError("method_not_allowed"), { allow: "GET, HEAD" });
}

function respondToError(error: Error, c: Context, { log, assets }: AppDeps): Response {
  if (error instanceof ChatError && error.code === "not_found") return notFound(c, assets);
  if (error instanceof ChatError) return problemResponse(error);
  if (error instanceof StoreUnavailableError) {
    log.warn("store unavailable", { path: c.req.path, error: String(error) });
    return problemResponse(new ChatError("unavailable"));
  }
  log.error("request failed", { method: c.req.method, path: c.req.path, error: String(error) });
  return problemResponse(new ChatError("internal"));
}
