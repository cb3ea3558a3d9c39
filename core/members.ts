import type { Clock, Timer } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { ChatError } from "./errors.ts";
import type { Log } from "./log.ts";
import { type Rate, TokenBucket } from "./rate_limiter.ts";
import { type Account, type Store, StoreUnavailableError } from "./store.ts";
import { isReservedUsername, usernameKey, usernameProblem } from "./usernames.ts";

/** Someone present: an account with at least one connection, or within its grace. */
export interface Member extends Account {
  readonly nameKey: string;
  /** Whether nobody but its one connection can be it; such an account lasts no longer. */
  readonly isGuest: boolean;
  /** Sessions seen to act for the account, those that have signed out left out. */
  readonly sessions: Set<string>;
  readonly connections: Set<Connection>;
  /** What the account may send, over all its connections. */
  readonly sends: TokenBucket;
  /** How often it may note what it has read. */
  readonly reads: TokenBucket;
  /** Runs while the last connection is gone and the grace is not over. */
  leaving: Timer | undefined;
}

/** What a {@linkcode Members} needs from outside. */
export interface MembersOptions {
  readonly store: Pick<Store, "claimName" | "accountsOf" | "touchAccounts">;
  readonly clock: Clock;
  readonly log: Log;
  readonly rate: Rate;
  readonly nameTtlMs: number;
  /** Told before a name goes to another account than the one present under it, which is no more. */
  readonly onSuperseded: (member: Member) => void;
}

/** Shortest time between two renewals of the reservations of those present, in milliseconds. */
const MIN_RENEWAL_MS = 1_000;
/** Longest: timers of the runtime reach 24 days. */
const MAX_RENEWAL_MS = 86_400_000;
/** Reservations renewed in one commit. */
const RENEWED_AT_ONCE = 500;

/** A name somebody asks for. */
interface Claim {
  readonly username: string;
  readonly nameKey: string;
  readonly sessionId: string | undefined;
}

/** A claim that isn't decided yet, and what has ended since it was made. */
interface OpenClaim extends Claim {
  readonly ended: Set<string>;
}

/**
 * Who holds a username now. A name has one holder; the holder's sessions may come back to it at
 * any time, on as many connections as they like, and nobody else can.
 */
