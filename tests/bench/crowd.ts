import { FrameScanner } from "./frames.ts";
import type { Job } from "./job.ts";
import { READY, Sockets, WOULD_WAIT } from "./libc.ts";
import { Link } from "./link.ts";
import { handshake, isWelcomed, nameOf, socketIoJoin, textPacket } from "./speeches.ts";
import { inflated, isLookedUp, type Messages, SharedPackets } from "./shared_packets.ts";
import { maskedPacket, OPCODES, scanPackets } from "./wire.ts";

/** What a {@linkcode Crowd} tells of; positions are in the bytes handed over. */
export interface CrowdEvents {
  onMessage(link: Link, bytes: Uint8Array, mark: number): void;
  /** A packet of messages that others got, too. */
  onMessages(link: Link, messages: Messages): void;
  onAck(link: Link): void;
  /** All that had come for a connection has been read. */
  onRead(link: Link): void;
}

/** Room for the longest packet and what is read behind it. */
const BUFFER_BYTES = 8 << 20;
/** Most bytes of one read: more would fall out of the cache before they are looked at. */
const READ_BYTES = 256 * 1024;
/** Connections from one address of loopback: no server here lets more in from one by default. */
const PER_ADDRESS = 100;
/** Room that a stalled reader's kernel gets, so that it is the server that must wait. */
const STALLED_RECEIVE_BYTES = 4096;
/** Bytes of a refusal or another short frame that are looked at. */
const LOOK_BYTES = 200;
/** Bytes within which the answer to a handshake ends. */
const HEAD_BYTES = 4096;

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PONG = textPacket(`{"type":"pong"}`);
const SOCKET_IO_PONG = textPacket("3");

/** The connections of a load client: lets them in, reads them, and answers what must be answered. */
export class Crowd implements Disposable {
  /** Connections by their index. */
  readonly links: Link[] = [];
  /** When the latest bytes were read, in milliseconds. */
  now = 0;
  /** Bytes read so far. */
  bytes = 0;
  /** Connections let in so far. */
  entered = 0;
  /** Connections that the server ended, or a way to it did. */
  lost = 0;
  /** Connections that were told to come back later. */
  refused = 0;
  /** Frames that were neither messages nor acks. */
  otherFrames = 0;
  #job: Job;
  #events: CrowdEvents;
  #sockets = new Sockets();
  #buffer = new Uint8Array(BUFFER_BYTES);
  #scanner: FrameScanner;
  #shared = new SharedPackets((one, other) => this.#sockets.areSame(one, other));
  #link!: Link;
  #returns: { index: number; at: number }[] = [];
  #nextReturnAt = Infinity;

