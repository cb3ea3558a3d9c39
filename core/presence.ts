import type { Clock, Timer } from "./clock.ts";
import type { Member } from "./members.ts";
import type { JoinedFrame, LeftFrame, PresenceFrame, User } from "./protocol.ts";

/**
 * Comings and goings told one by one within a second; beyond them one `presence` a second tells of
 * all, until there are no more than this again.
 */
const SINGLE_PER_SECOND = 20;
/** Most users that each list of one `presence` names. */
const MAX_NAMED = 100;
const SECOND_MS = 1000;

/** A frame that tells who came or went. */
export type PresenceNews = JoinedFrame | LeftFrame | PresenceFrame;

/** What a {@linkcode Presence} needs from outside. */
export interface PresenceOptions {
  readonly clock: Clock;
  /** Takes each frame, with the member it is about when there is just one. */
  readonly tell: (news: PresenceNews, about?: Member) => void;
}

/**
 * Who is online, told as differences: `joined` and `left` one by one, or one `presence` a second
 * when there are many, so that a crowd that arrives at once costs each of those present O(1)
 * frames a second.
 */
export class Presence {
  #clock: Clock;
  #tell: (news: PresenceNews, about?: Member) => void;
  #announced = new Map<string, User>();
  #secondStartedAt = -Infinity;
  #toldThisSecond = 0;
  #joined = new Map<string, User>();
  #left = new Map<string, User>();
  #timer: Timer | undefined;

  constructor(options: PresenceOptions) {
    this.#clock = options.clock;
    this.#tell = options.tell;
  }

  /** Number of users who are online. */
  get online(): number {
    return this.#announced.size;
  }

  /** At most `count` of those who are online, the given member first. */
  list(count: number, first: Member): User[] {
    const users = [userOf(first)];
    for (const user of this.#announced.values()) {
      if (users.length >= count) break;
      if (user.account !== first.account) users.push(user);
    }
    return users;
  }

  /** Someone is here; tells the others. */
  join(member: Member): void {
    const user = userOf(member);
    this.#announced.set(user.account, user);
    if (this.#mayTellAlone()) this.#tell(this.#single("joined", user), member);
    else if (!this.#left.delete(user.account)) this.#joined.set(user.account, user);
  }

  /** Someone is gone; tells the others. */
  leave(member: Member): void {
    const user = userOf(member);
    if (!this.#announced.delete(user.account)) return;
    if (this.#mayTellAlone()) this.#tell(this.#single("left", user), member);
    else if (!this.#joined.delete(user.account)) this.#left.set(user.account, user);
  }

  /** Cancels what was to be told later. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #mayTellAlone(): boolean {
    if (this.#timer) return false;
    const now = this.#clock.monotonic();
    if (now - this.#secondStartedAt >= SECOND_MS) {
      this.#secondStartedAt = now;
      this.#toldThisSecond = 0;
    }
    if (this.#toldThisSecond++ < SINGLE_PER_SECOND) return true;
    this.#gather(this.#secondStartedAt + SECOND_MS - now);
    return false;
  }

  #gather(forMs: number): void {
    this.#timer = this.#clock.schedule(() => this.#tellMany(), forMs);
  }

  #tellMany(): void {
    this.#timer = undefined;
    const joined = [...this.#joined.values()].slice(0, MAX_NAMED);
    const left = [...this.#left.values()].slice(0, MAX_NAMED);
    this.#joined.clear();
    this.#left.clear();
    if (joined.length + left.length === 0) return;
    // A new second begins with this frame, and while a crowd comes it is one for all again.
    this.#secondStartedAt = this.#clock.monotonic();
    this.#toldThisSecond = 0;
    if (joined.length + left.length > SINGLE_PER_SECOND) this.#gather(SECOND_MS);
    const at = this.#clock.now();
    this.#tell({ type: "presence", joined, left, online: this.online, at });
  }

  #single(type: "joined" | "left", user: User): JoinedFrame | LeftFrame {
    const message = `${user.username} ${type} the chat`;
    return { type, ...user, message, online: this.online, at: this.#clock.now() } as JoinedFrame;
  }
}

function userOf({ username, account }: Member): User {
  return { username, account };
}
