import type { Context } from "hono";
import * as z from "zod";
import type { Caller } from "../core/accounts.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import { ChatError } from "../core/errors.ts";
import { addressKey, clientAddress, isSecure, type RouteEnv } from "./address.ts";
import { readCredential, sessionIdOf } from "./credentials.ts";
import { checkOrigin } from "./hosts.ts";

/** Most bytes of a request's body. */
const MAX_BODY_BYTES = 4096;
/** How long a body may take to arrive, in milliseconds. */
const BODY_TIMEOUT_MS = 5_000;

/** A username to compare with: whatever could be one, and little more. */
export const NameParameter = z.string().min(1, "must not be empty").max(
  64,
  "must be a username",
);

/** The key under which a request counts against limits by address. */
export function addressOf(c: Context<RouteEnv>, config: Config): string {
  return addressKey(clientAddress(c.req.raw, c.env.remoteAddr.hostname, config));
}

/** Says who asks: their session, if they present a credential, and their address. */
export async function callerOf(
  c: Context<RouteEnv>,
  config: Config,
  as?: string,
): Promise<Caller> {
  const remoteAddress = c.env.remoteAddr.hostname;
  const request = c.req.raw;
  const credential = readCredential(request, {
    isSecure: isSecure(request, remoteAddress, config),
  });
  return {
    sessionId: credential === undefined ? undefined : await sessionIdOf(credential),
    address: addressOf(c, config),
    as,
  };
}

/**
 * Refuses what a page of another site makes its visitor's browser ask. `Sec-Fetch-Site` is sent
 * by browsers to servers they reach safely; `none` means that a person typed the address.
 *
 * @throws {ChatError} `forbidden_origin`.
 */
export function requireOwnPage(c: Context<RouteEnv>, config: Config): void {
  const request = c.req.raw;
  checkOrigin(request, config, { isSecure: isSecure(request, c.env.remoteAddr.hostname, config) });
  const site = request.headers.get("sec-fetch-site") ?? "same-origin";
  const isOwn = site === "same-origin" || (site === "none" && request.method !== "POST");
  if (isOwn) return;
  throw new ChatError("forbidden_origin", {
    origin: request.headers.get("origin") ?? "another site",
  });
}

/**
 * Reads a request's query; each parameter may be given once.
 *
 * @throws {ChatError} `invalid_query`, naming the parameter.
 */
export function readQuery<Schema extends z.ZodType>(
  c: Context<RouteEnv>,
  schema: Schema,
): z.output<Schema> {
  const parameters = [...new URL(c.req.url).searchParams];
  const keys = parameters.map(([key]) => key);
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  if (repeated !== undefined) throw refusal("invalid_query", repeated, "was given more than once");
  return parse("invalid_query", schema, Object.fromEntries(parameters));
}

/**
 * Reads a request's body: a JSON object of at most 4 KiB, which arrives within five seconds.
 * Nothing of it is ever repeated but keys.
 *
 * @throws {ChatError} `json_required`, `request_timeout`, `body_too_large`, `invalid_json` or
 * `invalid_body`.
 */
export async function readBody<Schema extends z.ZodType>(
  c: Context<RouteEnv>,
  schema: Schema,
  clock: Pick<Clock, "schedule">,
): Promise<z.output<Schema>> {
  const mediaType = (c.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  // No page of another site can send this type without asking first, which is answered with no.
  if (mediaType !== "application/json") throw new ChatError("json_required");
  const text = await readText(c.req.raw, clock);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ChatError("invalid_json");
  }
  return parse("invalid_body", schema, value);
}

async function readText(request: Request, clock: Pick<Clock, "schedule">): Promise<string> {
  const reader = request.body?.getReader();
  if (!reader) return "";
  let isLate = false;
  // Cancelling makes the read that waits come back empty-handed.
  const deadline = clock.schedule(() => {
    isLate = true;
    reader.cancel().catch(() => {}); // The client has gone: there is nothing left to cancel.
  }, BODY_TIMEOUT_MS);
  try {
    return await readAll(reader, () => isLate);
  } finally {
    deadline.cancel();
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  isLate: () => boolean,
): Promise<string> {
  const decoder = new TextDecoder();
  let length = 0;
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > MAX_BODY_BYTES) throw new ChatError("body_too_large", { limit: MAX_BODY_BYTES });
    text += decoder.decode(part.value, { stream: true });
  }
  if (isLate()) throw new ChatError("request_timeout");
  return text + decoder.decode();
}

/** What people call a key of a query or a body. */
const KEY_NAMES = { invalid_query: "parameter", invalid_body: "key" } as const;

function parse<Schema extends z.ZodType>(
  code: "invalid_query" | "invalid_body",
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown) throw refusal(code, unknown.keys[0]!, `is not a known ${KEY_NAMES[code]}`);
  const issue = issues[0]!;
  const key = issue.path[0];
  if (key === undefined) throw new ChatError(code, { reason: "the body must be one JSON object." });
  throw refusal(code, String(key), problemOf(issue, value, key));
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, key: PropertyKey): string {
  if (issue.code !== "invalid_type") return issue.message;
  const isMissing = !Object.hasOwn(value as object, key);
  return isMissing ? "is missing" : `must be a ${issue.expected}`;
}

function refusal(code: "invalid_query" | "invalid_body", key: string, problem: string): ChatError {
  const printable = key.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
  const shown = [...printable].slice(0, 32).join("");
  return new ChatError(code, { key: shown, reason: `“${shown}” ${problem}.` });
}