export class Members {
  #options: MembersOptions;
  #byKey = new Map<string, Member>();
  #byAccount = new Map<string, Member>();
  /** What is under way for each name, newest: claims and releases go one after the other. */
  #turns = new Map<string, Promise<void>>();
  #claims = new Set<OpenClaim>();
  /** Runs while somebody is present who has a reservation. */
  #renewal: Timer | undefined;

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
   * @param enter Lets the member in, in the same turn in which it has the name for certain: a
   * session that ends before isn't let in, and one that ends afterwards finds its connection.
   * @throws {ChatError} `invalid_username`, `username_reserved`, `username_taken` or `signed_out`.
   */
  async claim<Result>(
    username: string,
    sessionId: string | undefined,
    enter: (member: Member) => Result,
  ): Promise<Result> {
    const claim = { username, nameKey: keyOf(username), sessionId, ended: new Set<string>() };
    let member: Member | undefined;
    this.#claims.add(claim);
    try {
      return await this.#inTurn(claim.nameKey, async () => {
        member = await this.#decide(claim);
        return letIn(member, claim, enter);
      });
    } catch (error) {
      // Nobody came in: the name isn't in use, unless somebody else is there under it.
      if (member && member.connections.size === 0 && !member.leaving) await this.release(member);
      throw error;
    } finally {
      this.#claims.delete(claim);
    }
  }

  /** Takes note of sessions that have ended: none of them acts for anybody any more. */
  endSessions(sessionIds: readonly string[]): void {
    for (const id of sessionIds) {
      for (const { ended } of this.#claims) ended.add(id);
      for (const { sessions } of this) sessions.delete(id);
    }
  }

  /** Takes note of an account whose connections all end. */
  endAccount(account: string): void {
    for (const { ended } of this.#claims) ended.add(account);
  }

  /**
   * Lets go of a member nobody is connected as any more; its name stays reserved for its sessions.
   *
   * @returns Resolves once that is noted.
   */
  async release(member: Member): Promise<void> {
    if (this.#byAccount.get(member.account) !== member) return;
    this.#byAccount.delete(member.account);
    // Somebody else may hold the name by now, if the account was deleted.
    if (this.#byKey.get(member.nameKey) === member) this.#byKey.delete(member.nameKey);
    member.leaving?.cancel();
    if (this.#byAccount.size === 0) this.#stopRenewing();
    if (isGuest(member)) return;
    const { store } = this.#options;
    await this.#inTurn(member.nameKey, async () => {
      // A claim that was under way may have brought the account back.
      if (this.#byAccount.has(member.account)) return;
      await store.touchAccounts([member.account]);
    });
  }

  /** Lets go of everyone in one commit, as when the server stops. */
  async releaseAll(): Promise<void> {
    const { store, log } = this.#options;
    const members = [...this.#byAccount.values()];
    for (const { leaving } of members) leaving?.cancel();
    this.#byKey.clear();
    this.#byAccount.clear();
    this.#stopRenewing();
    const accounts = members.filter((member) => !isGuest(member)).map(({ account }) => account);
    try {
      if (accounts.length > 0) await store.touchAccounts(accounts);
    } catch (cause) {
      log.error("releasing names failed", { cause: String(cause) });
    }
  }

  /** Decides about a name once everything decided before has been noted. */
  async #inTurn<Result>(nameKey: string, decide: () => Promise<Result>): Promise<Result> {
    const earlier = this.#turns.get(nameKey);
    const decision = earlier ? earlier.then(decide) : decide();
    const decided = decision.then(() => {}, () => {});
    this.#turns.set(nameKey, decided);
    try {
      return await decision;
    } finally {
      if (this.#turns.get(nameKey) === decided) this.#turns.delete(nameKey);
    }
  }

  async #decide(claim: Claim): Promise<Member> {
    const { username, nameKey, sessionId } = claim;
    const present = this.#byKey.get(nameKey);
    if (present && sessionId !== undefined && present.sessions.has(sessionId)) return present;
    if (present && (sessionId === undefined || isGuest(present))) {
      throw new ChatError("username_taken", { username });
    }
    const account = await this.#claimName(claim, present !== undefined);
    if (account === "taken") throw new ChatError("username_taken", { username });
    const former = this.#byKey.get(nameKey);
    if (former && former.account !== account.account) this.#options.onSuperseded(former);
    return this.#byAccount.get(account.account) ?? this.#add(account, claim);
  }

  /**
   * Asks the log for the name. While nothing can be stored, those whose name it is already are let
   * in all the same: they can read.
   */
  async #claimName(claim: Claim, isHeld: boolean): Promise<Account | "taken"> {
    const { store, nameTtlMs } = this.#options;
    const { username, nameKey, sessionId } = claim;
    try {
      return await store.claimName({ username, nameKey, sessionId, nameTtlMs, isHeld });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || claim.sessionId === undefined) throw error;
      const accounts = await store.accountsOf(claim.sessionId);
      const own = accounts.find(({ username }) => usernameKey(username) === claim.nameKey);
      if (!own) throw error;
      return own;
    }
  }

  #add({ account, username }: Account, { nameKey, sessionId }: Claim): Member {
    const { clock, rate } = this.#options;
    const now = clock.monotonic();
    const member: Member = {
      account,
      username,
      nameKey,
      isGuest: sessionId === undefined,
      sessions: new Set(),
      connections: new Set(),
      sends: new TokenBucket(rate, now),
      reads: new TokenBucket(rate, now),
      leaving: undefined,
    };
    this.#byKey.set(nameKey, member);
    this.#byAccount.set(account, member);
    this.#renewal ??= this.#scheduleRenewal();
    return member;
  }

  /** At every tenth of the reservation, and once a day: so it holds as long after a crash, nearly. */
  #scheduleRenewal(): Timer {
    const { clock, nameTtlMs } = this.#options;
    const delayMs = Math.min(Math.max(nameTtlMs / 10, MIN_RENEWAL_MS), MAX_RENEWAL_MS);
    return clock.schedule(() => this.#renew(), delayMs);
  }

  #stopRenewing(): void {
    this.#renewal?.cancel();
    this.#renewal = undefined;
  }

  async #renew(): Promise<void> {
    const { store, log } = this.#options;
    this.#renewal = this.#scheduleRenewal();
    const accounts = [...this].filter((member) => !isGuest(member)).map(({ account }) => account);
    try {
      for (let next = 0; next < accounts.length; next += RENEWED_AT_ONCE) {
        await store.touchAccounts(accounts.slice(next, next + RENEWED_AT_ONCE));
      }
    } catch (cause) {
      log.warn("renewing name reservations failed", { cause: String(cause) });
    }
  }
}

/** @throws {ChatError} `signed_out`. */
function letIn<Result>(
  member: Member,
  { sessionId, ended }: OpenClaim,
  enter: (member: Member) => Result,
): Result {
  const isEnded = ended.has(member.account) || (sessionId !== undefined && ended.has(sessionId));
  if (isEnded) throw new ChatError("signed_out");
  if (sessionId !== undefined) member.sessions.add(sessionId);
  return enter(member);
}

/** Whether a member is a guest: nobody but its one connection can be it. */
export function isGuest(member: Member): boolean {
  return member.isGuest;
}

function keyOf(username: string): string {
  const problem = usernameProblem(username);
  if (problem !== undefined) throw new ChatError("invalid_username", { reason: problem });
  if (isReservedUsername(username)) throw new ChatError("username_reserved", { username });
  return usernameKey(username);
}
