import { ChatError, type ErrorCode } from "../core/errors.ts";

/** HTTP status of a refusal; 400 for those not named here. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  account_required: 401,
  forbidden_host: 403,
  forbidden_origin: 403,
  untrusted_proxy: 403,
  not_your_name: 403,
  sign_in_failed: 403,
  wrong_passphrase: 403,
  not_found: 404,
  unknown_conversation: 404,
  unknown_user: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  name_moved: 409,
  user_away: 409,
  username_taken: 409,
  body_too_large: 413,
  frame_too_large: 413,
  message_too_long: 413,
  json_required: 415,
  unsupported_data: 415,
  upgrade_required: 426,
  rate_limited: 429,
  too_many_attempts: 429,
  too_many_connections: 429,
  too_many_conversations: 429,
  too_many_errors: 429,
  too_many_packets: 429,
  internal: 500,
  search_busy: 503,
  server_busy: 503,
  server_full: 503,
  shutting_down: 503,
  unavailable: 503,
};

/** When to come back to a server that can't serve now, unless the refusal says it better. */
const RETRY_AFTER_MS = 5000;

/**
 * A refusal over plain HTTP, as problem details (RFC 9457) with the same code, sentence and params
 * that an `error` frame carries.
 *
 * @param headers Headers that belong to this refusal, such as `allow`.
 */
export function problemResponse(error: ChatError, headers: HeadersInit = {}): Response {
  const status = STATUSES[error.code] ?? 400;
  const body = {
    type: "about:blank",
    title: error.message,
    status,
    code: error.code,
    ...(Object.keys(error.params).length === 0 ? {} : { params: error.params }),
  };
  const text = JSON.stringify(body);
  const response = new Response(text, { status, headers });
  // Without it the answer would be compressed, which costs several times what refusing does.
  response.headers.set("content-length", String(new TextEncoder().encode(text).length));
  response.headers.set("content-type", "application/problem+json");
  response.headers.set("cache-control", "no-store");
  const retryAfterMs = error.params.retryAfterMs ?? (status === 503 ? RETRY_AFTER_MS : undefined);
  if (retryAfterMs !== undefined) {
    response.headers.set("retry-after", String(Math.ceil(Number(retryAfterMs) / 1000)));
  }
  // A 401 must say how to do better (RFC 9110, section 15.5.2); no browser asks for a Bearer.
  if (status === 401) response.headers.set("www-authenticate", "Bearer");
  if (error.code === "upgrade_required") {
    response.headers.set("upgrade", "websocket");
    response.headers.set("sec-websocket-version", "13");
  }
  return response;
}
