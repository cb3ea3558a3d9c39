import { compress } from "hono/compress";

/** Compresses what {@linkcode publicJson} answers with, and nothing of {@linkcode privateJson}. */
export const compressPublic = compress();

/**
 * Answers with JSON that is the asker's alone. Nothing may compress it: the length of what is
 * compressed tells of a secret in it to somebody who chooses the text beside it
 * (`docs/decisions/0012-compressed-answers.md`). A client that has this very answer already, as its
 * `If-None-Match` says, gets 304 without a body.
 */
export function privateJson(request: Request, value: unknown): Promise<Response> {
  return json(request, value, "private, no-cache, no-transform");
}

/** Answers as {@linkcode privateJson} does, with what anybody may read. */
export function publicJson(request: Request, value: unknown): Promise<Response> {
  return json(request, value, "private, no-cache");
}

async function json(request: Request, value: unknown, caching: string): Promise<Response> {
  const text = JSON.stringify(value);
  const etag = await weakEtag(text);
  const headers = {
    etag,
    "content-type": "application/json",
    // Compressing fewer bytes than this would cost more than it saves; Hono looks at this header.
    "content-length": String(new TextEncoder().encode(text).length),
    "cache-control": caching,
    vary: "Cookie, Authorization",
  };
  if (!isListed(etag, request.headers.get("if-none-match"))) {
    return new Response(text, { headers });
  }
  const { "content-type": _type, "content-length": _length, ...kept } = headers;
  return new Response(null, { status: 304, headers: kept });
}

/** Weak, as the same content may be sent in other codings by what stands in between. */
async function weakEtag(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `W/"${new Uint8Array(digest).toHex().slice(0, 32)}"`;
}

/** Compares as RFC 9110, section 13.1.2 asks: weakly, and `*` stands for anything. */
function isListed(etag: string, header: string | null): boolean {
  if (header === null) return false;
  const tags = header.split(",").map((tag) => tag.trim());
  return tags.some((tag) => tag === "*" || opaqueTag(tag) === opaqueTag(etag));
}

function opaqueTag(etag: string): string {
  return etag.replace(/^W\//, "");
}
