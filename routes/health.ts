import { Hono } from "hono";
import { ChatError } from "../core/errors.ts";

/** What the health routes ask. */
export interface HealthDeps {
  /** Whether a new client would be served now. */
  isReady(): boolean;
}

/** `GET /healthz`, alive, and `GET /readyz`, would serve: for supervisors and balancers. */
export function createHealthRoutes(deps: HealthDeps): Hono {
  const routes = new Hono();
  routes.get("/healthz", () => plainText("ok"));
  routes.get("/readyz", () => {
    if (!deps.isReady()) throw new ChatError("shutting_down");
    return plainText("ready");
  });
  return routes;
}

function plainText(text: string): Response {
  return new Response(`${text}\n`, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
