import { assert, assertEquals } from "@std/assert";
import { chromium } from "playwright-core";
import { launchOptions, pageTest } from "../support/browser.ts";
import { startTestServer } from "../support/test_server.ts";

// A browser context of its own counts as incognito, where nothing can be installed.
pageTest("the page can be installed as an app", async () => {
  await using cleanup = new AsyncDisposableStack();
  const profile = await Deno.makeTempDir({ prefix: "parley-profile-" });
  cleanup.defer(() => Deno.remove(profile, { recursive: true }));
  const server = cleanup.use(await startTestServer());
  const context = await chromium.launchPersistentContext(profile, await launchOptions());
  cleanup.defer(() => context.close());
  const page = context.pages()[0]!;
  await page.goto(server.url);
  const session = await context.newCDPSession(page);

  const manifest = await session.send("Page.getAppManifest");
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");

  assertEquals(manifest.errors, []);
  assertEquals(installabilityErrors, []);
  assertEquals(new URL(manifest.manifest!.startUrl!).pathname, "/");
  assertEquals(new URL(manifest.manifest!.scope!).pathname, "/");
});

pageTest("every icon has the size that is promised", async (browser) => {
  await using server = await startTestServer();
  const page = await browser.newPage();
  await page.goto(server.url);

  const promised: Record<string, string> = {};
  const manifest = await page.locator('link[rel="manifest"]').evaluate(async (link) => {
    const { href } = link as unknown as { href: string };
    const { icons } = await (await fetch(href)).json();
    return { href, icons: icons as { src: string; sizes: string }[] };
  });
  for (const { src, sizes } of manifest.icons) {
    if (sizes !== "any") promised[new URL(src, manifest.href).href] = sizes;
  }
  const touch = page.locator('link[rel="apple-touch-icon"]');
  promised[await touch.evaluate((link) => (link as unknown as { href: string }).href)] = "180x180";

  const found: Record<string, string> = {};
  for (const url of Object.keys(promised)) {
    const response = await fetch(url);
    found[url] = sizeOf(await response.bytes());
    assertEquals(response.headers.get("content-type"), "image/png", url);
  }
  assertEquals(found, promised);
  assert(Object.keys(promised).length >= 4);
});

/** Width and height, as a PNG's header has them. */
function sizeOf(png: Uint8Array<ArrayBuffer>): string {
  const view = new DataView(png.buffer);
  return `${view.getUint32(16)}x${view.getUint32(20)}`;
}
