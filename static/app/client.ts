import type { Clock } from "../../core/clock.ts";
import type { ErrorFrame, MessageFrame, ServerFrame, WelcomeFrame } from "../../core/protocol.ts";
import type { Address } from "../model/address.ts";
import type { ConnectionState } from "../model/connection.ts";
import { type ConversationKey, LOBBY } from "../model/conversation.ts";
import { setConnection } from "../model/changes.ts";
import { addressOfUnsent, objectionTo, openDirect } from "../model/directs.ts";
import { showEnds } from "../model/history.ts";
import { isOtherAccount } from "../model/joining.ts";
import { dropOutgoing, orderOutgoing, showOutgoing } from "../model/outgoing.ts";
import { clearDivider } from "../model/reading.ts";
import { positionOf } from "../model/selectors.ts";
import type { State } from "../model/state.ts";
import type { Api } from "../net/api.ts";
import type { Position } from "../net/endpoint.ts";
import { randomId } from "../net/ids.ts";
import { Outbox } from "../net/outbox.ts";
import type { OutboxChange } from "../net/outbox_rows.ts";
import type { OutboxStore } from "../net/outbox_store.ts";
import type { Turn } from "../net/sending_turn.ts";
import { ReconnectingSocket, type SocketLike } from "../net/socket.ts";
import type { TabChannel } from "../net/tab_channel.ts";
import { nameKey } from "../text/name_key.ts";
import { strings } from "../text/strings.ts";
import { History } from "./history.ts";
import { Intake } from "./intake.ts";
import { refuse, showRow } from "./notices.ts";
import type { Change, Store } from "./store.ts";

/** Events that the store doesn't show. */
export interface ClientEvents {
  connectionChanged(connection: ConnectionState): void;
  welcomed(welcome: WelcomeFrame): void;
  messageCame(frame: MessageFrame): void;
  /** The account was signed out in another tab. */
  signedOut(): void;
  /** The connection came back under another account than before. */
  cameBackAsAnother(): void;
}

/** Dependencies of {@linkcode Client}. */
export interface ClientOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly outbox: OutboxStore;
  readonly turn: Turn;
  readonly channel: TabChannel;
  readonly api: Pick<Api, "get">;
  /** Address to connect to from this position in the log. */
  readonly url: (position: Position | null) => string;
  readonly open: (url: string, subprotocols: string[]) => SocketLike;
  readonly isVisible: () => boolean;
}

/**
 * One stay in the chat under one name: the connection, the outbox and the history, which write into
 * the store.
 */
export class Client {
  readonly #options: ClientOptions;
  readonly #events: ClientEvents;
  readonly #socket: ReconnectingSocket;
  readonly #outbox: Outbox;
  readonly #history: History;
  readonly #intake: Intake;
  #isStopped = false;

