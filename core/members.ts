import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { ChatError } from "./errors.ts";
import { type Rate, TokenBucket } from "./rate_limiter.ts";
import type { Account, Store } from "./store.ts";
import { isReservedUsername, usernameKey, usernameProblem } from "./usernames.ts";

/** Someone present: an account with at least one connection, or within its grace. */
export interface Member extends Account {
  readonly nameKey: string;
  /** Absent: a guest, whose name and account last as long as the connection. */
  readonly sessionId: string | undefined;
  readonly connections: Set<Connection>;
  /** What the account may send, over all its connections. */
  readonly sends: TokenBucket;
  /** Runs while the last connection is gone and the grace is not over. */
  leaving: Timer | undefined;
}

/** What {@linkcode Members} needs from outside. */
export interface MembersOptions {
  readonly store: Pick<Store, "claimName" | "touchAccount">;
  readonly clock: Clock;
  readonly rate: Rate;
  readonly nameTtlMs: number;
}

/**
 * Who holds a username now. A name has one holder; the holder's session may come back to it at any
 * time, on as many connections as it likes, and nobody else can.
 */
export class Members {
  #options: MembersOptions;
  #byKey = new Map<string, Member>();
  #byAccount = new Map<string, Member>();
  #claims = new Map<string, { sessionId: string | undefined; member: Promise<Member> }>();

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** Everyone present, longest first. */
  [Symbol.iterator](): IterableIterator<Member> {
    return this.#byKey.values();
  }

  /** Who is present as an account. */
  withAccount(account: string): Member | undefined {
    return this.#byAccount.get(account);
  }

  /** Who is present under a name, in whatever spelling counts as the same. */
  find(username: string): Member | undefined {
    return this.#byKey.get(usernameKey(username));
  }

  /**
   * Takes a name for a session, or for a guest without one.
   *
   * @throws {ChatError} `invalid_username`, `username_reserved` or `username_taken`.
   */
  async claim(username: string, sessionId: string | undefined): Promise<Member> {
    const nameKey = keyOf(username);
    const holder = this.#byKey.get(nameKey) ?? this.#claims.get(nameKey);
    if (holder && (sessionId === undefined || holder.sessionId !== sessionId)) {
      throw new ChatError("username_taken", { username });
    }
    const present = this.#byKey.get(nameKey);
    if (present) return present;
    return await (this.#claims.get(nameKey)?.member ?? this.#begin(username, nameKey, sessionId));
  }

  /**
   * Lets go of a member nobody is connected as any more; its name stays reserved for its session.
   *
   * @returns Resolves once that is noted.
   */
  async release(member: Member): Promise<void> {
    if (this.#byKey.get(member.nameKey) !== member) return;
    this.#byKey.delete(member.nameKey);
    this.#byAccount.delete(member.account);
    member.leaving?.cancel();
    if (member.sessionId === undefined) return;
    await this.#options.store.touchAccount(member.account, this.#options.clock.now());
  }

  #begin(username: string, nameKey: string, sessionId: string | undefined): Promise<Member> {
    const member = this.#grant(username, nameKey, sessionId)
      .finally(() => this.#claims.delete(nameKey));
    this.#claims.set(nameKey, { sessionId, member });
    return member;
  }

  async #grant(username: string, nameKey: string, sessionId: string | undefined): Promise<Member> {
    const { store, clock, rate, nameTtlMs } = this.#options;
    const at = clock.now();
    const account = await store.claimName({ username, nameKey, sessionId, at, nameTtlMs });
    if (account === "taken") throw new ChatError("username_taken", { username });
    const member: Member = {
      account: account.account,
      username: account.username,
      nameKey,
      sessionId,
      connections: new Set(),
      sends: new TokenBucket(rate, clock.monotonic()),
      leaving: undefined,
    };
    this.#byKey.set(nameKey, member);
    this.#byAccount.set(member.account, member);
    return member;
  }
}

function keyOf(username: string): string {
  const problem = usernameProblem(username);
  if (problem !== undefined) throw new ChatError("invalid_username", { reason: problem });
  if (isReservedUsername(username)) throw new ChatError("username_reserved", { username });
  return usernameKey(username);
}
