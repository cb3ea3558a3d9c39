import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Fanout } from "./fanout.ts";
import type { Log } from "./log.ts";
import { isGuest, type Member, type Members } from "./members.ts";
import { textPacket } from "./outbox.ts";
import { Presence, type PresenceNews } from "./presence.ts";
import { encodeFrame, type User } from "./protocol.ts";

/** What an {@linkcode Attendance} needs from outside. */
export interface AttendanceOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly members: Pick<Members, "release">;
  readonly fanout: Fanout;
  /** How long a session may be gone before the others are told, in milliseconds. */
  readonly leaveGraceMs: number;
  /** Runs a callback once every message sent so far has been delivered or refused. */
  readonly afterPending: (callback: () => void) => void;
}

/**
 * Who is here. A member comes with its first connection, and goes when the last one has been gone
 * for the grace; the others are told of both, in their place among the messages.
 */
export class Attendance {
  #options: AttendanceOptions;
  #presence: Presence;
  #connections = new Set<Connection>();
  #isClosed = false;

  constructor(options: AttendanceOptions) {
    this.#options = options;
    const { clock } = options;
    this.#presence = new Presence({ clock, tell: (news, about) => this.#tell(news, about) });
  }

  /** Number of connections that are served. */
  get size(): number {
    return this.#connections.size;
  }

  /** Everyone's connections, longest first. */
  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#connections.values();
  }

  /** Number of users who are online. */
  get online(): number {
    return this.#presence.online;
  }

  /** At most `count` of the users who are online, the given member first. */
  list(count: number, first: Member): User[] {
    return this.#presence.list(count, first);
  }

  /** Takes in a connection. */
  enter(connection: Connection): void {
    const { member } = connection;
    const isNew = member.connections.size === 0 && !member.leaving;
    member.leaving?.cancel();
    member.leaving = undefined;
    member.connections.add(connection);
    this.#connections.add(connection);
    if (isNew) this.#presence.join(member);
  }

  /** Forgets a connection; its member leaves if it was the last, after the grace. */
  exit(connection: Connection): void {
    const { member } = connection;
    this.#connections.delete(connection);
    member.connections.delete(connection);
    if (member.connections.size === 0 && !this.#isClosed) this.#startLeaving(member);
  }

  /** Ends the grace of a member who is within it. */
  endGrace(member: Member): void {
    if (member.leaving) this.#leave(member);
  }

  /** Tells nobody of comings and goings any more. */
  close(): void {
    this.#isClosed = true;
    this.#presence.close();
  }

  #startLeaving(member: Member): void {
    const { clock, leaveGraceMs } = this.#options;
    const graceMs = isGuest(member) ? 0 : leaveGraceMs;
    if (graceMs === 0) return this.#leave(member);
    member.leaving = clock.schedule(() => this.#leave(member), graceMs);
  }

  #leave(member: Member): void {
    const { members, log } = this.#options;
    if (!this.#isClosed) this.#presence.leave(member);
    members.release(member).catch((cause) => {
      log.error("releasing a name failed", { cause: String(cause) });
    });
  }

  /** Tells of comings and goings after the messages that were sent before them. */
  #tell(news: PresenceNews, about: Member | undefined): void {
    const { fanout, afterPending } = this.#options;
    afterPending(() => {
      const frame = encodeFrame(news);
      fanout.publish(frame, about?.connections);
      fanout.flush();
      this.#tellThoseCatchingUp(frame, about);
    });
  }

  /** Who is online is no part of the log, so those who still read it are told at once. */
  #tellThoseCatchingUp(frame: string, about: Member | undefined): void {
    for (const connection of this.#connections) {
      if (connection.state === "live" || connection.member === about) continue;
      connection.sendPackets([textPacket(frame)]);
    }
  }
}
