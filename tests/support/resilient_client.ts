import { CLOSE_CODES } from "../../core/close_codes.ts";
import type {
  AckFrame,
  ErrorFrame,
  MessageFrame,
  ResumedFrame,
  ServerFrame,
  WelcomeFrame,
} from "../../core/protocol.ts";
import type { Closing } from "./chat_client.ts";
import { packetText } from "./packet_text.ts";
import { Watch } from "./watch.ts";

/** How a {@linkcode ResilientClient} lives. */
export interface ResilientClientOptions {
  readonly username: string;
  readonly credential: string;
  /** Where to connect, as in `ws://127.0.0.1:41234`; asked each time, and may wait for a server. */
  readonly endpoint: () => Promise<string>;
  /** Told of every frame and every ending. */
  readonly watch?: Watch;
  /** @default {["parley.v1"]} */
  readonly protocols?: string[];
  /** Messages that may be without their ack at once. @default {8} */
  readonly window?: number;
  /** Where an earlier life of this client was; it resumes from there. */
  readonly position?: Position;
}

/** Where a client is in the log. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** A message to be sent. */
export interface Sending {
  readonly id: string;
  readonly to?: string;
  readonly message: string;
}

/** Positions that a resume could not bring. */
export interface Gap {
  readonly after: number;
  /** The last position that is missing. */
  readonly upTo: number;
}

/** Codes after which a client must not come back by itself. */
const FINAL_CODES = new Set<number>(
  Object.values(CLOSE_CODES).filter(({ reconnect }) => !reconnect).map(({ code }) => code),
);

/**
 * A client that does what `docs/protocol.md` tells clients to do: it keeps its position and its
 * unacknowledged messages, comes back by itself, resumes, and sends again under the same ids. It
 * notes whatever the server must never do. Dispose of it after use.
 */
export class ResilientClient implements AsyncDisposable {
  readonly username: string;
  /** Every new message it got, in the order in which they came. */
  readonly received: MessageFrame[] = [];
  /** Messages from before that were sent because they had waited. */
  readonly waited: MessageFrame[] = [];
  /** Everything it ever asked to send. */
  readonly sent = new Map<string, Sending>();
  /** The first ack of every message. */
  readonly acks = new Map<string, AckFrame>();
  /** Positions of private messages that arrived after they had waited. */
  readonly delivered: number[] = [];
  /** Who has left while it was there. */
  readonly left = new Set<string>();
  /** Refusals it got, temporary ones too. */
  readonly errors: ErrorFrame[] = [];
  readonly endings: Closing[] = [];
  /** What it missed and could not be recovered. */
  readonly gaps: Gap[] = [];
  /** What should never have happened. */
  readonly problems: string[] = [];
  /** How often a repeat got its first answer. */
  duplicates = 0;
  /** How often a resume brought everything. */
  recoveries = 0;
  account = "";
  /** The position from which on it should have got everything. */
  since: number | undefined;
  #options: ResilientClientOptions;
  #watch: Watch;
  #socket: WebSocket | undefined;
  #position: Position | undefined;
  #epoch = "";
  #isWelcome = false;
  #isStopped = false;
  #stopped = Promise.withResolvers<undefined>();
  #pending: Sending[] = [];
  #inFlight = new Set<string>();
  #pause: ReturnType<typeof setTimeout> | undefined;
  #life: Promise<void>;

  constructor(options: ResilientClientOptions) {
    this.#options = options;
    this.username = options.username;
    this.#watch = options.watch ?? new Watch();
    this.#position = options.position;
    this.since = options.position?.seq;
    this.#life = this.#live();
  }

  /** Where it is in the log. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Whether it has been let in, and its connection stands. */
  get isOnline(): boolean {
    return this.#isWelcome;
  }

  /** Messages that have no ack yet. */
  get unanswered(): number {
    return this.#pending.length;
  }

  /** Sends a message, and keeps it until its ack; returns its id. */
  say(message: string, to?: string): string {
    const id = crypto.randomUUID();
    const sending = { id, ...(to === undefined ? {} : { to }), message };
    this.sent.set(id, sending);
    this.#pending.push(sending);
    this.#pump();
    return id;
  }

  /** Never sends again what has no ack: nobody will know what became of it. */
  forgetUnanswered(): void {
    this.#pending = [];
  }

