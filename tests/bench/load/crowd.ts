import { FrameScanner } from "./frames.ts";
import type { Job } from "./job.ts";
import { READY, Sockets, WOULD_WAIT } from "./libc.ts";
import { Link } from "./link.ts";
import { handshake, isWelcomed, nameOf, socketIoJoin, textPacket } from "./speeches.ts";
import { inflated, isLookedUp, type Messages, SharedPackets } from "./shared_packets.ts";
import { maskedPacket, OPCODES, scanPackets } from "./wire.ts";

/** Calls of a {@linkcode Crowd}; positions are in the bytes that they are given. */
export interface CrowdEvents {
  onMessage(link: Link, bytes: Uint8Array, mark: number): void;
  /** A packet of messages that other connections received, too. */
  onMessages(link: Link, messages: Messages): void;
  onAck(link: Link): void;
  /** Everything that had arrived for a connection has been read. */
  onRead(link: Link): void;
}

/** Room for the longest packet and what is read after it. */
const BUFFER_BYTES = 8 << 20;
/** Most bytes of one read: more would leave the CPU's cache before they are looked at. */
const READ_BYTES = 256 * 1024;
/** Connections per loopback address: by default, Parley accepts no more from one. */
const PER_ADDRESS = 100;
/** Bytes of a short frame that are looked at. */
const LOOK_BYTES = 200;
/** Bytes within which the answer to a handshake ends. */
const HEAD_BYTES = 4096;

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PONG = textPacket(`{"type":"pong"}`);
const SOCKET_IO_PONG = textPacket("3");

/** The connections of a load client: opens them, reads them, and answers pings. */
export class Crowd implements Disposable {
  /** Connections by their index. */
  readonly links: Link[] = [];
  /** When the latest bytes were read, in milliseconds. */
  now = 0;
  /** Bytes read so far. */
  bytes = 0;
  /** Connections that the server has welcomed. */
  entered = 0;
  #job: Job;
  #events: CrowdEvents;
  #sockets = new Sockets();
  #buffer = new Uint8Array(BUFFER_BYTES);
  #scanner: FrameScanner;
  #shared = new SharedPackets((one, other) => this.#sockets.areSame(one, other));
  #link!: Link;

