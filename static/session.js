/** @import {Clock} from "../core/clock.ts" */
/** @import {ErrorFrame, MessageFrame, ServerFrame, WelcomeFrame} from "../core/protocol.ts" */
/** @import {LineState, SocketLike} from "./net/socket.js" */
/** @import {OutboxStore} from "./net/outbox.js" */
/** @import {Peer} from "./model/conversation.js" */
/** @import {RoomState} from "./model/room.js" */
import { randomId } from "./lib/ids.js";
import { LOBBY } from "./model/conversation.js";
import { initialRoom, positionOf, readPosition } from "./model/room.js";
import { dropOutgoing, showOutgoing } from "./model/room_outgoing.js";
import { objectionTo, openPrivate } from "./model/room_private.js";
import { clearDivider } from "./model/room_reading.js";
import { reduceBatch } from "./model/room_state.js";
import { Outbox } from "./net/outbox.js";
import { ReadReceipts } from "./net/read_receipts.js";
import { ReconnectingSocket } from "./net/socket.js";

/**
 * @typedef {object} SessionOptions
 * @property {(position: {epoch: string, seq: number} | null) => string} url Where to connect, being
 *   at this position in the log.
 * @property {(url: string, subprotocol: string) => SocketLike} open
 * @property {Clock} clock
 * @property {OutboxStore} store
 * @property {(flush: () => void) => void} defer Runs `flush` once, soon: with the next picture.
 * @property {() => boolean} isAttentive Whether the end of the conversation is being looked at.
 * @property {(state: RoomState) => void} onChange
 * @property {(line: LineState) => void} onLine
 * @property {(welcome: WelcomeFrame) => void} onWelcome
 * @property {(frame: MessageFrame) => void} onMessage A message just arrived.
 * @property {(error: ErrorFrame) => void} onRefusal Something that has no `id` was refused.
 */

/**
 * One stay in the chat under one name: the line, the outbox and the state between them. Frames
 * are gathered and reduced together, so that a flood costs one picture, not a thousand.
 */
export class ChatSession {
  #options;
  #socket;
  #outbox;
  #receipts;
  #state = initialRoom();
  /** @type {ServerFrame[]} */
  #frames = [];
  #isDeferred = false;

  /** @param {SessionOptions} options */
  constructor(options) {
    const { clock, store, url, open } = options;
    this.#options = options;
    this.#outbox = new Outbox({
      store,
      clock,
      onChange: (row) => this.update((state) => showOutgoing(state, row)),
      objection: (row) => objectionTo(this.#state, row.peer),
    });
    this.#socket = new ReconnectingSocket({
      url: () => {
        this.#flush();
        return url(positionOf(this.#state));
      },
      open,
      clock,
      onFrame: (frame) => this.#receive(frame),
      onState: (line) => this.#lineChanged(line),
    });
    this.#receipts = new ReadReceipts(clock, (frame) => this.#socket.send(frame));
  }

  /** What the page shows now. */
  get state() {
    return this.#state;
  }

  /** How the line stands now. */
  get line() {
    return this.#socket.state;
  }

  /** Takes up what an earlier life of the page left unsent, then connects. */
  async start() {
    await this.#outbox.restore();
    this.#socket.connect();
  }

  /** Connects again after an ending, or ends a wait early. */
  reconnect() {
    this.#socket.connect();
  }

  /** The reader is back, or the network. */
  nudge() {
    this.#socket.nudge();
  }

  /** Leaves the chat. */
  stop() {
    this.#outbox.detach();
    this.#receipts.reset();
    this.#socket.disconnect();
  }

  /**
   * Sends a message, or keeps it until that is possible.
   *
   * @param {Peer | null} peer Null for everyone.
   * @param {string} text
   * @returns {string} Key of the conversation it is shown in.
   */
  send(peer, text) {
    const opened = peer === null
      ? { state: this.#state, key: LOBBY }
      : openPrivate(this.#state, peer);
    const known = opened.state.conversations.get(opened.key)?.peer ?? null;
    this.update(() => clearDivider(opened.state, opened.key));
    this.#outbox.push({ id: randomId(), peer: known, text, at: this.#options.clock.now() });
    return opened.key;
  }

  /** @param {string} id A failed message to send again. */
  retry(id) {
    this.#outbox.retry(id);
  }

  /** @param {string} id A failed message to forget. */
  discard(id) {
    this.#outbox.discard(id);
    this.update((state) => dropOutgoing(state, id));
  }

  /**
   * Changes the state by something the reader did.
   *
   * @param {(state: RoomState) => RoomState} change
   */
  update(change) {
    this.#state = change(this.#state);
    this.#defer();
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    this.#frames.push(frame);
    if (frame.type === "welcome") return this.#welcome(frame);
    if (frame.type === "message") this.#options.onMessage(frame);
    if (frame.type === "ack") this.#outbox.acknowledge(frame);
    if (frame.type === "error") this.#refused(frame);
    this.#defer();
  }

  /** @param {ErrorFrame} error */
  #refused(error) {
    if (error.id !== undefined) return this.#outbox.refuse(error);
    // Before the welcome a refusal ends the connection, and is told with that ending; so is this.
    if (this.line.state === "online" && error.code !== "shutting_down") {
      this.#options.onRefusal(error);
    }
  }

  /** @param {WelcomeFrame} welcome */
  #welcome(welcome) {
    this.#flush();
    this.#outbox.attach(welcome, (frame) => this.#socket.send(frame));
    for (const row of this.#outbox.rows) this.update((state) => showOutgoing(state, row));
    this.#options.onWelcome(welcome);
  }

  /** @param {LineState} line */
  #lineChanged(line) {
    if (line.state !== "online") {
      this.#outbox.detach();
      this.#receipts.reset();
    }
    this.#options.onLine(line);
  }

  #defer() {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#options.defer(() => {
      this.#isDeferred = false;
      this.#flush();
    });
  }

  #flush() {
    const frames = this.#frames;
    this.#frames = [];
    const isAttentive = this.#options.isAttentive();
    this.#state = reduceBatch(this.#state, frames, isAttentive);
    this.#options.onChange(this.#state);
    const read = isAttentive && this.line.state === "online" ? readPosition(this.#state) : null;
    if (read !== null) this.#receipts.note(read.conversation, read.seq);
  }
}