  /** Ends the connection, not the client: it comes back as soon as there is an endpoint. */
  drop(): void {
    const socket = this.#socket;
    // A socket that is closed while it connects leaves its server with half a handshake.
    if (socket?.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket?.close();
  }

  /** Waits until a condition holds. */
  until(condition: () => boolean, what: string): Promise<void> {
    const state = () => `${this.username}: ${what}; ${this.#describe()}`;
    return this.#watch.until(condition, state);
  }

  /** Ends the client; the socket is gone afterwards. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve(undefined);
    this.#resumeSending();
    this.drop();
    await this.#life;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #live(): Promise<void> {
    while (!this.#isStopped) {
      const base = await Promise.race([this.#options.endpoint(), this.#stopped.promise]);
      if (base !== undefined && !this.#isStopped) await this.#connectOnce(base);
    }
  }

  #connectOnce(base: string): Promise<void> {
    const { credential, protocols = ["parley.v1"] } = this.#options;
    const socket = new WebSocket(this.#urlAt(base), {
      headers: { authorization: `Bearer ${credential}` },
      protocols,
    });
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#receive(data);
    // A `close` follows every error and is what counts.
    socket.onerror = () => {};
    return new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        this.#end({ code, reason });
        resolve();
      };
    });
  }

  #urlAt(base: string): string {
    const url = `${base}/ws/${encodeURIComponent(this.username)}`;
    if (!this.#position) return url;
    const { epoch, seq } = this.#position;
    return `${url}?epoch=${epoch}&seq=${seq}`;
  }

  #end(ending: Closing): void {
    this.#isWelcome = false;
    this.#inFlight.clear();
    this.#resumeSending();
    this.endings.push(ending);
    if (FINAL_CODES.has(ending.code) && !this.#isStopped && ending.code !== 1000) {
      this.problems.push(`was told never to come back: ${ending.code} ${ending.reason}`);
      this.#isStopped = true;
    }
    this.#watch.notify();
  }

  #receive(data: string | ArrayBuffer): void {
    for (const line of packetText(data).split("\n")) this.#take(JSON.parse(line));
    this.#watch.notify();
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        return this.#enter(frame);
      case "message":
        return this.#note(frame);
      case "resumed":
        return this.#resume(frame);
      case "ack":
        return this.#acknowledge(frame);
      case "error":
        return this.#refuse(frame);
      case "left":
        return void this.left.add(frame.username);
      case "presence":
        return frame.left.forEach(({ username }) => this.left.add(username));
      case "delivered":
        return void this.delivered.push(frame.seq);
      case "ping":
        return this.#socket?.send(`{"type":"pong"}`);
    }
  }

  #enter({ account, epoch, seq }: WelcomeFrame): void {
    if (this.account !== "" && this.account !== account) this.problems.push("lost its account");
    this.account = account;
    this.#epoch = epoch;
    this.#position ??= { epoch, seq };
    this.since ??= seq;
    this.#isWelcome = true;
    this.#pump();
  }

  #note(frame: MessageFrame): void {
    if (frame.replay) return void this.waited.push(frame);
    const { epoch, seq } = this.#position!;
    if (frame.seq <= seq) {
      this.problems.push(`got ${frame.seq} when it had everything up to ${seq}`);
    }
    this.#position = { epoch, seq: frame.seq };
    this.received.push(frame);
  }

  #resume({ recovered, seq: upTo }: ResumedFrame): void {
    const { epoch, seq } = this.#position!;
    if (!recovered) this.gaps.push({ after: epoch === this.#epoch ? seq : 0, upTo });
    else if (upTo < seq) this.problems.push(`had ${seq} and was taken back to ${upTo}`);
    else this.recoveries++;
    this.#position = { epoch: this.#epoch, seq: upTo };
  }

  #acknowledge(ack: AckFrame): void {
    const first = this.acks.get(ack.id);
    if (ack.duplicate) this.duplicates++;
    if (!this.sent.has(ack.id)) this.problems.push(`got an ack for ${ack.id}, which it never sent`);
    if (first && first.seq !== ack.seq) {
      this.problems.push(`${ack.id} is ${first.seq} and ${ack.seq}`);
    }
    if (!first) this.acks.set(ack.id, ack);
    this.#settle(ack.id);
    this.#pump();
  }

  #refuse(error: ErrorFrame): void {
    this.errors.push(error);
    if (error.id === undefined) return;
    this.#inFlight.delete(error.id);
    const retryAfterMs = error.params?.retryAfterMs;
    if (typeof retryAfterMs === "number") return this.#pauseFor(retryAfterMs);
    this.#settle(error.id);
    this.#pump();
  }

  #settle(id: string): void {
    this.#pending = this.#pending.filter((sending) => sending.id !== id);
    this.#inFlight.delete(id);
  }

  #pump(): void {
    if (!this.#isWelcome || this.#pause !== undefined) return;
    const { window = 8 } = this.#options;
    for (const sending of this.#pending) {
      if (this.#inFlight.size >= window) return;
      if (this.#inFlight.has(sending.id)) continue;
      this.#inFlight.add(sending.id);
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(sending));
    }
  }

  #pauseFor(delayMs: number): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#resumeSending();
      this.#pump();
    }, delayMs);
  }

  #resumeSending(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #describe(): string {
    const { received, unanswered, endings, errors } = this;
    const last = JSON.stringify({ ending: endings.at(-1), error: errors.at(-1) });
    const { seq } = this.#position ?? { seq: "none" };
    return `position ${seq}, ${received.length} received, ${unanswered} unanswered, ${last}`;
  }
}