  constructor(job: Job, events: CrowdEvents) {
    this.#job = job;
    this.#events = events;
    this.#scanner = new FrameScanner({
      onMessage: (bytes, mark) => events.onMessage(this.#link, bytes, mark),
      onOther: (bytes, start, end) => this.#onOther(bytes, start, end),
    });
  }

  /** Opens one more connection. */
  openNext(): void {
    const index = this.links.length;
    const socket = this.#sockets.connect(addressOf(index), this.#job.port);
    this.links.push(new Link(this.#sockets, socket, index));
  }

  /** Handles events until the moment `until`; may return earlier. */
  turn(until: number): void {
    const count = this.#sockets.wait(Math.max(0, Math.ceil(until - performance.now())));
    for (let i = 0; i < count; i++) {
      this.#onReady(this.links[this.#sockets.tagAt(i)]!, this.#sockets.eventsAt(i));
    }
    this.now = performance.now();
  }

  /** Ends every connection. */
  [Symbol.dispose](): void {
    for (const link of this.links) link.end();
    this.#sockets[Symbol.dispose]();
  }

  #onReady(link: Link, events: number): void {
    if (link.state === "connecting") return this.#onConnected(link, events);
    if ((events & READY.write) !== 0) link.flush();
    if ((events & ~READY.write) !== 0) this.#readAll(link, (events & READY.end) !== 0);
  }

  #onConnected(link: Link, events: number): void {
    if ((events & (READY.error | READY.hangUp)) !== 0) throw ended(link);
    link.state = "shaking hands";
    link.read();
    link.send(handshake(this.#job.speech, this.#job.port, nameOf(link.index)));
  }

  /** Reads until a read isn't full, or to the end if the server has closed the connection. */
  #readAll(link: Link, hasEnded: boolean): void {
    this.#link = link;
    let count: number;
    do {
      count = this.#read(link);
    } while (count === READ_BYTES || (hasEnded && count > 0));
    this.#events.onRead(link);
  }

  #read(link: Link): number {
    const kept = link.takeRest(this.#buffer);
    const room = kept === 0 ? this.#buffer : this.#buffer.subarray(kept);
    const count = this.#sockets.receive(link.socket, room, READ_BYTES);
    const end = kept + Math.max(0, count);
    this.now = performance.now();
    this.bytes += end - kept;
    const at = end === kept ? 0 : this.#scan(link, end);
    if (at < end) link.keepRest(this.#buffer.subarray(at, end));
    if (count <= 0 && count !== WOULD_WAIT) throw ended(link);
    return count;
  }

  /** Handles the whole packets of what has been read, and returns where they end. */
  #scan(link: Link, end: number): number {
    const from = link.state === "shaking hands" ? this.#readHead(link, end) : 0;
    if (link.state === "shaking hands") return 0;
    const bytes = from === 0 ? this.#buffer : this.#buffer.subarray(from);
    return from + scanPackets(bytes, end - from, this.#onPacket);
  }

  /** Reads the answer to the handshake, and returns where it ends, or 0 while it is cut. */
  #readHead(link: Link, end: number): number {
    const text = decoder.decode(this.#buffer.subarray(0, Math.min(end, HEAD_BYTES)));
    const length = text.indexOf("\r\n\r\n") + 4;
    if (length < 4) return 0;
    if (!text.startsWith("HTTP/1.1 101")) throw new Error(`The server refused: ${text}`);
    link.state = "joining";
    if (!isWelcomed(this.#job.speech)) this.#letIn(link);
    return encoder.encode(text.slice(0, length)).length;
  }

  #onPacket = (opcode: number, bytes: Bytes, start: number, end: number): void => {
    if (opcode <= OPCODES.binary) return this.#onFrames(bytes, start, end);
    if (opcode === OPCODES.ping) {
      this.#link.send(maskedPacket(OPCODES.pong, bytes.slice(start, end)));
    } else if (opcode === OPCODES.close) {
      const reason = decoder.decode(bytes.slice(start + 2, end));
      throw new Error(`The server closed connection ${this.#link.index}: ${reason}`);
    }
  };

  #onFrames(bytes: Bytes, start: number, end: number): void {
    if (!isLookedUp(bytes, start, end)) return this.#scanner.scan(bytes, start, end);
    const packet = bytes.subarray(start, end);
    const messages = this.#shared.read(packet);
    if (messages) return this.#events.onMessages(this.#link, messages);
    const frames = inflated(packet);
    this.#scanner.scan(frames, 0, frames.length);
  }

  #onOther(bytes: Uint8Array, start: number, end: number): void {
    const text = decoder.decode(bytes.subarray(start, Math.min(end, start + LOOK_BYTES)));
    const link = this.#link;
    if (text.startsWith(`{"type":"ack"`)) return this.#events.onAck(link);
    if (text.startsWith(`{"type":"error"`)) throw new Error(`The server refused: ${text}`);
    if (text === `{"type":"ping"}`) return link.send(PONG);
    if (this.#job.speech === "socket.io") return this.#onSocketIo(link, text);
    if (text.startsWith(`{"type":"welcome"`)) this.#letIn(link);
  }

  #onSocketIo(link: Link, text: string): void {
    if (text === "2") link.send(SOCKET_IO_PONG);
    else if (text.startsWith("0")) link.send(socketIoJoin(nameOf(link.index)));
    else if (text.startsWith("40")) this.#letIn(link);
  }

  #letIn(link: Link): void {
    if (link.state === "in") return;
    link.state = "in";
    this.entered++;
  }
}

function ended({ index }: Link): Error {
  return new Error(`The server ended connection ${index}`);
}

function addressOf(index: number): string {
  const address = Math.floor(index / PER_ADDRESS) + 2;
  return `127.0.${address >> 8}.${address & 0xff}`;
}
