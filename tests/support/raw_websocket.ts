/** WebSocket opcodes (RFC 6455, section 5.2). */
export const OPCODES = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** One frame as it is on the wire: a packet, or a part of one. */
export interface WireFrame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** An HTTP answer's head. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
}

/** What a handshake says; every header can be replaced, or left out with `undefined`. */
export interface HandshakeOptions {
  readonly port: number;
  /** @default {"/"} */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A WebSocket client that does only what it is told: it answers no ping and no close, reads only
 * when asked, and can send what the platform's own client never would. Dispose of it after use.
 *
 * @example
 * ```ts ignore
 * using socket = await RawWebSocket.connect({ port, path: "/ws/alice" });
 * await socket.sendText(`{"message":"hello"}`);
 * const frame = await socket.read();
 * ```
 */
export class RawWebSocket {
  /** The server's answer to the handshake, whatever it was. */
  readonly response: ResponseHead;
  #conn: Deno.Conn;
  #reader: BufferedReader;
  #isDisposed = false;

  private constructor(conn: Deno.Conn, reader: BufferedReader, response: ResponseHead) {
    this.#conn = conn;
    this.#reader = reader;
    this.response = response;
  }

  /** Opens a TCP connection on loopback and asks for an upgrade. */
  static async connect(options: HandshakeOptions): Promise<RawWebSocket> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: options.port });
    const reader = new BufferedReader(conn);
    await writeAll(conn, encoder.encode(handshake(options)));
    return new RawWebSocket(conn, reader, parseHead(await reader.head()));
  }

  /** Sends a text packet. */
  sendText(text: string): Promise<void> {
    return this.send({ opcode: OPCODES.text, isFinal: true, payload: encoder.encode(text) });
  }

  /** Sends one frame, masked with zeros. */
  async send({ opcode, isFinal, payload }: WireFrame): Promise<void> {
    await this.sendHeader(opcode, isFinal, payload.length);
    await this.sendBytes(payload);
  }

  /** Sends the header of a frame that claims `length` bytes of payload, and no payload. */
  sendHeader(opcode: number, isFinal: boolean, length: number): Promise<void> {
    return writeAll(this.#conn, frameHeader(opcode, isFinal, length));
  }

  /** Sends bytes as they are: a part of the payload that a header has announced. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return writeAll(this.#conn, bytes);
  }

  /** Reads the next frame; `undefined` once the server has ended the TCP connection. */
  async read(): Promise<WireFrame | undefined> {
    const start = await this.#reader.take(2);
    if (!start) return undefined;
    const payload = await this.#reader.take(await this.#payloadLength(start[1]! & 0x7f));
    if (!payload) return undefined;
    return { opcode: start[0]! & 0x0f, isFinal: start[0]! >= 0x80, payload };
  }

  /** Reads frames until one of text comes, and returns that. */
  async readText(): Promise<string | undefined> {
    for (let frame = await this.read(); frame; frame = await this.read()) {
      if (frame.opcode === OPCODES.text) return decoder.decode(frame.payload);
    }
    return undefined;
  }

  /** Reads frames until the closing one comes, and returns its code; 1006 if none comes. */
  async readCloseCode(): Promise<number> {
    for (let frame = await this.read(); frame; frame = await this.read()) {
      if (frame.opcode === OPCODES.close) return frame.payload[0]! * 256 + frame.payload[1]!;
    }
    return 1006;
  }

  /** Ends the TCP connection without a closing handshake, as a peer that has crashed. */
  [Symbol.dispose](): void {
    if (!this.#isDisposed) this.#conn.close();
    this.#isDisposed = true;
  }

  async #payloadLength(short: number): Promise<number> {
    if (short < 126) return short;
    const bytes = await this.#reader.take(short === 126 ? 2 : 8);
    return Array.from(bytes ?? []).reduce((length, byte) => length * 256 + byte, 0);
  }
}

/** Sends one HTTP request as the text it is given, and reads the whole answer as text. */
export async function requestRaw(port: number, request: string): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await writeAll(conn, encoder.encode(request));
  return await new Response(conn.readable).text();
}

function handshake({ port, path = "/", headers = {} }: HandshakeOptions): string {
  const all: Record<string, string | undefined> = {
    host: `127.0.0.1:${port}`,
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-version": "13",
    // The nonce of RFC 6455, section 1.3.
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

function parseHead(head: string): ResponseHead {
  const [statusLine, ...lines] = head.trimEnd().split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(statusLine!.split(" ")[1]), headers };
}

/** Header of a masked frame; a key of four zeros leaves the payload as it is. */
function frameHeader(
  opcode: number,
  isFinal: boolean,
  length: number,
): Uint8Array<ArrayBuffer> {
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = new DataView(new ArrayBuffer(2 + lengthBytes + 4));
  header.setUint8(0, (isFinal ? 0x80 : 0) | opcode);
  header.setUint8(1, 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127));
  if (lengthBytes === 2) header.setUint16(2, length);
  if (lengthBytes === 8) header.setBigUint64(2, BigInt(length));
  return new Uint8Array(header.buffer);
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** Reads a connection in the portions that are asked for. */
class BufferedReader {
  #conn: Deno.Conn;
  #chunks: Uint8Array[] = [];
  #available = 0;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The next `length` bytes; `undefined` if the connection ends before. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#available < length) if (!await this.#fill()) return undefined;
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const chunk = this.#chunks[0]!;
      const part = chunk.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#available -= length;
    return bytes;
  }

  /** Everything up to the blank line that ends an HTTP head. */
  async head(): Promise<string> {
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      const byte = await this.take(1);
      if (!byte) return head;
      head += String.fromCharCode(byte[0]!);
    }
    return head;
  }

  async #fill(): Promise<boolean> {
    const chunk = new Uint8Array(64 * 1024);
    const count = await this.#conn.read(chunk).catch(endOfReset);
    if (count === null) return false;
    this.#chunks.push(chunk.subarray(0, count));
    this.#available += count;
    return true;
  }
}

/** A connection that the server reset has ended too. */
function endOfReset(error: unknown): null {
  if (error instanceof Deno.errors.ConnectionReset) return null;
  throw error;
}
