/**
 * Answers with JSON that is the asker's alone. A client that has this very answer already, as its
 * `If-None-Match` says, gets 304 without a body.
 */
export async function privateJson(request: Request, value: unknown): Promise<Response> {
  const text = JSON.stringify(value);
  const etag = await weakEtag(text);
  const headers = {
    etag,
    "content-type": "application/json",
    "cache-control": "private, no-cache",
    vary: "Cookie, Authorization",
  };
  if (!isListed(etag, request.headers.get("if-none-match"))) {
    return new Response(text, { headers });
  }
  const { "content-type": _, ...kept } = headers;
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
