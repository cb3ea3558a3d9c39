import {
  Admission,
  type AdmissionLimits,
  comeBackLater,
  type Origin,
  type Ticket,
} from "./admission.ts";
import { Arrivals } from "./arrivals.ts";
import { Attendance } from "./attendance.ts";
import { Backlog } from "./backlog.ts";
import type { Clock } from "./clock.ts";
import { CLOSE_CODES, type CloseCode } from "./close_codes.ts";
import { Connection } from "./connection.ts";
import { Delivery, UNAVAILABLE_RETRY_MS } from "./delivery.ts";
import { ChatError } from "./errors.ts";
import { Fanout } from "./fanout.ts";
import { Heartbeat, HEARTBEAT_MS } from "./heartbeat.ts";
import { Intake } from "./intake.ts";
import type { Log } from "./log.ts";
import { type Member, Members } from "./members.ts";
import { type OutboxLimits, textPacket } from "./outbox.ts";
import { PacketBudgets } from "./packet_budget.ts";
import type { Dialect } from "./packets.ts";
import {
  CROWD_LISTED_USERS,
  encodeFrame,
  errorFrame,
  LIMITS,
  MAX_LISTED_USERS,
  type WelcomeFrame,
} from "./protocol.ts";
import type { Rate } from "./rate_limiter.ts";
import { Receipts } from "./receipts.ts";
import { type CatchUpRequest, Recovery } from "./recovery.ts";
import { closeCodeOf } from "./refusal.ts";
import { Requests } from "./requests.ts";
import { SendLimits } from "./send_limits.ts";
import type { Erasure, Store } from "./store.ts";
import type { Transport } from "./transport.ts";

/** Clients told to come back do so within this time, and a millisecond more for each of them. */
const MIN_RETURN_SPREAD_MS = 1000;
/** How long a shutdown waits for what was accepted before it tells clients to come back. */
const MAX_DELIVERY_MS = 1000;

/** What a {@linkcode ConnectionManager} needs from outside, and its limits. */
export interface ConnectionManagerOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly log: Log;
  /** Name and version told in `welcome`, as in `parley/0.1.0`. */
  readonly server: string;
  readonly rate: Rate;
  readonly limits: AdmissionLimits;
  /** How long a name stays reserved for its session, in milliseconds. */
  readonly nameTtlMs: number;
  /** How long a session may be gone before the others are told, in milliseconds. */
  readonly leaveGraceMs: number;
  readonly outboxLimits?: OutboxLimits;
  /** Most missed events that a returning client is sent. */
  readonly maxRecoveredEvents?: number;
}

/** Someone at the door, and what they want from before. */
export interface ConnectRequest extends CatchUpRequest {
  readonly username: string;
  /** Hash of the session's credential; absent for a guest. */
  readonly sessionId?: string | undefined;
  /** From {@linkcode ConnectionManager.admit}. */
  readonly ticket?: Ticket;
  /** @default {"plain"} */
  readonly dialect?: Dialect;
}

/**
 * The chat itself, without a network: who is connected, what they say, and to whom it goes.
 *
 * A socket is counted by {@linkcode admit} before its handshake, becomes a connection by
 * {@linkcode connect}, speaks through {@linkcode receive}, and is forgotten by
 * {@linkcode disconnect} when it is gone, in whatever way it went.
 */
