/** @import {Clock} from "../core/clock.ts" */
/** @import {ErrorFrame, MessageFrame, ServerFrame, WelcomeFrame} from "../core/protocol.ts" */
/** @import {ConnectionState} from "./model/connection.ts" */
/** @import {SocketLike} from "./net/socket.ts" */
/** @import {Api} from "./net/api.ts" */
/** @import {OutboxChange} from "./net/outbox_rows.ts" */
/** @import {OutboxStore} from "./net/outbox_store.ts" */
/** @import {TabChannel} from "./net/tab_channel.ts" */
/** @import {Turn} from "./net/sending_turn.ts" */
/** @import {Peer} from "./model/conversation.js" */
/** @import {RoomState} from "./model/room.js" */
import { randomId } from "./net/ids.ts";
import { addressOf, LOBBY, peerAt } from "./model/conversation.js";
import { showNewest } from "./model/ranges.js";
import { changeAll, initialRoom, positionOf, readPosition } from "./model/room.js";
import { dropOutgoing, orderOutgoing, showOutgoing } from "./model/room_outgoing.js";
import { toEntry } from "./model/room_messages.js";
import { isOtherAccount } from "./model/room_joining.js";
import { objectionTo, openPrivate, placePrivate } from "./model/room_private.js";
import { clearDivider } from "./model/room_reading.js";
import { reduceBatch } from "./model/room_state.js";
import { History } from "./history.js";
import { Outbox } from "./net/outbox.ts";
import { ReadReceipts } from "./net/read_receipts.ts";
import { ReconnectingSocket } from "./net/socket.ts";
import { nameKey } from "./text/name_key.ts";
import { strings } from "./text/strings.ts";

