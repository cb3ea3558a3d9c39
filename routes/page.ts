import { ifNoneMatch } from "@std/http/etag";
import { acceptsEncodings } from "@std/http/negotiation";
import { Hono } from "hono";
import { ChatError } from "../core/errors.ts";
import { isSecure, type RouteEnv } from "./address.ts";
import type { Asset, Assets, Coding } from "./assets.ts";
import type { Config } from "../core/config.ts";
import { credentialCookie, newCredential, readCredential } from "./credentials.ts";
import { portOf } from "./hosts.ts";

/** What the page's routes need. */
export interface PageDeps {
  readonly config: Pick<Config, "robots" | "trustedProxies">;
  readonly assets: Assets;
}

const CACHE_FOR_EVER = "public, max-age=31536000, immutable";

/** What `/robots.txt` says to crawlers. */
const ROBOTS = {
  deny: "User-agent: *\nDisallow: /\n",
  allow: "User-agent: *\nDisallow:\n",
} as const;

/**
 * `GET /`, the chat page, which hands a credential to a browser that has none, `/robots.txt`, and
 * the files under `/static/`. Only a path that holds the content's hash may be cached without asking again.
 */
export function createPageRoutes({ config, assets }: PageDeps): Hono<RouteEnv> {
  const routes = new Hono<RouteEnv>();
  routes.get("/", async (c) => {
    const response = await respondWith(assets.page, c.req.raw, "private, no-cache");
    const cookie = cookieFor(c.req.raw, c.env.remoteAddr.hostname, config);
    if (cookie !== undefined) response.headers.set("set-cookie", cookie);
    return response;
  });
  routes.get("/robots.txt", (c) => c.text(ROBOTS[config.robots]));
  routes.get("/static/*", (c) => {
    // The raw path, as the router's own is decoded; only what is in the map can be had.
    const path = new URL(c.req.url).pathname.replace(/^\/static\//, "");
    const isHashed = path.startsWith(`${assets.hash}/`);
    const asset = assets.files.get(isHashed ? path.slice(assets.hash.length + 1) : path);
    if (asset === undefined) throw new ChatError("not_found");
    return respondWith(asset, c.req.raw, isHashed ? CACHE_FOR_EVER : "no-cache");
  });
  return routes;
}

async function respondWith(asset: Asset, request: Request, caching: string): Promise<Response> {
  const coding = chooseCoding(asset, request);
  const etag = coding === "identity" ? `"${asset.hash}"` : `"${asset.hash}-${coding}"`;
  const headers = new Headers({ "cache-control": caching, etag });
  if (asset.codings.length > 1) headers.set("vary", "accept-encoding");
  if (!ifNoneMatch(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  const body = await asset.body(coding);
  headers.set("content-type", asset.mediaType);
  headers.set("content-length", String(body.length));
  if (coding !== "identity") headers.set("content-encoding", coding);
  return new Response(body, { headers });
}

/** The best coding the client accepts; one that names none, as a script may, gets the plain file. */
function chooseCoding(asset: Asset, request: Request): Coding {
  if (!request.headers.get("accept-encoding")) return "identity";
  return asset.codings.find((coding) => acceptsEncodings(request, coding) === coding) ?? "identity";
}

/** The cookie for a browser that presented no credential. */
function cookieFor(
  request: Request,
  remoteAddress: string,
  config: PageDeps["config"],
): string | undefined {
  const security = { isSecure: isSecure(request, remoteAddress, config) };
  if (readCredential(request, security) !== undefined) return undefined;
  return credentialCookie(newCredential(), { ...security, port: portOf(request, security) });
}
