import type { Config } from "../core/config.ts";
import { ChatError } from "../core/errors.ts";
import { parseIp } from "../core/ip_ranges.ts";

/** What a `Host` header or an origin names: a host in its one form, and a port. */
interface Authority {
  /** Lower-case ASCII, without a dot at the end; an IPv6 address keeps its brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** Whether the request came by https; only a trusted proxy's header can say so. */
export interface Security {
  readonly isSecure: boolean;
}

/**
 * Refuses requests for hosts this server doesn't answer to. That is what keeps a hostile site from
 * reaching a server in somebody's network by pointing its own name at it (DNS rebinding).
 *
 * The header itself is read: without one, `request.url` says `localhost`.
 *
 * @throws {ChatError} `bad_host` if it is missing or malformed, `forbidden_host` if it is foreign.
 */
export function checkHost(request: Request, config: Pick<Config, "hosts">): void {
  const { hostname } = hostOf(request, { isSecure: false });
  if (isLocal(hostname) || isIpLiteral(hostname) || config.hosts.includes(hostname)) return;
  throw new ChatError("forbidden_host", { host: hostname });
}

/**
 * Refuses requests from pages of other sites: an `Origin` must name the very host and port that
 * `Host` names, or be listed. A request without `Origin` doesn't come from a browser.
 *
 * @throws {ChatError} `untrusted_proxy` if the page is from this very host, but by https that no
 *   trusted proxy vouches for; else `forbidden_origin`; `bad_host` if there is nothing to compare
 *   with.
 */
export function checkOrigin(
  request: Request,
  config: Pick<Config, "origins">,
  security: Security,
): void {
  const origin = request.headers.get("origin");
  if (origin === null || config.origins.includes(origin)) return;
  if (!isSameOrigin(origin, hostOf(request, security), security)) {
    const secure = { isSecure: true };
    if (isSameOrigin(origin, hostOf(request, secure), secure)) {
      throw new ChatError("untrusted_proxy");
    }
    throw new ChatError("forbidden_origin", { origin: printable(origin) });
  }
}

/**
 * The port that the client connected to, as its `Host` header says.
 *
 * @throws {ChatError} `bad_host` if the header is missing or malformed.
 */
export function portOf(request: Request, security: Security): number {
  return hostOf(request, security).port;
}

function isSameOrigin(origin: string, host: Authority, { isSecure }: Security): boolean {
  const [, scheme, authority] = /^(https?):\/\/([^/]+)$/.exec(origin) ?? [];
  if (scheme === undefined || authority === undefined) return false;
  if (scheme === "https" && !isSecure) return false;
  const from = parseAuthority(authority, scheme === "https");
  return from !== undefined && from.hostname === host.hostname && from.port === host.port;
}

/** The `Host` read last: nearly every request names the same one, and is asked for it thrice. */
let latest: { text: string; isSecure: boolean; host: Authority } | undefined;

function hostOf(request: Request, { isSecure }: Security): Authority {
  const text = request.headers.get("host") ?? "";
  if (latest?.text === text && latest.isSecure === isSecure) return latest.host;
  const host = parseAuthority(text, isSecure);
  if (host === undefined) throw new ChatError("bad_host");
  latest = { text, isSecure, host };
  return host;
}

/** Reads `host` or `host:port`; nothing else, such as a user name or a path, may be there. */
function parseAuthority(text: string, isSecure: boolean): Authority | undefined {
  const [, name, port] = /^(\[[0-9a-f:.]+\]|[\p{L}\p{M}\p{N}_.-]+)(?::(\d{1,5}))?$/iu.exec(text) ??
    [];
  if (name === undefined || Number(port) > 65_535) return undefined;
  const hostname = URL.parse(`http://${name}`)?.hostname.replace(/\.$/, "");
  if (hostname === undefined || hostname === "") return undefined;
  return { hostname, port: port === undefined ? (isSecure ? 443 : 80) : Number(port) };
}

function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost");
}

function isIpLiteral(hostname: string): boolean {
  return hostname.startsWith("[") || parseIp(hostname) !== undefined;
}

/** A header's text made safe to repeat to people. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
}
