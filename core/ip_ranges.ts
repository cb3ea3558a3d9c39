import ipaddr from "ipaddr.js";

/** An IPv4 or IPv6 address; an IPv4 one is never in its IPv6-mapped form. */
export type IpAddress = ReturnType<typeof ipaddr.process>;

/** The addresses that share their first `prefixBits` bits with `address`. */
export interface IpRange {
  readonly address: IpAddress;
  /** 0 to 32, or 128 for IPv6. */
  readonly prefixBits: number;
}

/** How many bits of an IPv4 address in its IPv6-mapped form come before it (RFC 4291, 2.5.5.2). */
const MAPPED_BITS = 96;

/**
 * Reads an IPv4 or IPv6 address in its usual notation, without brackets or port. A zone
 * (`fe80::1%eth0`) is left out: it names an interface of one machine.
 */
export function parseIp(text: string): IpAddress | undefined {
  const plain = text.includes(":") ? text.replace(/%[^%]+$/, "") : text;
  const isAddress = plain.includes(":")
    ? ipaddr.IPv6.isValid(plain) && !plain.includes("%")
    : ipaddr.IPv4.isValidFourPartDecimal(plain);
  return isAddress ? ipaddr.process(plain) : undefined;
}

/**
 * Reads an address (`10.0.0.1`) or a range in CIDR notation (`10.0.0.0/8`, `fd00::/8`).
 *
 * @returns Nothing for what can't be meant: an address beyond the prefix (`127.0.0.1/0`), or IPv4 in
 * its IPv6-mapped form with a prefix of IPv4 (`::ffff:10.0.0.0/8` would hold all of IPv4).
 */
export function parseIpRange(text: string): IpRange | undefined {
  const [addressText = "", prefix, ...rest] = text.split("/");
  const address = parseIp(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  const bits = address.toByteArray().length * 8;
  if (prefix === undefined) return { address, prefixBits: bits };
  const mappedBits = addressText.includes(":") && bits === 32 ? MAPPED_BITS : 0;
  const prefixBits = /^\d{1,3}$/.test(prefix) ? Number(prefix) - mappedBits : Infinity;
  if (prefixBits < 0 || prefixBits > bits) return undefined;
  return hasBitsBeyond(address, prefixBits) ? undefined : { address, prefixBits };
}

/** Whether an address lies in a range. */
export function isInRange(address: IpAddress, range: IpRange): boolean {
  return address.kind() === range.address.kind() && address.match(range.address, range.prefixBits);
}

function hasBitsBeyond(address: IpAddress, prefixBits: number): boolean {
  return address.toByteArray().some((byte, index) => {
    const own = Math.min(8, Math.max(0, prefixBits - index * 8));
    return (byte & (0xff >> own)) !== 0;
  });
}
