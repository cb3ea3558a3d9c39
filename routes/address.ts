import type { Config } from "../core/config.ts";
import { type IpAddress, isInRange, parseIp, parseIpRange } from "../core/ip_ranges.ts";

/** What Hono is told about each request besides itself: who is at the socket's other end. */
export interface RouteEnv {
  Bindings: { readonly remoteAddr: { readonly hostname: string } };
}

/** The part of the configuration that says whose headers are believed. */
type ProxyConfig = Pick<Config, "trustedProxies">;

/**
 * The client's address, for limits and logs: the nearest one on the way here that isn't a trusted
 * proxy. `X-Forwarded-For` is walked from the right, as anything further left may be made up.
 *
 * @param remoteAddress Address of the socket's other end.
 * @returns Dotted IPv4 (also for its IPv6-mapped form), or eight IPv6 groups without shortening.
 */
export function clientAddress(
  request: Request,
  remoteAddress: string,
  config: ProxyConfig,
): string {
  const forwarded = (request.headers.get("x-forwarded-for") ?? "").split(",");
  let address = parseIp(remoteAddress);
  while (address !== undefined && isTrusted(address, config)) {
    const next = parseHop(forwarded.pop() ?? "");
    if (next === undefined) break;
    address = next;
  }
  return address === undefined ? remoteAddress : address.toNormalizedString();
}

/**
 * The key under which an address counts against a limit: IPv4 whole, IPv6 by its /64, because one
 * household holds a whole /64 and could take a new address for each connection.
 */
export function addressKey(address: string): string {
  const ip = parseIp(address);
  if (ip === undefined) return address;
  const text = ip.toNormalizedString();
  return ip.kind() === "ipv4" ? text : `${text.split(":").slice(0, 4).join(":")}::/64`;
}

/** Whether the client reached us by https, which only a trusted proxy's header may say. */
export function isSecure(request: Request, remoteAddress: string, config: ProxyConfig): boolean {
  if (config.trustedProxies.length === 0) return false;
  const address = parseIp(remoteAddress);
  if (address === undefined || !isTrusted(address, config)) return false;
  const schemes = (request.headers.get("x-forwarded-proto") ?? "").split(",");
  return schemes.at(-1)!.trim().toLowerCase() === "https";
}

function isTrusted(address: IpAddress, { trustedProxies }: ProxyConfig): boolean {
  return trustedProxies.some((text) => {
    const range = parseIpRange(text);
    return range !== undefined && isInRange(address, range);
  });
}

/** One entry of `X-Forwarded-For`; some proxies add a port, and brackets around IPv6. */
function parseHop(entry: string): IpAddress | undefined {
  const text = entry.trim();
  const [, inBrackets] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const [, beforePort] = /^([\d.]+):\d+$/.exec(text) ?? [];
  return parseIp(inBrackets ?? beforePort ?? text);
}
