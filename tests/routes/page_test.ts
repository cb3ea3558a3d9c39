import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { loadAssets } from "../../routes/assets.ts";
import { ask, assetsFrom, createTestApp, FIXTURES } from "../support/test_app.ts";

const CREDENTIAL = "a".repeat(43);

Deno.test("GET / points the page's references into the hashed folder", async () => {
  const assets = await assetsFrom(FIXTURES);
  const app = await createTestApp({ assets });

  const response = await ask(app, "/");

  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(response.headers.get("cache-control"), "private, no-cache");
  assertEquals(
    await response.text(),
    `<!doctype html><link rel="stylesheet" href="static/${assets.hash}/css/base.css">
<script type="module" src="./static/${assets.hash}/main.js"></script><a href="/elsewhere/static/x">x</a>`,
  );
});

Deno.test("GET / hands out a credential when none was presented", async () => {
  const response = await ask(await createTestApp(), "/");

  await response.body?.cancel();
  assertMatch(
    response.headers.get("set-cookie") ?? "",
    /^parley-8000=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/,
  );
});

Deno.test("GET / leaves a credential alone when one was presented", async () => {
  const headers = { cookie: `parley-8000=${CREDENTIAL}` };
  const response = await ask(await createTestApp(), "/", { headers });

  await response.body?.cancel();
  assertEquals(response.headers.get("set-cookie"), null);
});

Deno.test("GET / doesn't believe https from a proxy that isn't trusted", async () => {
  const headers = { "x-forwarded-proto": "https" };
  const response = await ask(await createTestApp(), "/", { headers });

  await response.body?.cancel();
  assertMatch(response.headers.get("set-cookie") ?? "", /^parley-8000=/);
});

for (
  const [path, mediaType] of [
    ["main.js", "text/javascript; charset=utf-8"],
    ["lib/b.js", "text/javascript; charset=utf-8"],
    ["css/base.css", "text/css; charset=utf-8"],
    ["icon.svg", "image/svg+xml"],
    ["icon.png", "image/png"],
    ["app.webmanifest", "application/manifest+json"],
    ["odd%20name.txt", "text/plain; charset=utf-8"],
  ] as const
) {
  Deno.test(`GET /static/${path} is ${mediaType}`, async () => {
    const response = await ask(await createTestApp(), `/static/${path}`);

    await response.body?.cancel();
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("content-type"), mediaType);
    assertEquals(response.headers.get("cache-control"), "no-cache");
  });
}

Deno.test("GET /static/<hash>/… may be cached for ever, relative imports too", async () => {
  const assets = await assetsFrom(FIXTURES);
  const app = await createTestApp({ assets });

  for (const path of ["main.js", "lib/b.js"]) {
    const response = await ask(app, `/static/${assets.hash}/${path}`);

    assertEquals(await response.text(), FIXTURES[path]);
    assertEquals(
      response.headers.get("cache-control"),
      "public, max-age=31536000, immutable",
    );
  }
});

Deno.test("GET /static/<hash>/… is nowhere when the hash is another version's", async () => {
  const response = await ask(await createTestApp(), "/static/0123456789abcdef/main.js");

  await response.body?.cancel();
  assertEquals(response.status, 404);
});

Deno.test("loadAssets() names the hashed folder by every file's path and content", async () => {
  const { hash } = await assetsFrom(FIXTURES);

  assertEquals((await assetsFrom(FIXTURES)).hash, hash);
  assertNotEquals((await assetsFrom({ ...FIXTURES, "lib/b.js": "changed" })).hash, hash);
  assertNotEquals((await assetsFrom({ ...FIXTURES, "lib/c.js": "" })).hash, hash);
});

Deno.test("loadAssets() refuses a folder without a page", async () => {
  await assertRejects(() => assetsFrom({ "main.js": "" }), Error, "index.html is missing");
  await assertRejects(() => loadAssets(new URL("file:///nowhere/at/all/")), Deno.errors.NotFound);
});

for (const path of ["/", "/static/main.js"]) {
  Deno.test(`GET ${path} is not sent again when the ETag is known`, async () => {
    const app = await createTestApp();
    const first = await ask(app, path);
    await first.body?.cancel();
    const etag = first.headers.get("etag")!;

    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const second = await ask(app, path, { headers: { "if-none-match": known } });

      assertEquals(second.status, 304);
      assertEquals(second.body, null);
      assertEquals(second.headers.get("etag"), etag);
    }
    assertMatch(etag, /^"[0-9a-f]{16}"$/);
  });
}

for (
  const [accepted, coding] of [
    [undefined, null],
    ["", null],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["deflate", null],
    ["identity", null],
    ["*", "br"],
  ] as const
) {
  Deno.test(`GET /static/main.js is coded as ${coding} when ${accepted} is accepted`, async () => {
    const headers = accepted === undefined ? {} : { "accept-encoding": accepted };
    const response = await ask(await createTestApp(), "/static/main.js", { headers });
    const bytes = new Uint8Array(await response.arrayBuffer());

    assertEquals(response.headers.get("content-encoding"), coding);
    assertEquals(response.headers.get("vary"), "accept-encoding");
    assertEquals(response.headers.get("content-length"), String(bytes.length));
    assertEquals(decode(bytes, coding), FIXTURES["main.js"]);
  });
}

Deno.test("GET /static/* tells codings of one file apart by ETag", async () => {
  const app = await createTestApp();
  const etags = await Promise.all(["br", "gzip", "identity"].map(async (coding) => {
    const headers = { "accept-encoding": coding };
    const response = await ask(app, "/static/main.js", { headers });
    await response.body?.cancel();
    return response.headers.get("etag");
  }));

  assertEquals(new Set(etags).size, 3);
});

Deno.test("GET /static/icon.png is not compressed", async () => {
  const headers = { "accept-encoding": "br, gzip" };
  const response = await ask(await createTestApp(), "/static/icon.png", { headers });

  await response.body?.cancel();
  assertEquals(response.headers.get("content-encoding"), null);
  assertEquals(response.headers.get("vary"), null);
});

for (
  const path of [
    "/static/",
    "/static",
    "/static/../main.ts",
    "/static/%2e%2e/main.ts",
    "/static/%2E%2E%2Fmain.ts",
    "/static/%252e%252e%252fmain.ts",
    "/static/..%5cmain.ts",
    "/static/..\\main.ts",
    "/static//etc/passwd",
    "/static/%2Fetc%2Fpasswd",
    "/static/file:///etc/passwd",
    "/static/main.js%00",
    "/static/main.js%00.css",
    "/static/main.js/",
    "/static/lib",
    "/static/lib/../../main.ts",
    "/static/lib%2Fb.js",
    "/static/.hidden",
    "/static/index.html",
    "/static/%FF",
    "/static/%",
    "/static/MAIN.JS",
  ]
) {
  Deno.test(`GET ${path} is nowhere`, async () => {
    const response = await ask(await createTestApp(), path);

    await response.body?.cancel();
    assertEquals(response.status, 404);
  });
}

function decode(bytes: Uint8Array, coding: string | null): string {
  const plain = coding === "br"
    ? brotliDecompressSync(bytes)
    : coding === "gzip"
    ? gunzipSync(bytes)
    : bytes;
  return new TextDecoder().decode(plain);
}
