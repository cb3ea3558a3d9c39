import type { Context } from "hono";
import { ChatError } from "../core/errors.ts";
import type { Assets } from "./assets.ts";
import { problemResponse } from "./problem.ts";

/** Answers for a path that leads nowhere: with a page that leads home, or with problem details. */
export function notFound(c: Context, assets: Assets): Response {
  const isBrowser = (c.req.header("accept") ?? "").includes("text/html");
  const response = isBrowser ? pageFor(c, assets) : problemResponse(new ChatError("not_found"));
  response.headers.set("vary", "accept");
  return response;
}

function pageFor(c: Context, { hash }: Assets): Response {
  const home = homeFrom(new URL(c.req.url).pathname);
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  return new Response(htmlOf(home, `${home}static/${hash}/`), { status: 404, headers });
}

/** The way to the chat, relative, as a proxy may serve it under any path. */
function homeFrom(path: string): string {
  return "../".repeat(path.split("/").length - 2) || "./";
}

function htmlOf(home: string, files: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Not found – Parley</title>
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="${files}favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${files}page.css">
  </head>
  <body>
    <main class="join">
      <div class="join__card">
        <h1 class="join__title">There is nothing at this address</h1>
        <p class="join__lead">The link may be mistyped or out of date. <a href="${home}">Open the chat</a></p>
      </div>
    </main>
  </body>
</html>
`;
}
