import { FrameScanner } from "./frames.ts";
import type { Job, JobResult } from "./job.ts";
import { Latencies } from "./latencies.ts";
import { READY, Sockets, WOULD_WAIT } from "./libc.ts";
import { Link } from "./link.ts";
import { readNumber, readSender, readTime } from "./marks.ts";
import { Meter } from "./meter.ts";
import { Sender } from "./sender.ts";
import { handshake, hasAcks, isWelcomed, nameOf, socketIoJoin, textPacket } from "./speeches.ts";
import { Tally } from "./tally.ts";
import { maskedPacket, OPCODES, scanPackets } from "./wire.ts";

/** Room for the longest packet and what is read behind it. */
const BUFFER_BYTES = 8 << 20;
/** Most bytes of one read: more would fall out of the cache before they are looked at. */
const READ_BYTES = 256 * 1024;
/** Connections from one address of loopback: no server here lets more in from one by default. */
const PER_ADDRESS = 100;
/** How long connecting may take, and the messages still under way at the end. */
const CONNECT_LIMIT_MS = 60_000;
const DRAIN_LIMIT_MS = 60_000;
/** Between the last handshake and the first message: not every server says when one is in. */
const SETTLE_MS = 500;
/** Room that a stalled reader's kernel gets, so that it is the server that must wait. */
const STALLED_RECEIVE_BYTES = 4096;
const CHURN_STAY_MS = 1000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PONG = textPacket(`{"type":"pong"}`);
const SOCKET_IO_PONG = textPacket("3");

/** Carries out one job from its first connection to the check of its sums. */
export class Load implements Disposable {
  #job: Job;
  #sockets = new Sockets();
  #buffer = new Uint8Array(BUFFER_BYTES);
  #links: Link[] = [];
  #tallies: Tally[] = [];
  #senders: Sender[] = [];
  #toEveryone = new Tally();
  #scanner: FrameScanner;
  #latencies = new Latencies();
  #link!: Link;
  #now = 0;
  #opened = 0;
  #in = 0;
  #lost = 0;
  #delivered = 0;
  #bytes = 0;
  #acks = 0;
  #otherFrames = 0;
  #sampleIn = 1;
  #isSending = false;
  #nextSendAt = Infinity;
  #sentPaced = 0;
  #nextChurnAt = Infinity;
  #churners: { link: Link; leaveAt: number }[] = [];
  #churned = 0;
  #refused = 0;
  /** Connections that were told to come back later. */
  #returns: { index: number; at: number }[] = [];
  #nextReturnAt = Infinity;