/**
 * @typedef {object} SessionOptions
 * @property {(position: {epoch: string, seq: number} | null) => string} url Where to connect, being
 *   at this position in the log.
 * @property {(url: string, subprotocols: string[]) => SocketLike} open
 * @property {Clock} clock
 * @property {OutboxStore} store
 * @property {Turn} turn
 * @property {TabChannel} channel
 * @property {Pick<Api, "get">} api
 * @property {(flush: () => void) => void} defer Runs `flush` once, soon: with the next picture.
 * @property {() => boolean} isAttentive Whether the end of the conversation is being looked at.
 * @property {() => boolean} isAtEnd Whether that end is on screen, looked at or not.
 * @property {(state: RoomState) => void} onChange
 * @property {(line: ConnectionState) => void} onLine
 * @property {(welcome: WelcomeFrame) => void} onWelcome
 * @property {(frame: MessageFrame) => void} onMessage A message just arrived.
 * @property {() => void} onSignedOut The account was signed out in another tab.
 * @property {() => void} onOtherAccount The line came back under another account than before.
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
  #history;
  #state = initialRoom();
  /** @type {ServerFrame[]} */
  #frames = [];
  #isDeferred = false;
  /** What is on screen. @type {RoomState | null} */
  #drawn = null;
  /** Whether the picture on screen lacks the first page still. */
  #wasOpening = false;

  /** @param {SessionOptions} options */
  constructor(options) {
    const { clock, store, turn, channel, url, open } = options;
    this.#options = options;
    this.#outbox = new Outbox({
      store,
      turn,
      channel,
      clock,
      nameKey,
      words: strings.unsent,
      onChange: (change) => this.#outboxChanged(change),
      objection: (row) => objectionTo(this.#state, peerAt(row.to)),
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
    this.#history = new History({
      api: options.api,
      clock,
      state: () => this.#state,
      update: (change) => this.update(change),
    });
  }

  /** What the page shows now. */
  get state() {
    return this.#state;
  }

  /** Whether what comes now is read at once. */
  get isAttentive() {
    return this.#options.isAttentive() && !this.#history.isOpening && !this.#wasOpening;
  }

  /** How the line stands now. */
  get line() {
    return this.#socket.state;
  }

  /** Whether the first page of the conversation on screen is still awaited. */
  get isOpening() {
    return this.#history.isOpening;
  }

  /** Whether nothing of this browser's own is kept by the server. */
  get isGuest() {
    return this.#history.isGuest;
  }

  /** Connects. */
  start() {
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

  /** The server can't be reached: the line counts as lost. */
  giveUp() {
    this.#socket.giveUp();
  }

  /** Leaves the chat for good. */
  stop() {
    this.#outbox.close();
    this.#receipts.reset();
    this.#history.stop();
    this.#socket.disconnect();
  }

  /** Forgets what was not sent: this account signs out of the browser. */
  wipe() {
    return this.#outbox.wipe();
  }

  /** Loads what comes before the conversation on screen. */
  older() {
    if (!this.#history.isOpening) void this.#history.older(this.#state.active);
  }

  /** Loads what comes after what is shown of the conversation on screen. */
  newer() {
    if (!this.#history.isOpening) void this.#history.newer(this.#state.active);
  }

  /** Shows the end of the conversation on screen. */
  newest() {
    this.#history.newest(this.#state.active);
  }

  /**
   * Loads a position of the log where it isn't there.
   *
   * @param {string} key Of the conversation.
   * @param {number} seq
   */
  around(key, seq) {
    return this.#history.around(key, seq);
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
    const at = this.#options.clock.now();
    this.update(() => clearDivider(opened.state, opened.key));
    this.#outbox.push({ id: randomId(), to: addressOf(known), text, at });
    return opened.key;
  }

  /**
   * Searches what this account may see.
   *
   * @param {string} query
   * @param {number} [before] Only what comes before this position.
   */
  search(query, before) {
    const as = this.isGuest ? undefined : this.#state.self?.username;
    // Days in a query are the reader's own.
    const offsetMinutes = -new Date(this.#options.clock.now()).getTimezoneOffset();
    return this.#options.api.get("search", { q: query, before, offsetMinutes, as });
  }

  /**
   * The conversation a message of the log belongs to, opened if need be.
   *
   * @param {MessageFrame} frame
   * @returns {string} Its key.
   */
  place(frame) {
    if (frame.to === undefined) return LOBBY;
    const placed = placePrivate(this.#state, frame, toEntry(this.#state, frame), frame.to);
    this.update(() => placed.state);
    return placed.key;
  }

  /**
   * Key of a message of this log among the entries.
   *
   * @param {number} seq
   */
  keyOf(seq) {
    return `${this.#state.era}:${seq}`;
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
   * Changes the state by something the reader did, and shows it at once.
   *
   * @param {(state: RoomState) => RoomState} change
   */
  act(change) {
    this.update(change);
    this.#draw();
  }

  /**
   * Changes the state, and shows it with the next picture.
   *
   * @param {(state: RoomState) => RoomState} change
   */
  update(change) {
    this.#state = change(this.#state);
    this.#defer();
  }

  /** @param {ServerFrame} frame */
  #receive(frame) {
    if (frame.type === "welcome" && !this.isGuest && isOtherAccount(this.#state, frame)) {
      return this.#options.onOtherAccount();
    }
    this.#gather(frame);
    if (frame.type === "welcome") return this.#welcome(frame);
    if (frame.type === "resumed" && !frame.recovered) return this.#lostTrack();
    if (frame.type === "message") this.#options.onMessage(frame);
    if (frame.type === "ack") this.#outbox.acknowledge(frame);
    if (frame.type === "error") this.#refused(frame);
  }

  /** @param {ServerFrame} frame One to reduce with the next picture. */
  #gather(frame) {
    this.#frames.push(frame);
    this.#defer();
  }

  /** Too much was missed: goes to the newest, unless something else is being read. */
  #lostTrack() {
    this.#flush();
    const stays = this.#options.isAtEnd() ? null : this.#state.active;
    this.update((state) => changeAll(state, (one) => one.key === stays ? one : showNewest(one)));
    this.#history.begin();
  }

  /** @param {OutboxChange} change */
  #outboxChanged(change) {
    switch (change.type) {
      case "row":
        return this.update((state) => showOutgoing(state, change.row));
      case "order":
        return this.update((state) => orderOutgoing(state, change.ids));
      case "gone":
        return this.update((state) => dropOutgoing(state, change.id));
      case "ack":
        return this.#gather(change.ack);
      case "wiped":
        return this.#options.onSignedOut();
    }
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
    if (!this.#state.isResuming) this.#history.begin();
    this.#options.onWelcome(welcome);
  }

  /** @param {ConnectionState} line */
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
    this.#history.open();
    const isAttentive = this.isAttentive;
    this.#state = reduceBatch(this.#state, frames, isAttentive);
    if (this.#state !== this.#drawn || this.#history.isOpening !== this.#wasOpening) this.#draw();
    const read = isAttentive && this.line.state === "online" ? readPosition(this.#state) : null;
    if (read !== null) this.#receipts.note(read.conversation, read.seq);
  }

  #draw() {
    this.#drawn = this.#state;
    this.#options.onChange(this.#state);
    this.#noteOpening();
  }

  /** What a first page brings is read only once it has been on screen. */
  #noteOpening() {
    const isOpening = this.#history.isOpening;
    if (this.#wasOpening && !isOpening) this.#defer();
    this.#wasOpening = isOpening;
  }
}
