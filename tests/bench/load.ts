import { Crowd } from "./crowd.ts";
import type { Job, JobResult } from "./job.ts";
import { Latencies } from "./latencies.ts";
import type { Link } from "./link.ts";
import { readNumber, readSender, readTime } from "./marks.ts";
import { Meter } from "./meter.ts";
import { Sender } from "./sender.ts";
import { hasAcks, nameOf } from "./speeches.ts";
import type { Messages } from "./shared_packets.ts";
import { Tally } from "./tally.ts";

/** How long connecting may take, and the messages still under way at the end. */
const CONNECT_LIMIT_MS = 60_000;
const DRAIN_LIMIT_MS = 60_000;
/** Between the last handshake and the first message: not every server says when one is in. */
const SETTLE_MS = 500;
/** How long a connection stays that only comes and goes. */
const CHURN_STAY_MS = 1000;

/** Carries out one job from its first connection to the check of its sums. */
export class Load implements Disposable {
  #job: Job;
  #crowd: Crowd;
  /** What each connection got. */
  #tallies: Tally[] = [];
  #senders: Sender[] = [];
  /** What everyone must get. */
  #toEveryone = new Tally();
  #latencies = new Latencies();
  #delivered = 0;
  #acks = 0;
  #sampleIn = 1;
  #isSending = false;
  #nextSendAt = Infinity;
  #sentPaced = 0;
  #nextChurnAt = Infinity;
  #churners: { index: number; leaveAt: number }[] = [];
  #churned = 0;

