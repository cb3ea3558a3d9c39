import { BROKEN, READY, type Sockets } from "./libc.ts";

const NOTHING = new Uint8Array(0);

/** One connection of the load client: its socket, and incomplete input and output. */
export class Link {
  readonly index: number;
  readonly socket: number;
  state: "connecting" | "shaking hands" | "joining" | "in" | "gone" = "connecting";
  #sockets: Sockets;
  /** Start of a packet whose rest has not arrived yet. */
  #rest: Uint8Array<ArrayBuffer> = NOTHING;
  #restLength = 0;
  #unsent: Uint8Array<ArrayBuffer> = NOTHING;

  constructor(sockets: Sockets, socket: number, index: number) {
    this.#sockets = sockets;
    this.socket = socket;
    this.index = index;
    sockets.watch(socket, READY.write, index);
  }

  /** From now on, waits for input. */
  read(): void {
    this.#sockets.rewatch(this.socket, READY.read | READY.end, this.index);
  }

  /** Copies the kept start of a packet to `buffer`, and returns its length. */
  takeRest(buffer: Uint8Array<ArrayBuffer>): number {
    const length = this.#restLength;
    if (length > 0) buffer.set(this.#rest.subarray(0, length));
    this.#restLength = 0;
    return length;
  }

  /** Keeps the start of a packet for the next read. */
  keepRest(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#rest.length < bytes.length) this.#rest = new Uint8Array(bytes.length * 2);
    this.#rest.set(bytes);
    this.#restLength = bytes.length;
  }

  /** Sends a packet; what the kernel has no room for is sent later. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#unsent.length > 0) {
      this.#unsent = concat(this.#unsent, bytes);
      return;
    }
    const count = this.#sockets.send(this.socket, bytes);
    if (count === BROKEN) throw new Error(`The server ended connection ${this.index}`);
    if (count === bytes.length) return;
    this.#unsent = bytes.slice(Math.max(0, count));
    this.#sockets.rewatch(this.socket, READY.read | READY.end | READY.write, this.index);
  }

  /** Sends what the kernel had no room for. */
  flush(): void {
    const bytes = this.#unsent;
    this.#unsent = NOTHING;
    this.read();
    if (bytes.length > 0) this.send(bytes);
  }

  /** Ends the connection without a closing handshake. */
  end(): void {
    if (this.state !== "gone") this.#sockets.close(this.socket);
    this.state = "gone";
  }
}

function concat(
  first: Uint8Array<ArrayBuffer>,
  second: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
