import type { ServerFrame } from "../../core/protocol.ts";
import { packetText } from "./packet_text.ts";

/** How to connect; see {@linkcode ChatClient.connect}. */
export interface ChatClientOptions {
  /** Sent as `Authorization: Bearer`. Absent: a guest. */
  readonly credential?: string;
  /** Subprotocols to offer. */
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
  /** Trusts the certificate of a server that is reached by TLS. */
  readonly client?: Deno.HttpClient;
  /** Added to the URL, as in `?history=50`. */
  readonly query?: string;
}

/** How a socket ended. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A client over a real socket that keeps every frame and lets a test wait for the one it wants. */
export class ChatClient {
  readonly frames: ServerFrame[] = [];
  /** The handshake is done; frames may be sent, and the first one comes. */
  readonly opened: Promise<void>;
  readonly closed: Promise<Closing>;
  /** Number of packets received. */
  packets = 0;
  #socket: WebSocket;
  #waiting = new Set<() => void>();
  #closing: Closing | undefined;

  constructor(url: string, options: ChatClientOptions = {}) {
    const { credential, protocols = [] } = options;
    const headers = {
      ...(credential ? { authorization: `Bearer ${credential}` } : {}),
      ...options.headers,
    };
    this.#socket = new WebSocket(url + (options.query ?? ""), {
      headers,
      protocols,
      ...(options.client ? { client: options.client } : {}),
    });
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.opened = new Promise((resolve, reject) => {
      this.#socket.onopen = () => resolve();
      this.#socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
    });
    this.closed = new Promise((resolve) => {
      this.#socket.onclose = ({ code, reason }) => {
        this.#closing = { code, reason };
        resolve(this.#closing);
        this.#wake();
      };
    });
  }

  /** Connects and waits for the first frame: a `welcome`, or the `error` that refuses. */
  static async connect(
    wsUrl: string,
    username: string,
    options: ChatClientOptions = {},
  ): Promise<ChatClient> {
    const client = new ChatClient(`${wsUrl}/ws/${encodeURIComponent(username)}`, options);
    await client.opened;
    await client.until(() => client.frames.length > 0);
    return client;
  }

  /** The subprotocol the server chose. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Sends one frame, or text as it is. */
  send(frame: unknown): void {
    this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** Sends bytes as a binary packet. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(bytes);
  }

  /** All frames of one type so far. */
  framesOf<T extends ServerFrame["type"]>(type: T): Extract<ServerFrame, { type: T }>[] {
    return this.frames.filter((frame) => frame.type === type) as Extract<
      ServerFrame,
      { type: T }
    >[];
  }

  /** Texts of all messages so far. */
  get messages(): string[] {
    return this.framesOf("message").map(({ message }) => message);
  }

  /** Waits until a condition holds; it is looked at after every packet. */
  async until(condition: () => boolean, limitMs = 30_000): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<never>((_, reject) => {
      const fail = () => reject(new Error(`Waited in vain; newest: ${this.#newest()}`));
      timer = setTimeout(fail, limitMs);
    });
    try {
      while (!condition()) await Promise.race([this.#nextPacket(), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for a frame of a type that passes a test, also among those already here. */
  async next<T extends ServerFrame["type"]>(
    type: T,
    test: (frame: Extract<ServerFrame, { type: T }>) => boolean = () => true,
  ): Promise<Extract<ServerFrame, { type: T }>> {
    await this.until(() => this.framesOf(type).some(test));
    return this.framesOf(type).find(test)!;
  }

  /** Waits until everything sent before has been answered: a frame of its own is the marker. */
  async settled(): Promise<void> {
    const id = crypto.randomUUID();
    this.send({ id, to: "nobody-is-called-this", message: "marker" });
    await this.next("error", (frame) => frame.id === id);
  }

  /** Closes the socket and waits until it is. */
  async close(): Promise<Closing> {
    if (this.#socket.readyState <= WebSocket.OPEN) this.#socket.close();
    return await this.closed;
  }

  #receive(data: string | ArrayBuffer): void {
    this.packets++;
    for (const line of packetText(data).split("\n")) {
      const frame: ServerFrame = JSON.parse(line);
      this.frames.push(frame);
      if (frame.type === "ping") this.send({ type: "pong" });
    }
    this.#wake();
  }

  #newest(): string {
    const newest = { closing: this.#closing, frames: this.frames.slice(-5) };
    return JSON.stringify(newest).slice(0, 2_000);
  }

  #nextPacket(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
