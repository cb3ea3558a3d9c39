import { Crowd } from "./crowd.ts";
import type { Job, JobResult } from "./job.ts";
import type { Link } from "./link.ts";
import { readNumber, readSender, readTime } from "./marks.ts";
import { residentBytes, type Shares, startMeter } from "./meter.ts";
import { percentilesOf } from "./percentiles.ts";
import { Sender } from "./sender.ts";
import type { Messages } from "./shared_packets.ts";
import { hasAcks, nameOf } from "./speeches.ts";
import { Tally } from "./tally.ts";

/** Limits for connecting, and for the messages still in flight at the end. */
const CONNECT_LIMIT_MS = 60_000;
const DRAIN_LIMIT_MS = 60_000;
/** Pause after connecting: not every server says when a connection is in. */
const SETTLE_MS = 500;

/** Carries out one job, from its first connection to the check of its checksums. */
export class Load implements Disposable {
  #job: Job;
  #crowd: Crowd;
  /** What each connection received. */
  #tallies: Tally[] = [];
  #senders: Sender[] = [];
  /** What everyone must receive. */
  #toEveryone = new Tally();
  /** Of sampled messages, in milliseconds. */
  #latencies: number[] = [];
  #delivered = 0;
  #acks = 0;
  #sampleIn = 1;
  #isSending = false;
  #nextSendAt = Infinity;
  #sentPaced = 0;

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
   * @throws {Error} If a connection is refused or lost, or a message is lost or duplicated.
   */
  run(): JobResult {
    const { serverPid, idleMs } = this.#job;
    const stopWhole = startMeter(serverPid);
    const before = residentBytes(serverPid);
    const connectMs = this.#connectAll();
    this.#pump(SETTLE_MS);
    const { serverCpu: idleCpu } = this.#measure(idleMs);
    const idle = residentBytes(serverPid);
    const sending = this.#sendAll();
    const { otherCpu } = stopWhole();
    this.#check();
    const sent = this.#senders.reduce((sum, sender) => sum + sender.sent, 0);
    const counts = { sent, acks: this.#acks, delivered: this.#delivered };
    return { ...sending, ...counts, otherCpu, idleCpu, connectMs, memory: { before, idle } };
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
      while (this.#crowd.links.length < most) {
        this.#tallies.push(new Tally());
        this.#crowd.openNext();
      }
      return this.#crowd.entered === connections;
    };
    openMore();
    this.#pump(CONNECT_LIMIT_MS, openMore);
    const missing = connections - this.#crowd.entered;
    if (missing > 0) throw new Error(`${missing} connections were not let in`);
    return performance.now() - startedAt;
  }

  #sendAll() {
    const { warmupMs, durationMs } = this.#job;
    this.#startSending();
    this.#pump(warmupMs);
    this.#latencies = [];
    const [deliveredBefore, bytesBefore] = [this.#delivered, this.#crowd.bytes];
    const { seconds, serverCpu, clientCpu } = this.#measure(durationMs);
    const delivered = this.#delivered - deliveredBefore;
    const perDelivery = (total: number) => delivered === 0 ? 0 : total / delivered;
    const bytesPerDelivery = perDelivery(this.#crowd.bytes - bytesBefore);
    const latencyMs = percentilesOf(this.#latencies);
    this.#finishSending();
    return {
      deliveredPerSecond: delivered / seconds,
      bytesPerDelivery,
      latencyMs,
      serverCpuPerMillion: perDelivery(serverCpu * seconds * 1e6),
      serverCpu,
      clientCpu,
    };
  }

  #startSending(): void {
    const { senders, perSecond } = this.#job;
    for (let i = 0; i < senders; i++) this.#senders.push(this.#newSender(i));
    this.#isSending = true;
    const now = this.#crowd.now = performance.now();
    if (perSecond > 0) this.#nextSendAt = now;
    for (let i = 0; i < senders; i++) this.#sendMore(i);
  }

  #newSender(index: number): Sender {
    const isPrivate = this.#job.audience === "partner";
    const tally = isPrivate ? new Tally() : this.#toEveryone;
    const to = isPrivate ? nameOf(this.#job.senders + index) : undefined;
    return new Sender({ job: this.#job, link: this.#crowd.links[index]!, tally, to });
  }

  /** Stops sending, and waits for the messages in flight. */
  #finishSending(): void {
    this.#isSending = false;
    this.#nextSendAt = Infinity;
    this.#pump(DRAIN_LIMIT_MS, () => this.#isDrained());
  }

  #measure(ms: number): Shares {
    const stop = startMeter(this.#job.serverPid);
    this.#pump(ms);
    return stop();
  }

  // ─── Checksums ─────────────────────────────────────────────────────────────────────────────────

  #isDrained(): boolean {
    const isAcked = !hasAcks(this.#job.speech) ||
      this.#senders.every(({ sent, acked }) => acked === sent);
    return isAcked && this.#tallies.every((tally, i) => tally.count >= this.#expected(i).count);
  }

  #check(): void {
    this.#tallies.forEach((tally, index) => {
      const expected = this.#expected(index);
      if (tally.equals(expected)) return;
      throw new Error(
        `Connection ${index} got ${tally.count} messages of ${expected.count}, or the wrong ones`,
      );
    });
  }

  #expected(index: number): Tally {
    return this.#senders[index % this.#job.senders]?.tally ?? this.#toEveryone;
  }

  // ─── Events ────────────────────────────────────────────────────────────────────────────────────

  /** Handles events for `ms` milliseconds, or until `isDone` returns true. */
  #pump(ms: number, isDone: () => boolean = () => false): void {
    const crowd = this.#crowd;
    crowd.now = performance.now();
    const until = crowd.now + ms;
    while (crowd.now < until && !isDone()) {
      crowd.turn(Math.min(until, this.#nextSendAt));
      this.#sendDue();
    }
  }

  #onMessage({ index }: Link, bytes: Uint8Array, mark: number): void {
    const sender = readSender(bytes, mark);
    this.#tallies[index]!.add(sender, readNumber(bytes, mark));
    this.#delivered++;
    if (sender === index) this.#senders[index]!.copied++;
    if (--this.#sampleIn > 0) return;
    this.#sampleIn = this.#job.sampleEvery;
    this.#latencies.push(this.#crowd.now - readTime(bytes, mark) / 1000);
  }

  #onMessages({ index }: Link, { tally, times, bySender }: Messages): void {
    this.#tallies[index]!.addAll(tally);
    this.#delivered += times.length;
    if (index < this.#senders.length) this.#senders[index]!.copied += bySender.get(index) ?? 0;
    for (; this.#sampleIn <= times.length; this.#sampleIn += this.#job.sampleEvery) {
      this.#latencies.push(this.#crowd.now - times[this.#sampleIn - 1]! / 1000);
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
      // The time counts from when the message was due, so that a late client adds to the latency.
      this.#senders[this.#sentPaced++ % senders]!.send(this.#nextSendAt);
      this.#nextSendAt += 1000 / perSecond;
    }
  }
}

// The load client's process: its argument is the job as JSON, and it prints the result.
if (import.meta.main) {
  using load = new Load(JSON.parse(Deno.args[0] ?? ""));
  try {
    console.log(JSON.stringify(load.run()));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exitCode = 1;
  }
}
