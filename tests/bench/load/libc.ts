/**
 * Sockets by direct system calls, in one thread and with one buffer: with a promise per read, the
 * load client would be slower than the servers. Linux only.
 */

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  memcmp: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const AF_INET = 2;
const SOCK_STREAM_NONBLOCK = 1 | 2048;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
/** Lets the kernel choose the port once it knows both ends, so that addresses don't run out. */
const IP_BIND_ADDRESS_NO_PORT = 24;
const MSG_NOSIGNAL = 0x4000;
const EAGAIN = 11;
const EINPROGRESS = 115;
const EPOLL_CTL = { add: 1, change: 3 } as const;
/** Most events taken from one call. */
const MAX_EVENTS = 512;

/** What a socket can be ready for. */
export const READY = { read: 1, write: 4, error: 8, hangUp: 16, end: 0x2000 } as const;
/** Edge-triggered: reports each event once, which saves a third of the calls' cost. */
const ONCE = 1 << 31;

/** Result of a call that would have had to wait. */
export const WOULD_WAIT = -1;
/** Result of a call on a socket that is of no more use. */
export const BROKEN = -2;

/** TCP sockets on loopback, and an epoll set that watches them. Dispose of it after use. */
export class Sockets {
  #library = Deno.dlopen("libc.so.6", SYMBOLS);
  #call = this.#library.symbols;
  #epoll: number;
  // 12 bytes an event on x86-64, where the kernel packs it, and 16 elsewhere.
  #stride = Deno.build.arch === "x86_64" ? 3 : 4;
  #events = new Int32Array(MAX_EVENTS * 4);
  #change = new Int32Array(4);
  #errno: Deno.UnsafePointerView;

  constructor() {
    this.#errno = new Deno.UnsafePointerView(this.#call.__errno_location()!);
    this.#epoll = this.#must("epoll_create1", this.#call.epoll_create1(0));
  }

  /** Starts to connect from an IPv4 address of this machine; then the socket gets ready to write. */
  connect(from: string, port: number): number {
    const socket = this.#must("socket", this.#call.socket(AF_INET, SOCK_STREAM_NONBLOCK, 0));
    this.#set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    this.#set(socket, 0, IP_BIND_ADDRESS_NO_PORT, 1);
    this.#must("bind", this.#call.bind(socket, addressBytes(from, 0), 16));
    const result = this.#call.connect(socket, addressBytes("127.0.0.1", port), 16);
    if (result < 0 && this.#lastError() !== EINPROGRESS) this.#must("connect", result);
    return socket;
  }

  /**
   * Reads what has arrived into `buffer`.
   *
   * @returns Bytes read; 0 at the end; {@linkcode WOULD_WAIT} or {@linkcode BROKEN}.
   */
  receive(socket: number, buffer: Uint8Array<ArrayBuffer>, length: number): number {
    const count = this.#call.recv(socket, buffer, length, 0);
    return count >= 0 ? count : this.#failure();
  }

  /** Writes as much of `bytes` as the kernel takes; results as {@linkcode receive}. */
  send(socket: number, bytes: Uint8Array<ArrayBuffer>): number {
    const count = this.#call.send(socket, bytes, bytes.length, MSG_NOSIGNAL);
    return count >= 0 ? count : this.#failure();
  }

  /** Whether two runs of bytes of one length are the same. */
  areSame(one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>): boolean {
    return this.#call.memcmp(one, other, one.length) === 0;
  }

  /** Ends a connection; it is no longer watched. */
  close(socket: number): void {
    this.#call.close(socket);
  }

  /**
   * Watches a socket; {@linkcode tagAt} returns its `tag`. Each arrival is reported once, so read
   * until less arrives than there was room for.
   */
  watch(socket: number, events: number, tag: number): void {
    this.#control(EPOLL_CTL.add, socket, events, tag);
  }

  /** Changes the watched events. */
  rewatch(socket: number, events: number, tag: number): void {
    this.#control(EPOLL_CTL.change, socket, events, tag);
  }

  /** Waits for events, `timeoutMs` whole milliseconds at most, and returns how many there are. */
  wait(timeoutMs: number): number {
    return Math.max(0, this.#call.epoll_wait(this.#epoll, this.#events, MAX_EVENTS, timeoutMs));
  }

  /** The event at `index` of the last {@linkcode wait}. */
  eventsAt(index: number): number {
    return this.#events[index * this.#stride]!;
  }

  /** The tag of the socket of the event at `index`. */
  tagAt(index: number): number {
    return this.#events[index * this.#stride + this.#stride - 2]!;
  }

  [Symbol.dispose](): void {
    this.#call.close(this.#epoll);
    this.#library.close();
  }

  #control(operation: number, socket: number, events: number, tag: number): void {
    this.#change[0] = events | ONCE;
    this.#change[this.#stride - 2] = tag;
    this.#must("epoll_ctl", this.#call.epoll_ctl(this.#epoll, operation, socket, this.#change));
  }

  #set(socket: number, level: number, option: number, value: number): void {
    const result = this.#call.setsockopt(socket, level, option, new Int32Array([value]), 4);
    this.#must("setsockopt", result);
  }

  #failure(): number {
    return this.#lastError() === EAGAIN ? WOULD_WAIT : BROKEN;
  }

  #must(name: string, result: number): number {
    if (result >= 0) return result;
    throw new Error(`${name} failed with error ${this.#lastError()} of the system`);
  }

  #lastError(): number {
    return this.#errno.getInt32();
  }
}

/** A `sockaddr_in`: family in the machine's order, port and address in the network's. */
function addressBytes(address: string, port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  bytes.set([AF_INET, 0, port >> 8, port & 0xff, ...address.split(".").map(Number)]);
  return bytes;
}