  constructor(options: ClientOptions, events: ClientEvents) {
    const { store, url } = options;
    this.#options = options;
    this.#events = events;
    this.#outbox = new Outbox({
      ...options,
      store: options.outbox,
      nameKey,
      words: strings.unsent,
      onChange: (change) => this.#outboxChanged(change),
      addressOf: ({ id, to }) => addressOfUnsent(store.state, id, to),
      objection: (row) => objectionTo(store.state, row.to),
    });
    this.#socket = new ReconnectingSocket({
      ...options,
      url: () => {
        this.#intake.reduce();
        return url(positionOf(store.state));
      },
      onFrame: (frame) => this.#receive(frame),
      onState: (connection) => this.#connectionChanged(connection),
    });
    this.#history = new History({
      ...options,
      state: () => store.state,
      update: (change) => this.#update(change),
    });
    this.#intake = new Intake({
      ...options,
      history: this.#history,
      send: (frame) => this.#socket.send(frame),
    });
  }

  /** Whether messages that arrive now count as read. */
  get isAttentive(): boolean {
    return this.#intake.isAttentive;
  }

  /** Connects; also after an ending, or to end a wait early. */
  connect(): void {
    this.#socket.connect();
  }

  /** Reconnects early: the reader or the network is back. */
  nudge(): void {
    this.#socket.nudge();
  }

  /** The server can't be reached: the connection counts as lost. */
  giveUp(): void {
    this.#socket.giveUp();
  }

  /** Ends the stay: nothing is written to the store from now on. */
  stop(): void {
    this.#isStopped = true;
    this.#intake.stop();
    this.#outbox.close();
    this.#history.stop();
    this.#socket.disconnect();
  }

  /** Deletes unsent messages: this account signs out of the browser. */
  wipe(): Promise<void> {
    return this.#outbox.wipe();
  }

  /** Loads earlier or later messages of the conversation on screen. */
  load(side: "older" | "newer"): void {
    if (!this.#history.isOpening) void this.#history[side](this.#options.store.state.active);
  }

  /** Shows the end of the conversation on screen. */
  newest(): void {
    this.#history.newest(this.#options.store.state.active);
  }

  /** Loads the messages around a position of the log. */
  around(key: ConversationKey, seq: number): void {
    void this.#history.around(key, seq);
  }

  /**
   * Sends a message, or keeps it until that is possible.
   *
   * @returns The conversation it is shown in.
   */
  send(to: Address, text: string): ConversationKey {
    const { store, clock } = this.#options;
    const opened = to.kind === "lobby"
      ? { state: store.state, key: LOBBY }
      : openDirect(store.state, to);
    const address = opened.state.conversations.get(opened.key)?.address ?? to;
    this.#update(() => clearDivider(opened.state, opened.key));
    this.#outbox.push({ id: randomId(), to: address, text, at: clock.now() });
    return opened.key;
  }

  /** Sends a failed message again. */
  retry(id: string): void {
    this.#outbox.retry(id);
  }

  /** Forgets a failed message. */
  discard(id: string): void {
    this.#outbox.discard(id);
    this.#update((state) => dropOutgoing(state, id));
  }

  #update(change: Change): void {
    if (!this.#isStopped) this.#options.store.update(change);
  }

  #receive(frame: ServerFrame): void {
    const { isGuest } = this.#options.store.state;
    if (frame.type === "welcome" && !isGuest && isOtherAccount(this.#options.store.state, frame)) {
      return this.#events.cameBackAsAnother();
    }
    this.#intake.take(frame);
    if (frame.type === "welcome") return this.#welcome(frame);
    if (frame.type === "resumed" && !frame.recovered) return this.#lostTrack();
    if (frame.type === "message") this.#events.messageCame(frame);
    if (frame.type === "ack") this.#outbox.acknowledge(frame);
    if (frame.type === "error") this.#refused(frame);
  }

  /** Too much was missed: goes to the newest, unless something else is being read. */
  #lostTrack(): void {
    this.#intake.reduce();
    const { viewport, active } = this.#options.store.state;
    this.#update((state) => showEnds(state, viewport.isAtEnd ? null : active));
    this.#history.begin();
  }

  #refused(error: ErrorFrame): void {
    if (error.id !== undefined) return this.#outbox.refuse(error);
    // Before the welcome a refusal ends the connection, and is told with that ending; so is this.
    if (this.#socket.state.state !== "online" || error.code === "shutting_down") return;
    this.#update((state) => refuse(state, error.message, null));
  }

  #welcome(welcome: WelcomeFrame): void {
    this.#intake.reduce();
    this.#outbox.attach(welcome, (frame) => this.#socket.send(frame));
    for (const row of this.#outbox.rows) this.#update((state) => showOutgoing(state, row));
    if (!this.#options.store.state.log.isResuming) this.#history.begin();
    this.#events.welcomed(welcome);
  }

  #connectionChanged(connection: ConnectionState): void {
    if (connection.state !== "online") {
      this.#outbox.detach();
      this.#intake.reset();
    }
    if (this.#isStopped) return;
    this.#update((state) => noteConnection(state, connection));
    this.#events.connectionChanged(connection);
  }

  #outboxChanged(change: OutboxChange): void {
    switch (change.type) {
      case "row":
        return this.#update((state) => showRow(state, change.row));
      case "order":
        return this.#update((state) => orderOutgoing(state, change.ids));
      case "gone":
        return this.#update((state) => dropOutgoing(state, change.id));
      case "ack":
        return this.#intake.take(change.ack);
      case "wiped":
        return this.#events.signedOut();
    }
  }
}

/** An interruption is known to last until the connection is back, or has ended for good. */
function noteConnection(state: State, connection: ConnectionState): State {
  const isInterrupted = connection.state === "waiting" || connection.state === "connecting";
  return { ...setConnection(state, connection), isOffline: state.isOffline && isInterrupted };
}