  constructor(job: Job) {
    this.#job = job;
    this.#crowd = new Crowd(job, {
      onMessage: (link, bytes, mark) => this.#onMessage(link, bytes, mark),
      onMessages: (link, messages) => this.#onMessages(link, messages),
      onAck: ({ index }) => this.#onAck(index),
      onRead: ({ index }) => this.#sendMore(index),
    });
  }

  /**
   * Connects, is silent, sends, and checks that every message arrived once.
   *
   * @throws {Error} If a connection is refused or lost, or a message lost or doubled.
   */
  run(): JobResult {
    const meter = new Meter(this.#job.serverPid);
    const whole = meter.start();
    const connectMs = this.#connectAll();
    const idle = this.#beSilent(meter);
    const window = this.#sendAll(meter);
    const { otherCpu } = whole();
    this.#check();
    const { otherFrames, refused } = this.#crowd;
    return {
      ...window,
      otherCpu,
      idleCpu: idle.cpu,
      connectMs,
      memory: { before: meter.bytesBefore, idle: idle.bytes, peak: meter.peakBytes() },
      sent: this.#senders.reduce((sum, { sent }) => sum + sent, 0),
      acks: this.#acks,
      delivered: this.#delivered,
      otherFrames,
      churned: this.#churned,
      refused,
    };
  }

  /** Ends every connection. */
  [Symbol.dispose](): void {
    this.#crowd[Symbol.dispose]();
  }

  // ─── Phases ────────────────────────────────────────────────────────────────────────────────────

  #connectAll(): number {
    const { connections, connectAtOnce } = this.#job;
    const startedAt = performance.now();
    const openMore = () => {
      const most = Math.min(connections, this.#crowd.entered + connectAtOnce);
      while (this.#crowd.links.length < most) this.#openNext();
      return this.#crowd.entered === connections;
    };
    openMore();
    this.#pump(CONNECT_LIMIT_MS, openMore);
    const missing = connections - this.#crowd.entered;
    if (missing > 0) throw new Error(`${missing} connections were not let in`);
    return performance.now() - startedAt;
  }

  #beSilent(meter: Meter): { cpu: number; bytes: number } {
    const { connections, stalledShare, idleMs } = this.#job;
    this.#pump(SETTLE_MS);
    const firstStalled = connections - Math.floor(connections * stalledShare);
    for (const link of this.#crowd.links.slice(firstStalled)) link.stall();
    const stop = meter.start();
    this.#pump(idleMs);
    return { cpu: stop().serverCpu, bytes: meter.residentBytes() };
  }

  #sendAll(meter: Meter) {
    const { warmupMs, durationMs } = this.#job;
    if (durationMs === 0) return NOTHING_SENT;
    this.#startSending();
    this.#pump(warmupMs);
    this.#latencies.clear();
    const [deliveredBefore, bytesBefore] = [this.#delivered, this.#crowd.bytes];
    const stop = meter.start();
    this.#pump(durationMs);
    const { seconds, serverCpu, clientCpu } = stop();
    const delivered = this.#delivered - deliveredBefore;
    const bytesPerDelivery = (this.#crowd.bytes - bytesBefore) / delivered;
    const latencyMs = this.#latencies.summary();
    this.#finishSending();
    return {
      deliveredPerSecond: delivered / seconds,
      bytesPerDelivery,
      latencyMs,
      serverCpuPerMillion: serverCpu * seconds / delivered * 1e6,
      serverCpu,
      clientCpu,
    };
  }

  #startSending(): void {
    const { senders, perSecond, churnPerSecond } = this.#job;
    for (let i = 0; i < senders; i++) this.#senders.push(this.#newSender(i));
    this.#isSending = true;
    const now = this.#crowd.now = performance.now();
    if (perSecond > 0) this.#nextSendAt = now;
    if (churnPerSecond > 0) this.#nextChurnAt = now;
    for (let i = 0; i < senders; i++) this.#sendMore(i);
  }

  #newSender(index: number): Sender {
    const isPrivate = this.#job.audience === "partner";
    const tally = isPrivate ? new Tally() : this.#toEveryone;
    const to = isPrivate ? nameOf(this.#job.senders + index) : undefined;
    return new Sender({ job: this.#job, link: this.#crowd.links[index]!, tally, to });
  }

  /** Sends no more, and waits for what is still under way. */
  #finishSending(): void {
    this.#isSending = false;
    this.#nextSendAt = this.#nextChurnAt = Infinity;
    this.#pump(DRAIN_LIMIT_MS, () => this.#isDrained());
  }

  // ─── Sums ──────────────────────────────────────────────────────────────────────────────────────

  #isDrained(): boolean {
    if (!this.#senders.every(({ sent, acked }) => acked === sent || !hasAcks(this.#job.speech))) {
      return false;
    }
    return this.#readers().every(({ index }) =>
      this.#tallies[index]!.count >= this.#expected(index).count
    );
  }

  #check(): void {
    if (this.#crowd.lost > 0) throw new Error(`${this.#crowd.lost} connections were lost`);
    for (const { index } of this.#readers()) {
      const [got, expected] = [this.#tallies[index]!, this.#expected(index)];
      if (got.equals(expected)) continue;
      throw new Error(
        `Connection ${index} got ${got.count} messages of ${expected.count}, or the wrong ones`,
      );
    }
  }

  #expected(index: number): Tally {
    return this.#senders[index % this.#job.senders]?.tally ?? this.#toEveryone;
  }

  #readers(): Link[] {
    const { connections } = this.#job;
    return this.#crowd.links.slice(0, connections).filter(({ state }) => state === "in");
  }

  // ─── Events ────────────────────────────────────────────────────────────────────────────────────

  /** Handles what happens for `ms` milliseconds, or until `isDone` says so. */
  #pump(ms: number, isDone: () => boolean = () => false): void {
    const crowd = this.#crowd;
    crowd.now = performance.now();
    const until = crowd.now + ms;
    while (crowd.now < until && !isDone()) {
      crowd.turn(Math.min(until, this.#nextSendAt, this.#nextChurnAt, this.#nextLeaveAt()));
      this.#sendDue();
      this.#churnDue();
    }
  }

  #onMessage({ index }: Link, bytes: Uint8Array, mark: number): void {
    const sender = readSender(bytes, mark);
    this.#tallies[index]!.add(sender, readNumber(bytes, mark));
    if (index >= this.#job.connections) return;
    this.#delivered++;
    if (sender === index) this.#senders[index]!.copied++;
    if (--this.#sampleIn > 0) return;
    this.#sampleIn = this.#job.sampleEvery;
    this.#latencies.add(this.#crowd.now - readTime(bytes, mark) / 1000);
  }

  #onMessages({ index }: Link, { tally, times, bySender }: Messages): void {
    this.#tallies[index]!.addAll(tally);
    if (index >= this.#job.connections) return;
    this.#delivered += times.length;
    if (index < this.#senders.length) this.#senders[index]!.copied += bySender.get(index) ?? 0;
    for (; this.#sampleIn <= times.length; this.#sampleIn += this.#job.sampleEvery) {
      this.#latencies.add(this.#crowd.now - times[this.#sampleIn - 1]! / 1000);
    }
    this.#sampleIn -= times.length;
  }

  #onAck(index: number): void {
    this.#acks++;
    this.#senders[index]!.acked++;
  }

  #sendMore(index: number): void {
    if (this.#isSending) this.#senders[index]?.sendMore(this.#job.inFlight, this.#crowd.now);
  }

  #sendDue(): void {
    const { perSecond, senders } = this.#job;
    while (this.#nextSendAt <= this.#crowd.now) {
      // Timed from when it was due, so that a late client counts as latency, too.
      this.#senders[this.#sentPaced++ % senders]!.send(this.#nextSendAt);
      this.#nextSendAt += 1000 / perSecond;
    }
  }

  #churnDue(): void {
    const { now } = this.#crowd;
    while (this.#nextChurnAt <= now) {
      this.#churners.push({ index: this.#openNext(), leaveAt: now + CHURN_STAY_MS });
      this.#nextChurnAt += 1000 / this.#job.churnPerSecond;
    }
    while (this.#nextLeaveAt() <= now) {
      this.#crowd.leave(this.#churners.shift()!.index);
      this.#churned++;
    }
  }

  #nextLeaveAt(): number {
    return this.#churners[0]?.leaveAt ?? Infinity;
  }

  #openNext(): number {
    this.#tallies.push(new Tally());
    return this.#crowd.openNext();
  }
}

/** The window of a job that sends nothing. */
const NOTHING_SENT = {
  deliveredPerSecond: 0,
  bytesPerDelivery: 0,
  latencyMs: new Latencies().summary(),
  serverCpuPerMillion: 0,
  serverCpu: 0,
  clientCpu: 0,
};
