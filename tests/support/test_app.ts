import { Hono } from "hono";
import { parseConfig } from "../../core/config.ts";
import type { Log } from "../../core/log.ts";
import type { RouteEnv } from "../../routes/address.ts";
import { type AppDeps, createApp } from "../../routes/app.ts";
import { type Assets, loadAssets } from "../../routes/assets.ts";

/** A log that keeps nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Small static files, so that tests of routes don't depend on the page. */
export const FIXTURES: Readonly<Record<string, string>> = {
  "index.html": `<!doctype html><link rel="stylesheet" href="static/css/base.css">
<script type="module" src="./static/main.js"></script><a href="/elsewhere/static/x">x</a>`,
  "main.js": `import { b } from "./lib/b.js";\n`.repeat(100),
  "lib/b.js": "export const b = 1;\n",
  "css/base.css": "body { margin: 0 }\n".repeat(100),
  "icon.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
  "icon.png": "\x89PNG",
  "app.webmanifest": "{}",
  "odd name.txt": "odd",
  ".hidden": "secret",
};

/** Writes files into a new folder and loads them as assets. */
export async function assetsFrom(files: Readonly<Record<string, string>>): Promise<Assets> {
  const folder = await Deno.makeTempDir({ prefix: "parley-assets-" });
  for (const [path, text] of Object.entries(files)) {
    const file = `${folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  try {
    return await loadAssets(new URL(`file://${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The HTTP side with fixtures for files and a stub for the socket route. */
export async function createTestApp(
  deps: Partial<AppDeps> = {},
  settings: readonly string[] = [],
): Promise<Hono<RouteEnv>> {
  const args = ["--hosts", "chat.example", ...settings];
  const command = parseConfig(args, {}, { isTerminal: false });
  if (command.kind !== "run") throw new Error("Expected a config");
  return createApp({
    config: command.config,
    log: silentLog,
    assets: await assetsFrom(FIXTURES),
    ws: () => new Response("socket"),
    api: new Hono(),
    whyNotReady: () => Promise.resolve(undefined),
    ...deps,
  });
}

/** Asks the app as a client at 127.0.0.1 that reached it as localhost:8000. */
export async function ask(
  app: Hono<RouteEnv>,
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
  const headers = { host: "localhost:8000", ...init.headers };
  const request = new Request(`http://localhost:8000${path}`, { ...init, headers });
  return await app.fetch(request, { remoteAddr: { hostname: "127.0.0.1" } });
}
