/** An IP address as 16 bytes; IPv4 is kept in its IPv6-mapped form (RFC 4291, section 2.5.5.2). */
export type IpBytes = readonly number[];

/** A range of addresses: those that share the first `prefixBits` bits of `bytes`. */
export interface IpRange {
  readonly bytes: IpBytes;
  /** 0 to 128, counted over the 16 bytes: an IPv4 `/8` is 104 here. */
  readonly prefixBits: number;
}

const MAPPED_PREFIX: IpBytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/**
 * Reads an IPv4 or IPv6 address in its usual notation, without brackets, port or zone.
 *
 * @returns 16 bytes, or nothing if the text isn't an address.
 */
export function parseIp(text: string): IpBytes | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Reads an address (`10.0.0.1`) or a range in CIDR notation (`10.0.0.0/8`, `fd00::/8`). */
export function parseIpRange(text: string): IpRange | undefined {
  const [address, prefix, ...rest] = text.split("/");
  const bytes = parseIp(address ?? "");
  if (bytes === undefined || rest.length > 0) return undefined;
  if (prefix === undefined) return { bytes, prefixBits: 128 };
  const offset = address!.includes(":") ? 0 : 96;
  const prefixBits = /^\d{1,3}$/.test(prefix) ? Number(prefix) + offset : Infinity;
  return prefixBits <= 128 ? { bytes, prefixBits } : undefined;
}

/** Whether an address lies in a range. */
export function isInRange(address: IpBytes, range: IpRange): boolean {
  for (let bit = 0; bit < range.prefixBits; bit += 8) {
    const mask = 0xff & ~(0xff >> Math.min(8, range.prefixBits - bit));
    const index = bit / 8;
    if (((address[index]! ^ range.bytes[index]!) & mask) !== 0) return false;
  }
  return true;
}

/** Whether these bytes are an IPv4 address in its mapped form. */
export function isIpv4(address: IpBytes): boolean {
  return MAPPED_PREFIX.every((byte, index) => byte === address[index]);
}

/** Writes an address in one form only: dotted IPv4, or eight IPv6 groups without shortening. */
export function formatIp(address: IpBytes): string {
  return isIpv4(address) ? address.slice(12).join(".") : ipv6Groups(address).join(":");
}

/** The address's groups of 16 bits in lower-case hexadecimal, eight of them. */
export function ipv6Groups(address: IpBytes): string[] {
  return Array.from(
    { length: 8 },
    (_, i) => (address[2 * i]! * 256 + address[2 * i + 1]!).toString(16),
  );
}

function parseIpv4(text: string): IpBytes | undefined {
  const parts = text.split(".");
  const isValid = parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return isValid ? [...MAPPED_PREFIX, ...parts.map(Number)] : undefined;
}

function parseIpv6(text: string): IpBytes | undefined {
  const [head, tail, ...rest] = text.split("::");
  if (rest.length > 0) return undefined;
  const start = groupBytes(head!);
  const end = tail === undefined ? [] : groupBytes(tail);
  if (start === undefined || end === undefined) return undefined;
  const missing = 16 - start.length - end.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...start, ...Array<number>(missing).fill(0), ...end];
}

/** Bytes of colon-separated groups, the last of which may be a dotted IPv4 address. */
function groupBytes(text: string): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    const isLast = index === groups.length - 1;
    const ipv4 = isLast && group.includes(".") ? parseIpv4(group)?.slice(12) : undefined;
    if (ipv4 === undefined && !/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    const value = parseInt(group, 16);
    bytes.push(...(ipv4 ?? [value >> 8, value & 0xff]));
  }
  return bytes;
}
