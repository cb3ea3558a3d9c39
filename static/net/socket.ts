import type { Clock, Timer } from "../../core/clock.ts";
import type { ClientFrame, ErrorFrame, ServerFrame } from "../../core/protocol.ts";
import type { ConnectionState } from "../model/connection.ts";
import { Backoff, FLOOR_MS } from "./backoff.ts";
import { mayReconnect, SIGNED_OUT } from "./endings.ts";
import { canInflate, PacketReader } from "./packets.ts";

/** The subprotocols in which the server may join frames, and pings; the best one first. */
const SUBPROTOCOLS = canInflate() ? ["parley.v1.deflate", "parley.v1"] : ["parley.v1"];
/** A connection without traffic for a heartbeat and this time on top is dead. */
const SILENCE_GRACE_MS = 10_000;
/** Heartbeat assumed until `welcome` tells; also bounds how long a connection attempt may take. */
const FIRST_HEARTBEAT_MS = 15_000;
/** The person's return (tab shown, network back) retries at once, but no faster than this. */
const NUDGE_FLOOR_MS = 1_000;

/** The parts of a WebSocket that the page uses; tests fake it. */
export interface SocketLike {
  binaryType: string;
  // deno-lint-ignore no-explicit-any -- A browser's event and a fake's have only `data` in common.
  onmessage: ((event: any) => void) | null;
  // deno-lint-ignore no-explicit-any -- As above, with `code`.
  onclose: ((event: any) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface SocketOptions {
  /** Asked at each attempt, so that it can hold the position to resume from. */
  readonly url: () => string;
  readonly open: (url: string, subprotocols: string[]) => SocketLike;
  readonly clock: Clock;
  /** Called with every frame but pings, in order. */
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: ConnectionState) => void;
  readonly random?: () => number;
}

/**
 * A connection that comes back by itself. It counts as online from `welcome` on, answers pings,
 * notices when the server falls silent, and pauses between attempts with backoff and jitter. At
 * most one socket is open, and frames of an earlier one never arrive.
 */
export class ReconnectingSocket {
  readonly #options: SocketOptions;
  readonly #backoff: Backoff;
  #socket: SocketLike | null = null;
  #reader: PacketReader | null = null;
  #state: ConnectionState = { state: "idle" };
  #retryTimer: Timer | null = null;
  #watchdog: Timer | null = null;
  #refusal: ErrorFrame | null = null;
  #heartbeatMs = FIRST_HEARTBEAT_MS;
  #lastTraffic = 0;
  #lastAttempt = -Infinity;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  /** The current state. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects now, whatever the state: also the way back from `ended`. */
  connect(): void {
    this.#drop();
    this.#refusal = null;
    this.#heartbeatMs = FIRST_HEARTBEAT_MS;
    this.#lastAttempt = this.#options.clock.monotonic();
    this.#setState({ state: "connecting", attempt: this.#backoff.attempts });
    const socket = this.#options.open(this.#options.url(), SUBPROTOCOLS);
    const reader = new PacketReader(
      (frames) => this.#receive(frames),
      // The next connection replays the missing frames.
      () => this.#ended(1006),
    );
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => {
      this.#hearSomething();
      reader.read(event.data);
    };
    socket.onclose = (event) => reader.afterAll(() => this.#ended(event.code));
    this.#socket = socket;
    this.#reader = reader;
    this.#hearSomething();
    this.#watch();
  }

  /** Leaves for good: no more attempts until {@linkcode ReconnectingSocket.connect}. */
  disconnect(): void {
    this.#drop();
    this.#backoff.reset();
    this.#setState({ state: "idle" });
  }

  /**
   * Sends one frame if the connection is up.
   *
   * @returns Whether it was handed over; only an ack says that it arrived.
   */
  send(frame: ClientFrame): boolean {
    if (this.#state.state !== "online" || this.#socket === null) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** The connection is known to be dead, long before its silence would tell. */
  giveUp(): void {
    if (this.#socket !== null) this.#ended(1006);
  }

  /** The tab is shown again or the network is back: ends a wait, and notices a dead connection. */
  nudge(): void {
    if (this.#state.state === "waiting") return this.#retryEarly();
    if (this.#socket !== null) this.#checkSilence();
  }

  #receive(frames: ServerFrame[]): void {
    const socket = this.#socket;
    for (const frame of frames) {
      if (this.#socket === socket) this.#guard(frame);
    }
  }

  /** A frame whose handling fails must not cost the frames behind it. */
  #guard(frame: ServerFrame): void {
    try {
      this.#handle(frame);
    } catch (error) {
      reportError(error);
    }
  }

  #handle(frame: ServerFrame): void {
    if (frame.type === "ping") return void this.#socket?.send('{"type":"pong"}');
    if (frame.type === "welcome") {
      this.#heartbeatMs = frame.heartbeatMs;
      this.#backoff.reset();
      this.#setState({ state: "online" });
    }
    if (frame.type === "error" && frame.id === undefined) this.#refusal = frame;
    // The close code that follows may get lost, so this frame ends the connection already.
    if (this.#refusal?.code === "signed_out") return this.#ended(SIGNED_OUT);
    this.#options.onFrame(frame);
  }

  #ended(code: number): void {
    this.#drop();
    if (!mayReconnect(code)) {
      return this.#setState({ state: "ended", code, refusal: this.#refusal });
    }
    this.#wait();
  }

  #wait(): void {
    const asked = Number(this.#refusal?.params?.retryAfterMs ?? 0);
    const attempt = this.#backoff.attempts + 1;
    const delayMs = this.#backoff.next(Number.isFinite(asked) ? asked : 0);
    this.#retryIn(delayMs);
    this.#setState({ state: "waiting", attempt, delayMs, refusal: this.#refusal });
  }

  #retryEarly(): void {
    const since = this.#options.clock.monotonic() - this.#lastAttempt;
    const asked = Number(this.#refusal?.params?.retryAfterMs ?? 0);
    this.#retryIn(Math.max(FLOOR_MS, NUDGE_FLOOR_MS - since, asked - since));
  }

  #retryIn(delayMs: number): void {
    this.#retryTimer?.cancel();
    this.#retryTimer = this.#options.clock.schedule(() => this.connect(), delayMs);
  }

  #hearSomething(): void {
    this.#lastTraffic = this.#options.clock.monotonic();
  }

  #watch(): void {
    const left = this.#heartbeatMs + SILENCE_GRACE_MS - this.#silenceMs();
    this.#watchdog = this.#options.clock.schedule(() => this.#checkSilence(), left);
  }

  #checkSilence(): void {
    this.#watchdog?.cancel();
    if (this.#silenceMs() < this.#heartbeatMs + SILENCE_GRACE_MS) return this.#watch();
    // The close handshake of a vanished peer may take minutes, so its socket is dropped instead.
    this.#ended(1006);
  }

  #silenceMs(): number {
    return this.#options.clock.monotonic() - this.#lastTraffic;
  }

  /** Forgets the current socket: nothing it still sends is heard. */
  #drop(): void {
    this.#retryTimer?.cancel();
    this.#watchdog?.cancel();
    const socket = this.#socket;
    this.#socket = null;
    this.#reader?.close();
    if (socket === null) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