  constructor(job: Job, events: CrowdEvents) {
    this.#job = job;
    this.#events = events;
    this.#scanner = new FrameScanner({
      onMessage: (bytes, mark) => events.onMessage(this.#link, bytes, mark),
      onOther: (bytes, start, end) => this.#onOther(bytes, start, end),
    });
  }

  /** Opens the connection that comes after all others, and returns its index. */
  openNext(): number {
    this.#open(this.links.length);
    return this.links.length - 1;
  }

  /** Ends a connection, and its return if it was told to come back. */
  leave(index: number): void {
    this.links[index]!.end();
    this.#returns = this.#returns.filter((one) => one.index !== index);
  }

  /** Handles what happens until the moment `until`, or until the next return, whichever is first. */
  turn(until: number): void {
    const waitMs = Math.min(until, this.#nextReturnAt) - performance.now();
    const count = this.#sockets.wait(Math.max(0, Math.ceil(waitMs)));
    for (let i = 0; i < count; i++) {
      this.#onReady(this.links[this.#sockets.tagAt(i)]!, this.#sockets.eventsAt(i));
    }
    this.now = performance.now();
    if (this.now >= this.#nextReturnAt) this.#openReturning();
  }

  /** Ends every connection. */
  [Symbol.dispose](): void {
    for (const link of this.links) link.end();
    this.#sockets[Symbol.dispose]();
  }

  #open(index: number): void {
    const { connections, stalledShare, port } = this.#job;
    const isStalled = index < connections && index >= connections * (1 - stalledShare);
    const socket = this.#sockets.connect({
      from: addressOf(index),
      port,
      receiveBytes: isStalled ? STALLED_RECEIVE_BYTES : undefined,
    });
    this.links[index] = new Link(this.#sockets, socket, index);
  }

  #openReturning(): void {
    const due = this.#returns.filter(({ at }) => at <= this.now);
    this.#returns = this.#returns.filter(({ at }) => at > this.now);
    this.#nextReturnAt = Math.min(...this.#returns.map(({ at }) => at));
    for (const { index } of due) this.#open(index);
  }

  #onReady(link: Link, events: number): void {
    if (link.state === "gone" || link.state === "stalled") return;
    if (link.state === "connecting") return this.#onConnected(link, events);
    if ((events & READY.write) !== 0) link.flush();
    if ((events & ~READY.write) !== 0) this.#readAll(link, (events & READY.end) !== 0);
  }

  #onConnected(link: Link, events: number): void {
    if ((events & (READY.error | READY.hangUp)) !== 0) return this.#lose(link);
    link.state = "shaking hands";
    link.read();
    link.send(handshake(this.#job.speech, this.#job.port, nameOf(link.index)));
  }

  /** Reads what has come: up to a read that is not full, or up to the end if that has come, too. */
  #readAll(link: Link, hasEnded: boolean): void {
    this.#link = link;
    let count: number;
    do {
      count = this.#read(link);
    } while (!isGone(link) && (count === READ_BYTES || (hasEnded && count > 0)));
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
    if (at < end && !isGone(link)) link.keepRest(this.#buffer.subarray(at, end));
    if (count <= 0 && count !== WOULD_WAIT) this.#lose(link);
    return count;
  }

  /** Goes through what has been read, and returns where it ends that is whole. */
  #scan(link: Link, end: number): number {
    const from = link.state === "shaking hands" ? this.#readHead(link, end) : 0;
    if (link.state === "shaking hands" || isGone(link)) return 0;
    const bytes = from === 0 ? this.#buffer : this.#buffer.subarray(from);
    return from + scanPackets(bytes, end - from, this.#onPacket);
  }

  /** Reads the answer to the handshake, and returns where it ends once it is all there. */
  #readHead(link: Link, end: number): number {
    const text = decoder.decode(this.#buffer.subarray(0, Math.min(end, HEAD_BYTES)));
    const length = text.indexOf("\r\n\r\n") + 4;
    if (length < 4) return 0;
    if (!text.startsWith("HTTP/1.1 101")) return this.#onHttpRefusal(link, text);
    link.state = "joining";
    if (!isWelcomed(this.#job.speech)) this.#letIn(link);
    return encoder.encode(text.slice(0, length)).length;
  }

  #onHttpRefusal(link: Link, text: string): number {
    const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
    const isWhole = text.length >= text.indexOf("\r\n\r\n") + 4 + length;
    if (isWhole) this.#onRefusal(link, text);
    return 0;
  }

  #onPacket = (opcode: number, bytes: Bytes, start: number, end: number): void => {
    if (isGone(this.#link)) return;
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
    this.otherFrames++;
    if (text.startsWith(`{"type":"error"`)) return this.#onRefusal(link, text);
    if (text === `{"type":"ping"}`) return link.send(PONG);
    if (this.#job.speech === "socket.io") return this.#onSocketIo(link, text);
    if (text.startsWith(`{"type":"welcome"`)) this.#letIn(link);
  }

  #onSocketIo(link: Link, text: string): void {
    if (text === "2") link.send(SOCKET_IO_PONG);
    else if (text.startsWith("0")) link.send(socketIoJoin(nameOf(link.index)));
    else if (text.startsWith("40")) this.#letIn(link);
  }

  /** Comes back when the server says so, if it does. */
  #onRefusal(link: Link, text: string): void {
    const retryAfterMs = /"retryAfterMs":(\d+)/.exec(text)?.[1];
    if (retryAfterMs === undefined || link.state === "in") {
      throw new Error(`The server refused: ${text}`);
    }
    link.end();
    this.refused++;
    const at = this.now + Number(retryAfterMs);
    this.#returns.push({ index: link.index, at });
    this.#nextReturnAt = Math.min(this.#nextReturnAt, at);
  }

  #letIn(link: Link): void {
    if (link.state === "in") return;
    link.state = "in";
    this.entered++;
  }

  #lose(link: Link): void {
    if (link.state !== "in") throw new Error(`Connection ${link.index} was not let in`);
    link.end();
    this.lost++;
  }
}

/** In a function, as a connection may go while it is read. */
function isGone(link: Link): boolean {
  return link.state === "gone";
}

function addressOf(index: number): string {
  const address = Math.floor(index / PER_ADDRESS) + 2;
  return `127.0.${address >> 8}.${address & 0xff}`;
}
