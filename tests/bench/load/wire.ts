/** Opcodes of WebSocket frames (RFC 6455, section 5.2). */
export const OPCODES = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Called with each whole packet, which is in `bytes` from `start` up to `end`. */
export type OnPacket = (
  opcode: number,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
) => void;

const FINAL = 0x80;
const MASKED = 0x80;

/**
 * Finds whole packets by their headers.
 *
 * @returns Where the first incomplete packet begins; `end` if there is none.
 * @throws {Error} On a fragmented packet, which no measured server sends.
 */
export function scanPackets(
  bytes: Uint8Array<ArrayBuffer>,
  end: number,
  onPacket: OnPacket,
): number {
  let at = 0;
  while (end - at >= 2) {
    const length = bytes[at + 1]! & 0x7f;
    const header = length < 126 ? 2 : length === 126 ? 4 : 10;
    if (end - at < header) break;
    const start = at + header;
    const next = start + (length < 126 ? length : readLength(bytes, at + 2, header - 2));
    if (next > end) break;
    if (bytes[at]! < FINAL) throw new Error("The server sent a packet in fragments");
    onPacket(bytes[at]! & 0x0f, bytes, start, next);
    at = next;
  }
  return at;
}

/** A packet of a client. The mask is zero, so that the payload can be changed in place. */
export function maskedPacket(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = maskedHeader(opcode, payload.length);
  const packet = new Uint8Array(header.length + payload.length);
  packet.set(header);
  packet.set(payload, header.length);
  return packet;
}

function maskedHeader(opcode: number, length: number): number[] {
  const mask = [0, 0, 0, 0];
  const first = FINAL | opcode;
  if (length < 126) return [first, MASKED | length, ...mask];
  if (length < 65_536) return [first, MASKED | 126, length >> 8, length & 0xff, ...mask];
  throw new RangeError(`Cannot send ${length} bytes as one packet: at most 65,535 fit`);
}

function readLength(bytes: Uint8Array, at: number, width: number): number {
  let length = 0;
  for (let i = at; i < at + width; i++) length = length * 256 + bytes[i]!;
  return length;
}
