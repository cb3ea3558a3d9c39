/** @import {Clock, Timer} from "../../core/clock.ts" */
/** @import {ServerFrame, ErrorFrame} from "../../core/protocol.ts" */
import { Backoff, FLOOR_MS } from "./backoff.js";
import { SIGNED_OUT } from "../text/endings.ts";
import { mayReconnect } from "./endings.js";
import { canInflate, PacketReader } from "./packets.js";

/** The subprotocols in which the server may join frames, and pings; the best one first. */
const SUBPROTOCOLS = canInflate() ? ["parley.v1.deflate", "parley.v1"] : ["parley.v1"];
/** Time an answer to a ping may take; after a heartbeat and this without traffic, the line is dead. */
const SILENCE_GRACE_MS = 10_000;
/** Heartbeat assumed until `welcome` tells; also bounds how long a connection attempt may take. */
const FIRST_HEARTBEAT_MS = 15_000;
/** The person's return (tab shown, network back) tries at once, but no faster than this. */
const NUDGE_FLOOR_MS = 1_000;

/**
 * How the line stands. `ended` means that retrying can't help; `refusal` is the last error frame
 * that came before it.
 *
 * @typedef {{state: "idle"}
 *   | {state: "connecting", attempt: number}
 *   | {state: "online"}
 *   | {state: "waiting", attempt: number, delayMs: number, refusal: ErrorFrame | null}
 *   | {state: "ended", code: number, refusal: ErrorFrame | null}} LineState
 */

/**
 * The parts of a WebSocket that are used; a fake in tests.
 *
 * @typedef {object} SocketLike
 * @property {string} binaryType
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onclose
 * @property {(data: string) => void} send
 * @property {() => void} close
 */

/**
 * @typedef {object} SocketOptions
 * @property {() => string} url Asked at each attempt, so that a resume position can be in it.
 * @property {(url: string, subprotocols: string[]) => SocketLike} open
 * @property {Clock} clock
 * @property {(frame: ServerFrame) => void} onFrame Every frame but pings, in order.
 * @property {(state: LineState) => void} onState
 * @property {() => number} [random]
 */

/**
 * A connection that comes back by itself. It counts as online from `welcome` on, answers pings,
 * notices a silent line, and pauses between attempts with backoff and jitter.
 */
export class ReconnectingSocket {
  #options;
  #backoff;
  /** @type {SocketLike | null} */
  #socket = null;
  /** @type {PacketReader | null} */
  #reader = null;
  /** @type {LineState} */
  #state = { state: "idle" };
  /** @type {Timer | null} */
  #retryTimer = null;
  /** @type {Timer | null} */
  #watchdog = null;
  /** @type {ErrorFrame | null} */
  #refusal = null;
  #heartbeatMs = FIRST_HEARTBEAT_MS;
  #lastTraffic = 0;
  #lastAttempt = -Infinity;

  /** @param {SocketOptions} options */
  constructor(options) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  /** How the line stands now. */
  get state() {
    return this.#state;
  }

  /** Connects now, whatever the state: also the way back from `ended`. */
  connect() {
    this.#drop();
    this.#refusal = null;
    this.#heartbeatMs = FIRST_HEARTBEAT_MS;
    this.#lastAttempt = this.#options.clock.monotonic();
    this.#setState({ state: "connecting", attempt: this.#backoff.attempts });
    const socket = this.#options.open(this.#options.url(), SUBPROTOCOLS);
    const reader = new PacketReader(
      (frames) => this.#receive(frames),
      // The line is as good as lost: what is missing comes with the next one.
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
  disconnect() {
    this.#drop();
    this.#backoff.reset();
    this.#setState({ state: "idle" });
  }

  /**
   * Sends one frame if the line is up.
   *
   * @param {object} frame
   * @returns {boolean} Whether it was handed over; only an ack says that it arrived.
   */
  send(frame) {
    if (this.#state.state !== "online" || this.#socket === null) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** The line is known to be dead, long before its silence would tell. */
  giveUp() {
    if (this.#socket !== null) this.#ended(1006);
  }

  /** The tab is shown again or the network is back: a wait ends early, a dead line is noticed. */
  nudge() {
    if (this.#state.state === "waiting") return this.#retryEarly();
    if (this.#socket !== null) this.#checkSilence();
  }

  /** @param {ServerFrame[]} frames */
  #receive(frames) {
    const socket = this.#socket;
    for (const frame of frames) {
      if (this.#socket === socket) this.#guard(frame);
    }
  }

  /** @param {ServerFrame} frame One whose handling may fail without costing those behind it. */
  #guard(frame) {
    try {
      this.#handle(frame);
    } catch (error) {
      reportError(error);
    }
  }

  /** @param {ServerFrame} frame */
  #handle(frame) {
    if (frame.type === "ping") return void this.#socket?.send('{"type":"pong"}');
    if (frame.type === "welcome") {
      this.#heartbeatMs = frame.heartbeatMs;
      this.#backoff.reset();
      this.#setState({ state: "online" });
    }
    if (frame.type === "error" && frame.id === undefined) this.#refusal = frame;
    // Its close code may get lost on the way, so this word is an ending already.
    if (this.#refusal?.code === "signed_out") return this.#ended(SIGNED_OUT);
    this.#options.onFrame(frame);
  }

  /** @param {number} code */
  #ended(code) {
    this.#drop();
    if (!mayReconnect(code)) {
      return this.#setState({ state: "ended", code, refusal: this.#refusal });
    }
    this.#wait();
  }

  #wait() {
    const asked = Number(this.#refusal?.params?.retryAfterMs ?? 0);
    const attempt = this.#backoff.attempts + 1;
    const delayMs = this.#backoff.next(Number.isFinite(asked) ? asked : 0);
    this.#retryIn(delayMs);
    this.#setState({ state: "waiting", attempt, delayMs, refusal: this.#refusal });
  }

  #retryEarly() {
    const since = this.#options.clock.monotonic() - this.#lastAttempt;
    const asked = Number(this.#refusal?.params?.retryAfterMs ?? 0);
    this.#retryIn(Math.max(FLOOR_MS, NUDGE_FLOOR_MS - since, asked - since));
  }

  /** @param {number} delayMs */
  #retryIn(delayMs) {
    this.#retryTimer?.cancel();
    this.#retryTimer = this.#options.clock.schedule(() => this.connect(), delayMs);
  }

  #hearSomething() {
    this.#lastTraffic = this.#options.clock.monotonic();
  }

  #watch() {
    const left = this.#heartbeatMs + SILENCE_GRACE_MS - this.#silenceMs();
    this.#watchdog = this.#options.clock.schedule(() => this.#checkSilence(), left);
  }

  #checkSilence() {
    this.#watchdog?.cancel();
    if (this.#silenceMs() < this.#heartbeatMs + SILENCE_GRACE_MS) return this.#watch();
    // The close handshake of a vanished peer may take minutes, so its socket is dropped instead.
    this.#ended(1006);
  }

  #silenceMs() {
    return this.#options.clock.monotonic() - this.#lastTraffic;
  }

  /** Forgets the socket at hand: whatever it still says is not heard. */
  #drop() {
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

  /** @param {LineState} state */
  #setState(state) {
    this.#state = state;
    this.#options.onState(state);
  }
}
