import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { requestRaw } from "./support/raw_websocket.ts";
import { startTestServer } from "./support/test_server.ts";

Deno.test("S1 GET / serves the chat page", async () => {
  await using server = await startTestServer();

  const response = await fetch(`${server.url}/`);
  const html = await response.text();

  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertStringIncludes(response.headers.get("content-security-policy") ?? "", "script-src 'self'");
  assertMatch(response.headers.get("set-cookie") ?? "", /^parley-\d+=.*HttpOnly; SameSite=Lax/);
  assertMatch(html, /^<!doctype html>/i);
  assertStringIncludes(html, "<title>");
});

Deno.test("S2 the page's CSS and JavaScript come with type, ETag, coding and caching", async () => {
  await using server = await startTestServer();
  const html = await (await fetch(`${server.url}/`)).text();
  const paths = referencesIn(html);

  assert(paths.some((path) => path.endsWith(".js")) && paths.some((path) => path.endsWith(".css")));
  for (const path of paths) {
    const response = await fetch(`${server.url}/${path}`);
    await response.body?.cancel();

    assertEquals(response.status, 200, path);
    assertMatch(path, /^(\.\/)?static\/[0-9a-f]{16}\//);
    assertEquals(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assertEquals(response.headers.get("content-type"), mediaTypeOf(path), path);
    assertMatch(response.headers.get("etag") ?? "", /^"[0-9a-f]{16}(-br|-gzip)?"$/);
  }
});

Deno.test("S2 what a module imports is under the same hash, with nothing left out", async () => {
  await using server = await startTestServer();
  const html = await (await fetch(`${server.url}/`)).text();
  const pending = referencesIn(html).filter((path) => path.endsWith(".js"))
    .map((path) => new URL(path, `${server.url}/`).href);
  const seen = new Set<string>();

  for (let url = pending.pop(); url !== undefined; url = pending.pop()) {
    if (seen.has(url)) continue;
    seen.add(url);
    const response = await fetch(url);
    const code = await response.text();

    assertEquals(response.status, 200, url);
    assertMatch(new URL(url).pathname, /^\/static\/[0-9a-f]{16}\//);
    pending.push(...importsIn(code).map((path) => new URL(path, url!).href));
  }
  assert(seen.size > 5);
});

for (const coding of ["gzip", "br"] as const) {
  Deno.test(`S2 a static file is sent as ${coding} when that is accepted, and 304 after`, async () => {
    await using server = await startTestServer();
    const url = `${server.url}/static/main.js`;
    const plain = await (await fetch(url, { headers: { "accept-encoding": "identity" } })).text();
    const first = await fetch(url, { headers: { "accept-encoding": coding } });
    const etag = first.headers.get("etag")!;

    const second = await fetch(url, {
      headers: { "accept-encoding": coding, "if-none-match": etag },
    });

    assertEquals(await first.text(), plain);
    assert(etag.endsWith(`-${coding}"`));
    assertEquals(second.status, 304);
    assertEquals(await second.text(), "");
  });
}

// Sent as they are: a client's URL parser would take the dots out.
for (
  const path of [
    "/static/../main.ts",
    "/static/../../../../../../etc/passwd",
    "/static/./../deno.json",
    "/static/%2e%2e/main.ts",
    "/static/%2e%2e%2fmain.ts",
    "/static/..%2fmain.ts",
    "/static/%252e%252e%252fmain.ts",
    "/static/..\\main.ts",
    "/static/..%5cmain.ts",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/file:///etc/passwd",
    "/static/main.js%00",
    "/static/%00",
    "/static/%ff",
    "/static/main.js/..",
    "/static/0000000000000000/../../main.ts",
  ]
) {
  Deno.test(`S2 there is no way out of the folder by ${path}`, async () => {
    await using server = await startTestServer();
    const { host, port } = new URL(server.url);

    const answer = await requestRaw(
      Number(port),
      `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
    );

    assertMatch(answer, /^HTTP\/1\.1 40[04] /);
    assert(!answer.includes("root:") && !answer.includes("import "));
  });
}

function referencesIn(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src)="([^"#]+)"/g)].map(([, path]) => path!)
    .filter((path) => path.includes("static/"));
}

function importsIn(code: string): string[] {
  return [...code.matchAll(/^(?:import|export)\b[^"';]*["'](\.[^"']+)["']/gm)]
    .map(([, path]) => path!);
}

function mediaTypeOf(path: string): string | undefined {
  const types: Record<string, string> = {
    css: "text/css; charset=utf-8",
    js: "text/javascript; charset=utf-8",
    svg: "image/svg+xml",
    webmanifest: "application/manifest+json",
    png: "image/png",
  };
  return types[path.split(".").at(-1)!];
}