  constructor(job: Job) {
    this.#job = job;
    this.#scanner = new FrameScanner({
      onMessage: (bytes, mark) => this.#onMessage(bytes, mark),
      onOther: (bytes, start, end) => this.#onOther(bytes, start, end),
    });
  }

  /**
   * Connects, is silent, sends, and checks that every message arrived once.
   *
   * @throws {Error} If a connection is refused or lost, or a message lost or doubled.
   */
  run(): JobResult {
    const meter = new Meter(this.#job.serverPid);
    const connectMs = this.#connectAll();
    this.#pump(SETTLE_MS);
    this.#stall();
    const idle = meter.start();
    this.#pump(this.#job.idleMs);
    const idleCpu = idle().serverCpu;
    const idleBytes = meter.residentBytes();
    const window = this.#sendAll(meter);
    this.#check();
    return {
      ...window,
      idleCpu,
      connectMs,
      memory: { before: meter.bytesBefore, idle: idleBytes, peak: meter.peakBytes() },
      sent: this.#senders.reduce((sum, { sent }) => sum + sent, 0),
      acks: this.#acks,
      delivered: this.#delivered,
      otherFrames: this.#otherFrames,
      churned: this.#churned,
      refused: this.#refused,
    };
  }

  /** Ends every connection. */
  [Symbol.dispose](): void {
    for (const link of this.#links) link.end();
    this.#sockets[Symbol.dispose]();
  }

  // ─── Phases ────────────────────────────────────────────────────────────────────────────────────

  #connectAll(): number {
    const { connections, connectAtOnce } = this.#job;
    const startedAt = performance.now();
    const openMore = () => {
      while (this.#opened < connections && this.#opened - this.#in < connectAtOnce) {
        this.#openNext();
      }
      return this.#in === connections;
    };
    if (!openMore()) this.#pump(CONNECT_LIMIT_MS, openMore);
    if (this.#in < connections) throw new Error(`${connections - this.#in} were not let in`);
    return performance.now() - startedAt;
  }

  #sendAll(meter: Meter) {
    const { senders, inFlight, perSecond, churnPerSecond, warmupMs, durationMs } = this.#job;
    if (durationMs === 0) return { ...emptyWindow(), latencyMs: this.#latencies.summary() };
    for (let i = 0; i < senders; i++) this.#senders.push(this.#newSender(i));
    this.#isSending = true;
    this.#now = performance.now();
    if (perSecond > 0) this.#nextSendAt = this.#now;
    if (churnPerSecond > 0) this.#nextChurnAt = this.#now;
    for (const sender of this.#senders) sender.sendMore(inFlight, this.#now);
    this.#pump(warmupMs);
    this.#latencies.clear();
    const [deliveredBefore, bytesBefore] = [this.#delivered, this.#bytes];
    const stop = meter.start();
    this.#pump(durationMs);
    const window = stop();
    const delivered = this.#delivered - deliveredBefore;
    const bytes = this.#bytes - bytesBefore;
    this.#isSending = false;
    this.#nextSendAt = this.#nextChurnAt = Infinity;
    const latencyMs = this.#latencies.summary();
    this.#pump(DRAIN_LIMIT_MS, () => this.#isDrained());
    return {
      deliveredPerSecond: delivered / window.seconds,
      bytesPerDelivery: bytes / delivered,
      latencyMs,
      serverCpuPerMillion: window.serverCpu * window.seconds / delivered * 1e6,
      serverCpu: window.serverCpu,
      clientCpu: window.clientCpu,
      otherCpu: window.otherCpu,
    };
  }

  #newSender(index: number): Sender {
    const isPrivate = this.#job.audience === "partner";
    const tally = isPrivate ? new Tally() : this.#toEveryone;
    const to = isPrivate ? nameOf(this.#job.senders + index) : undefined;
    return new Sender({ job: this.#job, link: this.#links[index]!, tally, to });
  }

  #stall(): void {
    const { connections, stalledShare } = this.#job;
    const first = connections - Math.floor(connections * stalledShare);
    for (const link of this.#links.slice(first, connections)) link.stall();
  }

  #expected(index: number): Tally {
    if (this.#job.audience === "everyone") return this.#toEveryone;
    return this.#senders[index % this.#job.senders]?.tally ?? this.#toEveryone;
  }

  #isDrained(): boolean {
    if (hasAcks(this.#job.speech) && this.#senders.some(({ sent, acked }) => acked < sent)) {
      return false;
    }
    return this.#readers().every(({ index }) =>
      this.#tallies[index]!.count >= this.#expected(index).count
    );
  }

  #check(): void {
    if (this.#lost > 0) throw new Error(`${this.#lost} connections were lost`);
    for (const { index } of this.#readers()) {
      const [got, expected] = [this.#tallies[index]!, this.#expected(index)];
      if (got.equals(expected)) continue;
      throw new Error(
        `Connection ${index} got ${got.count} messages of ${expected.count}, or the wrong ones`,
      );
    }
  }

  #readers(): Link[] {
    return this.#links.slice(0, this.#job.connections).filter(({ state }) => state === "in");
  }

  // ─── Events ────────────────────────────────────────────────────────────────────────────────────

  /** Handles what happens for `ms` milliseconds, or until `isDone` says so. */
  #pump(ms: number, isDone: () => boolean = () => false): void {
    this.#now = performance.now();
    const until = this.#now + ms;
    while (this.#now < until) {
      const next = Math.min(until, this.#nextDue());
      const count = this.#sockets.wait(Math.max(0, Math.ceil(next - this.#now)));
      for (let i = 0; i < count; i++) {
        this.#onReady(this.#links[this.#sockets.tagAt(i)]!, this.#sockets.eventsAt(i));
      }
      this.#now = performance.now();
      this.#sendDue();
      this.#churnDue();
      this.#openReturning();
      if (isDone()) return;
    }
  }

  #nextDue(): number {
    return Math.min(this.#nextSendAt, this.#nextChurnAt, this.#nextLeaveAt(), this.#nextReturnAt);
  }

  #onReady(link: Link, events: number): void {
    if (link.state === "gone" || link.state === "stalled") return;
    if (link.state === "connecting") return this.#onConnected(link, events);
    if ((events & READY.write) !== 0) link.flush();
    if ((events & ~READY.write) !== 0) this.#readAll(link, (events & READY.end) !== 0);
  }

  /** Reads what has come: up to a read that is not full, or up to the end if that has come, too. */
  #readAll(link: Link, hasEnded: boolean): void {
    let count: number;
    do {
      count = this.#read(link);
    } while (count === READ_BYTES || (hasEnded && count > 0));
    const sender = this.#senders[link.index];
    if (sender && this.#isSending) sender.sendMore(this.#job.inFlight, this.#now);
  }

  #onConnected(link: Link, events: number): void {
    if ((events & (READY.error | READY.hangUp)) !== 0) return this.#lose(link);
    link.state = "shaking hands";
    link.read();
    link.send(handshake(this.#job.speech, this.#job.port, nameOf(link.index)));
  }

  #read(link: Link): number {
    const kept = link.takeRest(this.#buffer);
    const room = kept === 0 ? this.#buffer : this.#buffer.subarray(kept);
    const count = this.#sockets.receive(link.socket, room, READ_BYTES);
    if (count <= 0) {
      if (kept > 0) link.keepRest(this.#buffer.subarray(0, kept));
      if (count !== WOULD_WAIT) this.#lose(link);
      return count;
    }
    this.#link = link;
    this.#bytes += count;
    this.#now = performance.now();
    const end = kept + count;
    const from = link.state === "shaking hands" ? this.#readHead(link, end) : 0;
    const at = link.state === "shaking hands" ? 0 : this.#readPackets(from, end);
    if (at < end && link.state !== "gone") link.keepRest(this.#buffer.subarray(at, end));
    return count;
  }

  #readPackets(from: number, end: number): number {
    const bytes = from === 0 ? this.#buffer : this.#buffer.subarray(from);
    return from + scanPackets(bytes, end - from, this.#onPacket);
  }

  #onPacket = (opcode: number, bytes: Uint8Array, start: number, end: number): void => {
    if (this.#link.state === "gone") return;
    if (opcode <= OPCODES.binary) return this.#scanner.scan(bytes, start, end);
    if (opcode === OPCODES.ping) {
      this.#link.send(maskedPacket(OPCODES.pong, bytes.slice(start, end)));
    } else if (opcode === OPCODES.close) {
      const reason = decoder.decode(bytes.slice(start + 2, end));
      throw new Error(`The server closed connection ${this.#link.index}: ${reason}`);
    }
  };

  /** Reads the answer to the handshake; returns where the first packet begins. */
  #readHead(link: Link, end: number): number {
    const head = decoder.decode(this.#buffer.subarray(0, Math.min(end, 4096)));
    const length = head.indexOf("\r\n\r\n");
    if (length < 0) return 0;
    if (!head.startsWith("HTTP/1.1 101")) throw new Error(`Refused: ${head}`);
    link.state = "joining";
    if (!isWelcomed(this.#job.speech)) this.#letIn(link);
    return encoder.encode(head.slice(0, length + 4)).length;
  }

  #onMessage(bytes: Uint8Array, mark: number): void {
    const { index } = this.#link;
    const sender = readSender(bytes, mark);
    this.#tallies[index]!.add(sender, readNumber(bytes, mark));
    if (index >= this.#job.connections) return;
    this.#delivered++;
    if (sender === index) this.#senders[index]!.copied++;
    if (--this.#sampleIn > 0) return;
    this.#sampleIn = this.#job.sampleEvery;
    this.#latencies.add(this.#now - readTime(bytes, mark) / 1000);
  }

  #onOther(bytes: Uint8Array, start: number, end: number): void {
    const text = decoder.decode(bytes.subarray(start, Math.min(end, start + 200)));
    const link = this.#link;
    if (text.startsWith(`{"type":"ack"`)) return this.#onAck();
    this.#otherFrames++;
    if (text.startsWith(`{"type":"error"`)) return this.#onRefusal(link, text);
    if (text === `{"type":"ping"}`) return link.send(PONG);
    if (this.#job.speech === "socket.io") return this.#onSocketIo(link, text);
    if (text.startsWith(`{"type":"welcome"`)) this.#letIn(link);
  }

  /** Comes back when the server says so, if it does. */
  #onRefusal(link: Link, text: string): void {
    const retryAfterMs = /"retryAfterMs":(\d+)/.exec(text)?.[1];
    if (retryAfterMs === undefined || link.state === "in") {
      throw new Error(`The server refused: ${text}`);
    }
    link.end();
    this.#refused++;
    this.#returns.push({ index: link.index, at: this.#now + Number(retryAfterMs) });
    this.#nextReturnAt = Math.min(this.#nextReturnAt, this.#returns.at(-1)!.at);
  }

  #onAck(): void {
    this.#acks++;
    this.#senders[this.#link.index]!.acked++;
  }

  #onSocketIo(link: Link, text: string): void {
    if (text === "2") link.send(SOCKET_IO_PONG);
    else if (text.startsWith("0")) link.send(socketIoJoin(nameOf(link.index)));
    else if (text.startsWith("40")) this.#letIn(link);
  }

  // ─── Connections ───────────────────────────────────────────────────────────────────────────────

  #openNext(): void {
    this.#tallies.push(new Tally());
    this.#open(this.#opened++);
  }

  #open(index: number): void {
    const { connections, stalledShare, port } = this.#job;
    const isStalled = index < connections && index >= connections * (1 - stalledShare);
    const socket = this.#sockets.connect({
      from: addressOf(index),
      port,
      receiveBytes: isStalled ? STALLED_RECEIVE_BYTES : undefined,
    });
    this.#links[index] = new Link(this.#sockets, socket, index);
  }

  #openReturning(): void {
    if (this.#now < this.#nextReturnAt) return;
    const due = this.#returns.filter(({ at }) => at <= this.#now);
    this.#returns = this.#returns.filter(({ at }) => at > this.#now);
    this.#nextReturnAt = Math.min(...this.#returns.map(({ at }) => at));
    for (const { index } of due) this.#open(index);
  }

  #letIn(link: Link): void {
    if (link.state === "in") return;
    link.state = "in";
    this.#in++;
  }

  #lose(link: Link): void {
    if (this.#in < this.#job.connections) throw new Error(`Connection ${link.index} was refused`);
    link.end();
    this.#lost++;
  }

  #sendDue(): void {
    const { perSecond, senders } = this.#job;
    while (this.#nextSendAt <= this.#now) {
      // Timed from when it was due, so that a late client counts as latency, too.
      this.#senders[this.#sentPaced++ % senders]!.send(this.#nextSendAt);
      this.#nextSendAt += 1000 / perSecond;
    }
  }

  #churnDue(): void {
    while (this.#nextChurnAt <= this.#now) {
      this.#openNext();
      this.#churners.push({ link: this.#links.at(-1)!, leaveAt: this.#now + CHURN_STAY_MS });
      this.#nextChurnAt += 1000 / this.#job.churnPerSecond;
    }
    while (this.#nextLeaveAt() <= this.#now) {
      this.#churners.shift()!.link.end();
      this.#churned++;
    }
  }

  #nextLeaveAt(): number {
    return this.#churners[0]?.leaveAt ?? Infinity;
  }
}

function addressOf(index: number): string {
  const address = Math.floor(index / PER_ADDRESS) + 2;
  return `127.0.${address >> 8}.${address & 0xff}`;
}

function emptyWindow() {
  return {
    deliveredPerSecond: 0,
    bytesPerDelivery: 0,
    serverCpuPerMillion: 0,
    serverCpu: 0,
    clientCpu: 0,
    otherCpu: 0,
  };
}
