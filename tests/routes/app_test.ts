import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ChatError } from "../../core/errors.ts";
import { ask, createTestApp, silentLog } from "../support/test_app.ts";

/** What every response carries. */
const SHORT_SET = {
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** What documents carry: they load only what is ours, run no inline script and no string as one. */
const FULL_SET = {
  ...SHORT_SET,
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy":
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
};

/** Those of a response's headers that have to do with security. */
function securityOf({ headers }: Response): Record<string, string> {
  const isAboutSecurity = /policy|^x-|^origin-agent|^strict-transport/;
  return Object.fromEntries([...headers].filter(([name]) => isAboutSecurity.test(name)));
}

Deno.test("createApp() puts the full security headers on the page, also when it is not sent again", async () => {
  const app = await createTestApp();
  const page = await ask(app, "/");
  await page.body?.cancel();
  const etag = page.headers.get("etag")!;
  const unchanged = await ask(app, "/", { headers: { "if-none-match": etag } });

  assertEquals(unchanged.status, 304);
  assertEquals([page, unchanged].map(securityOf), [FULL_SET, FULL_SET]);
});

for (const path of ["/static/main.js", "/static/icon.svg", "/healthz", "/nowhere", "/ws/alice"]) {
  Deno.test(`createApp() puts a short set of security headers on ${path}`, async () => {
    const response = await ask(await createTestApp(), path);

    await response.body?.cancel();
    assertEquals(securityOf(response), SHORT_SET);
  });
}

for (const path of ["/", "/static/main.js", "/ws/alice", "/healthz", "/nowhere"]) {
  Deno.test(`createApp() refuses a foreign host at ${path}`, async () => {
    const response = await ask(await createTestApp(), path, { headers: { host: "evil.example" } });

    assertEquals(response.status, 403);
    assertEquals(await response.json(), {
      type: "about:blank",
      title: "This server does not accept the host “evil.example”; to allow it, add it to --hosts.",
      status: 403,
      code: "forbidden_host",
      params: { host: "evil.example" },
    });
  });
}

Deno.test("createApp() answers 400 when Host is malformed", async () => {
  const response = await ask(await createTestApp(), "/", { headers: { host: "a b" } });

  assertEquals(response.status, 400);
  assertEquals((await response.json()).code, "bad_host");
});

Deno.test("createApp() answers 404 with problem details when there is nothing", async () => {
  const response = await ask(await createTestApp(), "/nowhere");

  assertEquals(response.status, 404);
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  assertEquals((await response.json()).code, "not_found");
});

for (
  const [path, home] of [["/nowhere", "./"], ["/a/b", "../"], ["/a/b/", "../../"], [
    "/static/x",
    "../",
  ]] as const
) {
  Deno.test(`createApp() shows a browser at ${path} a page that leads home`, async () => {
    const headers = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
    const response = await ask(await createTestApp(), path, { headers });
    const html = await response.text();

    assertEquals(response.status, 404);
    assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
    assertEquals(response.headers.get("vary"), "accept");
    assertEquals(securityOf(response), FULL_SET);
    assertStringIncludes(html, `<a href="${home}">`);
    assert(new RegExp(`href="${home}static/[0-9a-f]{16}/page.css"`).test(html), html);
  });
}

Deno.test("createApp() keeps crawlers out by robots.txt, unless the settings let them in", async () => {
  const closed = await ask(await createTestApp(), "/robots.txt");
  const open = await ask(await createTestApp({}, ["--robots", "allow"]), "/robots.txt");

  assertEquals(closed.headers.get("content-type"), "text/plain;charset=UTF-8");
  assertEquals(await closed.text(), "User-agent: *\nDisallow: /\n");
  assertEquals(await open.text(), "User-agent: *\nDisallow:\n");
});

for (const path of ["/", "/robots.txt", "/static/main.js", "/ws/alice", "/healthz", "/readyz"]) {
  Deno.test(`createApp() answers 405 to POST ${path}`, async () => {
    const response = await ask(await createTestApp(), path, { method: "POST" });

    assertEquals(response.status, 405);
    assertEquals(response.headers.get("allow"), "GET, HEAD");
    assertEquals((await response.json()).code, "method_not_allowed");
  });
}

Deno.test("createApp() answers HEAD like GET without a body", async () => {
  const response = await ask(await createTestApp(), "/static/main.js", { method: "HEAD" });

  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/javascript; charset=utf-8");
  assertEquals(await response.text(), "");
});

Deno.test("createApp() hands /ws/:username to the socket route", async () => {
  const app = await createTestApp({ ws: (c) => new Response(c.req.param("username") ?? "") });

  assertEquals(await (await ask(app, "/ws/alice")).text(), "alice");
  const nobody = await ask(app, "/ws/");
  assertEquals(nobody.status, 404);
  await nobody.body?.cancel();
});

Deno.test("createApp() turns a refusal into problem details, with when to come back", async () => {
  const app = await createTestApp({
    ws: () => {
      throw new ChatError("server_full", { retryAfterMs: 1500 });
    },
  });

  const response = await ask(app, "/ws/alice");

  assertEquals(response.status, 503);
  assertEquals(response.headers.get("retry-after"), "2");
  assertEquals(await response.json(), {
    type: "about:blank",
    title: "The server is full. Try again later.",
    status: 503,
    code: "server_full",
    params: { retryAfterMs: 1500 },
  });
});

Deno.test("createApp() says that a plain request should have been an upgrade", async () => {
  const app = await createTestApp({
    ws: () => {
      throw new ChatError("upgrade_required", { host: "localhost:8000", username: "alice" });
    },
  });

  const response = await ask(app, "/ws/alice");

  assertEquals(response.status, 426);
  assertEquals(response.headers.get("upgrade"), "websocket");
  assertStringIncludes((await response.json()).title, "ws://localhost:8000/ws/alice");
});

Deno.test("createApp() logs a mistake of ours and keeps its details to itself", async () => {
  const events: string[] = [];
  const app = await createTestApp({
    log: { ...silentLog, error: (event) => events.push(event) },
    ws: () => {
      throw new Error("secret detail");
    },
  });

  const response = await ask(app, "/ws/alice");

  assertEquals(response.status, 500);
  assertEquals(await response.json(), {
    type: "about:blank",
    title: "Something went wrong on the server.",
    status: 500,
    code: "internal",
  });
  assertEquals(events, ["request failed"]);
});

Deno.test("createApp() is alive and ready", async () => {
  const app = await createTestApp();

  assertEquals(await (await ask(app, "/healthz")).text(), "ok\n");
  assertEquals(await (await ask(app, "/readyz")).text(), "ready\n");
});

Deno.test("createApp() is alive but not ready when it would not serve", async () => {
  const app = await createTestApp({
    whyNotReady: () => Promise.resolve(new ChatError("shutting_down")),
  });

  const response = await ask(app, "/readyz");

  assertEquals(response.status, 503);
  assertEquals(response.headers.get("retry-after"), "5");
  assertEquals((await response.json()).code, "shutting_down");
  assertEquals(await (await ask(app, "/healthz")).text(), "ok\n");
});
