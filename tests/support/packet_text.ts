import { inflateRawSync } from "node:zlib";

/** The frames of a packet, whatever form it has. */
export function packetText(data: string | ArrayBuffer): string {
  if (typeof data === "string") return data;
  const bytes = new Uint8Array(data);
  return new TextDecoder().decode(bytes[0] === 0 ? inflateRawSync(bytes.subarray(1)) : bytes);
}