export class ConnectionManager {
  #options: ConnectionManagerOptions;
  #admission: Admission;
  #members: Members;
  #fanout: Fanout;
  #attendance: Attendance;
  #delivery: Delivery;
  #heartbeat: Heartbeat;
  #backlog: Backlog;
  #recovery: Recovery;
  #arrivals: Arrivals;
  #receipts: Receipts;
  #requests: Requests;
  #intake: Intake;
  #packetBudgets: PacketBudgets;
  #ping = [textPacket(encodeFrame({ type: "ping" }))];
  /** What every connection tells; made once, not for each. */
  #listeners = {
    onBacklog: (connection: Connection) => this.#backlog.add(connection),
    onSlow: (connection: Connection) => this.#endSlow(connection),
    onFailed: (connection: Connection, cause: unknown) => this.#endFailed([connection], cause),
  };
  #isShuttingDown = false;

  constructor(options: ConnectionManagerOptions) {
    const { clock, store, log } = this.#options = options;
    this.#admission = new Admission(options.limits, clock);
    this.#packetBudgets = new PacketBudgets(clock, options.limits);
    this.#members = new Members({
      ...options,
      onSuperseded: ({ account }) => this.endAccount(account),
    });
    this.#fanout = new Fanout({
      clock,
      isMoreComing: () => this.#delivery.isBusy,
      onFailed: (connections, cause) => this.#endFailed(connections, cause),
    });
    const [members, fanout] = [this.#members, this.#fanout];
    this.#receipts = new Receipts({ store, members, log });
    this.#delivery = new Delivery({
      store,
      clock,
      log,
      members,
      fanout,
      limits: new SendLimits({ clock, rate: options.rate, ...options.limits }),
      onLost: () => this.#startOver(),
      onSettled: () => this.#intake.release(),
      onSentWaiting: (connection, seq) => this.#arrivals.expect(connection, seq),
      onMissed: (account, seq) => this.#receipts.noteMissed(account, seq),
    });
    store.onInterrupted(() => this.#startOver());
    this.#attendance = new Attendance({
      clock,
      log,
      members,
      fanout,
      leaveGraceMs: options.leaveGraceMs,
      afterPending: (callback) => this.#delivery.afterPending(callback),
    });
    this.#requests = new Requests({
      clock,
      log,
      delivery: this.#delivery,
      receipts: this.#receipts,
      onHeard: (connection) => this.#arrivals.heard(connection),
      endRefused: (connection, error) => this.#endRefused(connection, error),
    });
    this.#recovery = new Recovery({
      store,
      fanout,
      newestSeq: () => this.#delivery.seq,
      maxEvents: options.maxRecoveredEvents,
      onSentWaiting: (connection, upTo) => this.#arrivals.expect(connection, upTo),
    });
    this.#arrivals = new Arrivals({
      clock,
      ping: (connection) => this.#sendPing(connection),
      onArrived: ({ member }, upTo) => this.#receipts.noteArrived(member.account, upTo),
    });
    this.#heartbeat = new Heartbeat({
      clock,
      ping: (connection) => this.#sendPing(connection),
      onSilent: (connection) => this.#giveUp(connection),
    });
    this.#intake = new Intake({
      handle: (connection, packet) => this.#requests.receive(connection, packet),
      onFlood: (connection) => this.#endSlow(connection),
    });
    this.#backlog = new Backlog(
      clock,
      (connection) => this.#endSlow(connection),
      () => this.#intake.release(),
    );
  }

  /** Number of connections that are served. */
  get connections(): number {
    return this.#attendance.size;
  }

  /** Number of sockets that are counted, those given up but not gone among them. */
  get sockets(): number {
    return this.#admission.open;
  }

  /** Number of sockets that were given up and are not gone. */
  get zombies(): number {
    return this.#admission.zombies;
  }

  /** Number of users who are online. */
  get online(): number {
    return this.#attendance.online;
  }

  /**
   * Counts a socket that asks to connect, until the ticket is released.
   *
   * @throws {ChatError} `shutting_down`, `server_full`, `server_busy` or `too_many_connections`.
   */
  admit(origin: Origin): Ticket {
    if (this.#isShuttingDown) throw comeBackLater("shutting_down", 0);
    return this.#admission.enter(origin);
  }

  /**
   * Registers a user under a unique username, welcomes the connection and tells the others.
   *
   * @throws {ChatError} `invalid_username`, `username_reserved`, `username_taken`, `signed_out` or
   * `shutting_down`; nothing has been sent then. See `refuse()` in `refusal.ts`.
   */
  async connect(transport: Transport, request: ConnectRequest): Promise<Connection> {
    const { username, sessionId } = request;
    return await this.#members.claim(username, sessionId, (member) => {
      if (this.#isShuttingDown) throw comeBackLater("shutting_down", 0);
      return this.#letIn(member, transport, request);
    });
  }

  #letIn(member: Member, transport: Transport, request: ConnectRequest): Connection {
    const { clock, outboxLimits } = this.#options;
    const connection = new Connection({
      transport,
      member,
      sessionId: request.sessionId,
      ticket: request.ticket,
      packetBudget: this.#packetBudgets.open(request.ticket?.address),
      clock,
      dialect: request.dialect ?? "plain",
      ...(outboxLimits ? { outboxLimits } : {}),
      ...this.#listeners,
    });
    const { seq } = this.#enter(connection);
    this.#catchUp(connection, request, seq);
    return connection;
  }

  /** Forgets a connection whose socket is gone; harmless when called again. */
  disconnect(connection: Connection): void {
    this.#end(connection, undefined);
  }

  /** Sends a message to everyone; `id` is the sender's idempotency key. */
  broadcast(connection: Connection, message: string, id?: string): void {
    this.#requests.broadcast(connection, message, id);
  }

  /** Sends a message to one user alone, with an echo to the sender. */
  sendPersonalMessage(connection: Connection, to: string, message: string, id?: string): void {
    this.#requests.sendPersonalMessage(connection, { username: to }, message, id);
  }

  /** Takes one packet from a connection; whatever is wrong with it is answered, never thrown. */
  receive(connection: Connection, packet: string | ArrayBuffer): void {
    if (!connection.isOpen || this.#isShuttingDown) return;
    connection.pingedAt = undefined;
    this.#intake.take(connection, packet);
  }

  /** Closes the connections of sessions that have been ended. */
  endSessions(sessionIds: readonly string[]): void {
    const ended = new Set<string | undefined>(sessionIds);
    this.#members.endSessions(sessionIds);
    for (const member of [...this.#members]) {
      this.#signOut([...member.connections].filter(({ sessionId }) => ended.has(sessionId)));
    }
  }

  /** Closes the connections of an account, and lets the others know at once. */
  endAccount(account: string): void {
    this.#members.endAccount(account);
    const member = this.#members.withAccount(account);
    if (!member) return;
    this.#signOut([...member.connections]);
    this.#attendance.endGrace(member);
  }

  /** Ends an account that has been closed, and tells everyone that what it wrote is gone. */
  eraseAccount(erasure: Erasure): void {
    this.endAccount(erasure.account);
    const frame = { type: "erased", ...erasure } as const;
    // What it wrote before it was closed may still be on its way to the others.
    this.#delivery.afterPending(() => {
      this.#fanout.publish(encodeFrame(frame));
      this.#fanout.flush();
      for (const connection of this.#attendance) {
        if (connection.state === "catching_up") connection.heldBack.push(frame);
      }
    });
  }

  /**
   * Takes nothing more from clients, and ends every connection in a way that makes clients come back,
   * once what was accepted has been delivered or a second has passed. The sockets are gone when their
   * close events have been heard. Never rejects.
   */
  async shutdown(): Promise<void> {
    this.#isShuttingDown = true;
    this.#attendance.close();
    this.#intake.close();
    await this.#delivered();
    this.#delivery.close();
    this.#sendAway("shutting_down");
    this.#heartbeat.close();
    this.#backlog.close();
    await this.#members.releaseAll();
  }

  /** Resolves once what was accepted has been delivered, or as long as is fair to those who wait. */
  #delivered(): Promise<void> {
    return new Promise((resolve) => {
      const limit = this.#options.clock.schedule(resolve, MAX_DELIVERY_MS);
      this.#delivery.idle().then(() => this.#fanout.idle()).finally(() => limit.cancel())
        .then(resolve);
    });
  }

  /**
   * Has everybody come back, because answers of the log were lost: changes may have been made that
   * nobody was told of. Clients resume from their positions, and sessions are checked again.
   */
  #startOver(): void {
    this.#options.log.warn("store worker lost replies; asking every client to reconnect");
    this.#delivery.startOver();
    this.#sendAway("unavailable");
    for (const { sessions } of this.#members) sessions.clear();
  }

  #sendAway(code: "shutting_down" | "unavailable"): void {
    const spreadMs = MIN_RETURN_SPREAD_MS + this.#attendance.size;
    for (const connection of [...this.#attendance]) {
      this.#endRefused(connection, comeBackLater(code, 0, spreadMs));
    }
  }

  #enter(connection: Connection): WelcomeFrame {
    this.#attendance.enter(connection);
    if (connection.dialect !== "plain") this.#heartbeat.add(connection);
    const welcome = this.#welcome(connection.member);
    connection.send(welcome);
    this.#fanout.flush();
    return welcome;
  }

  /**
   * Sends a connection what it missed, and everything after its `welcome`, and tells it what became
   * of messages that had waited.
   */
  async #catchUp(
    connection: Connection,
    request: CatchUpRequest,
    welcomedAt: number,
  ): Promise<void> {
    const { account } = connection.member;
    try {
      const correction = this.#receipts.settled(account);
      if (correction) await correction;
      await this.#recovery.catchUp(connection, request, welcomedAt);
      this.#receipts.tellWhatArrived(account);
    } catch (cause) {
      this.#options.log.error("replaying missed messages failed", { cause: describe(cause) });
      const retryAfterMs = UNAVAILABLE_RETRY_MS;
      this.#endRefused(connection, new ChatError("unavailable", { retryAfterMs }));
    }
  }

  #welcome(member: Member): WelcomeFrame {
    const { store, server, clock } = this.#options;
    const { online } = this.#attendance;
    const listed = online > MAX_LISTED_USERS ? CROWD_LISTED_USERS : MAX_LISTED_USERS;
    return {
      type: "welcome",
      username: member.username,
      account: member.account,
      epoch: store.epoch,
      seq: this.#delivery.seq,
      at: clock.now(),
      online,
      users: this.#attendance.list(listed, member),
      server,
      limits: LIMITS,
      heartbeatMs: HEARTBEAT_MS,
    };
  }

  #endRefused(connection: Connection, error: ChatError): void {
    connection.send(errorFrame(error));
    this.#end(connection, closeCodeOf(error));
  }

  #signOut(connections: readonly Connection[]): void {
    // The code of the close may get lost while packets of the client are on their way; this doesn't.
    const error = new ChatError("signed_out");
    for (const connection of connections) this.#endRefused(connection, error);
  }

  #sendPing(connection: Connection): void {
    connection.pings++;
    connection.sendPackets(this.#ping);
  }

  #endSlow(connection: Connection): void {
    this.#end(connection, CLOSE_CODES.slowConsumer);
    this.#logGivenUp("closed slow consumer", connection);
  }

  /** Ends connections that may lack a packet: clients come back, and are sent what they missed. */
  #endFailed(connections: readonly Connection[], cause: unknown): void {
    for (const connection of connections) this.#end(connection, CLOSE_CODES.internal);
    this.#options.log.error("sending failed", { cause: describe(cause) });
  }

  /**
   * Gives up a peer that answers no pings. Its socket is left to the runtime's idle timeout:
   * closing it would wait for an answer that never comes, and switch that timeout off.
   */
  #giveUp(connection: Connection): void {
    this.#end(connection, undefined);
    this.#logGivenUp("gave up unresponsive client", connection);
  }

  #logGivenUp(event: string, { member }: Connection): void {
    const { zombies, open } = this.#admission;
    this.#options.log.info(event, {
      username: member.username,
      abandonedSockets: zombies,
      openSockets: open,
    });
  }

  #end(connection: Connection, code: CloseCode | undefined): void {
    if (!connection.isOpen) return;
    connection.end(code);
    this.#fanout.remove(connection);
    this.#heartbeat.remove(connection);
    this.#backlog.remove(connection);
    this.#intake.remove(connection);
    this.#arrivals.remove(connection);
    this.#attendance.exit(connection);
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.stack ?? cause.message : String(cause);
}
