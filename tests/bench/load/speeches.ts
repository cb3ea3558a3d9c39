import type { Job, Speech } from "./job.ts";
import {
  blankText,
  digits,
  findMark,
  MARK_BYTES,
  TextSupply,
  writeMark,
  writeNumber,
} from "./marks.ts";
import { maskedPacket, OPCODES } from "./wire.ts";

const encoder = new TextEncoder();
const supply = new TextSupply();
/** Start of the id field; the digits of sender and number follow, with a hyphen between. */
const ID_START = `"id":"`;
const ID_NUMBER_OFFSET = ID_START.length + 6;

/** User name of a connection. */
export function nameOf(index: number): string {
  return `b${digits(index, 5)}`;
}

/** Whether the server acknowledges messages. */
export function hasAcks(speech: Speech): boolean {
  return speech.startsWith("parley");
}

/** Whether the server welcomes a connection with a frame after the handshake. */
export function isWelcomed(speech: Speech): boolean {
  return hasAcks(speech) || speech === "socket.io";
}

/** The request that opens a connection. */
export function handshake(speech: Speech, port: number, name: string): Uint8Array<ArrayBuffer> {
  const path = speech === "socket.io" ? "/socket.io/?EIO=4&transport=websocket" : `/ws/${name}`;
  return encoder.encode([
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    // The nonce of RFC 6455, section 1.3.
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...(speech.startsWith("parley.") ? [`Sec-WebSocket-Protocol: ${speech}`] : []),
    "\r\n",
  ].join("\r\n"));
}

/** The packet that joins Socket.IO's namespace, with the name as its credential. */
export function socketIoJoin(name: string): Uint8Array<ArrayBuffer> {
  return textPacket(`40${JSON.stringify({ name })}`);
}

/** A masked packet of text. */
export function textPacket(text: string): Uint8Array<ArrayBuffer> {
  return maskedPacket(OPCODES.text, encoder.encode(text));
}

/** The packet of one sender; number, time and letters are filled in before each sending. */
export class MessagePacket {
  readonly bytes: Uint8Array<ArrayBuffer>;
  #markAt: number;
  #textEnd: number;
  #idNumberAt: number;

  constructor(
    { speech, textBytes }: Pick<Job, "speech" | "textBytes">,
    sender: number,
    to?: string,
  ) {
    const id = hasAcks(speech) ? `${ID_START}${digits(sender, 5)}-${digits(0, 8)}",` : "";
    const address = to === undefined ? "" : `"to":"${to}",`;
    const body = `{${id}${address}"message":"${blankText(sender, textBytes)}"}`;
    const text = speech === "socket.io" ? `42["message",${body}]` : body;
    this.bytes = textPacket(text);
    this.#markAt = findMark(this.bytes, 0, this.bytes.length);
    this.#textEnd = this.#markAt + textBytes;
    const length = encoder.encode(text).length;
    this.#idNumberAt = id === "" ? -1 : this.bytes.length - length + 1 + ID_NUMBER_OFFSET;
  }

  /** Fills in the number, the time in whole microseconds and new letters. */
  fill(number: number, timeUs: number): Uint8Array<ArrayBuffer> {
    writeMark(this.bytes, this.#markAt, number, timeUs);
    supply.fill(this.bytes, this.#markAt + MARK_BYTES, this.#textEnd);
    if (this.#idNumberAt >= 0) writeNumber(this.bytes, this.#idNumberAt, number);
    return this.bytes;
  }
}
