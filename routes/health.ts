import { Hono } from "hono";
import type { ChatError } from "../core/errors.ts";

/** What the health routes ask. */
export interface HealthDeps {
  /** Why a new client would not be served now; `undefined` if it would. */
  whyNotReady(): Promise<ChatError | undefined>;
}

/** `GET /healthz`, alive, and `GET /readyz`, would serve: for supervisors and balancers. */
export function createHealthRoutes(deps: HealthDeps): Hono {
  const routes = new Hono();
  routes.get("/healthz", () => plainText("ok"));
  routes.get("/readyz", async () => {
    const reason = await deps.whyNotReady();
    if (reason) throw reason;
    return plainText("ready");
  });
  return routes;
}

function plainText(text: string): Response {
  return new Response(`${text}\n`, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
