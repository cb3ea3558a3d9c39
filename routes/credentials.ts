import { randomText } from "../core/ids.ts";
import { portOf, type Security } from "./hosts.ts";

/** 256 random bits as base64url: what a client holds, and what nobody else ever sees. */
const CREDENTIAL = /^[A-Za-z0-9_-]{43}$/;
/** The longest time a browser keeps a cookie: 400 days (RFC 6265bis, section 5.5). */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

/** How a cookie is named and flagged; see {@linkcode credentialCookie}. */
export interface CookieContext extends Security {
  /** Port of the `Host` header: cookies ignore ports, so over http the name holds it. */
  readonly port: number;
}

/**
 * The credential that a request presents, if it is well-formed: `Authorization: Bearer` wins over
 * the cookie. Whatever is malformed counts as not presented.
 *
 * @throws {ChatError} `bad_host` if the `Host` header, whose port names the cookie, is malformed.
 */
export function readCredential(request: Request, { isSecure }: Security): string | undefined {
  const context = { isSecure, port: portOf(request, { isSecure }) };
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const presented = [bearer, cookieValue(request, cookieName(context))];
  return presented.find((text) => text !== undefined && CREDENTIAL.test(text));
}

/** A new credential: 43 characters of base64url. */
export function newCredential(): string {
  return randomText(32);
}

/**
 * The `Set-Cookie` value that hands a credential to a browser. By https the name's `__Host-` prefix
 * keeps other hosts and plain http from setting it.
 */
export function credentialCookie(credential: string, context: CookieContext): string {
  const attributes = `Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax`;
  const secure = context.isSecure ? "; Secure" : "";
  return `${cookieName(context)}=${credential}; ${attributes}${secure}`;
}

/** The session a credential opens: its SHA-256 as base64url. Only this is ever kept. */
export async function sessionIdOf(credential: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(credential));
  return new Uint8Array(digest).toBase64({ alphabet: "base64url", omitPadding: true });
}

function cookieName({ isSecure, port }: CookieContext): string {
  return isSecure ? "__Host-parley" : `parley-${port}`;
}

/**
 * A cookie's value; none when it is there twice with different ones. Over plain http a page on
 * another port of the same host can plant one with a longer path, which is then sent first: taking
 * it would put whoever is here into a session that somebody else holds, too.
 */
function cookieValue(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const values = new Set(
    pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1)),
  );
  return values.size === 1 ? [...values][0] : undefined;
}
