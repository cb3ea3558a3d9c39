import type { Ids } from "./ids.ts";
import type { Account, Grounds, NameClaim, OwnedAccount } from "./store.ts";

/** Names remembered. While all of them are reserved, a further one is its owner's until it leaves. */
const REMEMBERED_NAMES = 100_000;

interface Ownership extends Account {
  readonly nameKey: string;
  readonly sessions: Set<string>;
  /** Log time at which somebody was last connected as this account. */
  seenAt: number;
  passphrase: string | undefined;
}

/** Who owns which name for as long as the process lasts. */
export class MemoryNames {
  #ids: Ids;
  #byKey = new Map<string, Ownership>();
  #byAccount = new Map<string, Ownership>();

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  /** Gives a name to a session, or says that another one holds it; see `Store.claimName`. */
  claim(claim: NameClaim, logTime: number): Account | "taken" {
    const { username, nameKey, sessionId } = claim;
    const owner = this.#byKey.get(nameKey);
    if (owner && sessionId !== undefined && owner.sessions.has(sessionId)) {
      this.touch(owner.account, logTime);
      return accountOf(owner);
    }
    if (owner && !hasLapsed(owner, claim, logTime)) return "taken";
    const account = { account: this.#ids.account(), username };
    if (sessionId === undefined) return account;
    if (owner) this.remove(owner.account);
    if (!this.#makeRoom(claim, logTime)) return claim.isHeld ? "taken" : account;
    this.#add({
      ...account,
      nameKey,
      sessions: new Set([sessionId]),
      seenAt: logTime,
      passphrase: undefined,
    });
    return account;
  }

  /** Notes that an account has been seen. */
  touch(account: string, logTime: number): void {
    const owner = this.#byAccount.get(account);
    if (!owner) return;
    owner.seenAt = logTime;
    // Keeps the map in the order in which its owners were seen.
    this.#byKey.delete(owner.nameKey);
    this.#byKey.set(owner.nameKey, owner);
  }

  /** The account of whoever owns a name. */
  ownerOf(nameKey: string): OwnedAccount | undefined {
    const owner = this.#byKey.get(nameKey);
    return owner && ownedOf(owner);
  }

  /** The accounts a session may act for. */
  accountsOf(sessionId: string): OwnedAccount[] {
    return this.#ownedBy(sessionId).map(ownedOf);
  }

  /** Whether an account has a passphrase. */
  hasPassphrase(account: string): boolean {
    return this.#byAccount.get(account)?.passphrase !== undefined;
  }

  /** The reservation of a name that a passphrase no longer keeps begins now. */
  setPassphrase(account: string, hash: string | undefined, logTime: number): void {
    const owner = this.#byAccount.get(account);
    if (owner) owner.passphrase = hash;
    this.touch(account, logTime);
  }

  /** Lets a session act for an account. Returns whether there is one. */
  grant(account: string, sessionId: string): boolean {
    return this.#byAccount.get(account)?.sessions.add(sessionId) !== undefined;
  }

  /** Whether an account is there and what is said of it is true. */
  holds(account: string, { sessionId, passphrase }: Grounds = {}): boolean {
    const owner = this.#byAccount.get(account);
    return owner !== undefined && (sessionId === undefined || owner.sessions.has(sessionId)) &&
      (passphrase === undefined || (owner.passphrase ?? null) === passphrase);
  }

  /** Ends a session. Returns the accounts it could act for. */
  revoke(sessionId: string): string[] {
    const owners = this.#ownedBy(sessionId);
    for (const { sessions } of owners) sessions.delete(sessionId);
    return owners.map(({ account }) => account);
  }

  /** Ends the sessions of an account, but not the one to `keep`. Returns those it ended. */
  revokeOf(account: string, keep?: string): string[] {
    const sessions = this.#byAccount.get(account)?.sessions ?? new Set();
    const ended = [...sessions].filter((session) => session !== keep);
    for (const session of ended) sessions.delete(session);
    return ended;
  }

  /** Ends an account and frees its name. Returns the sessions it ended. */
  remove(account: string): string[] {
    const owner = this.#byAccount.get(account);
    if (!owner) return [];
    this.#byAccount.delete(account);
    this.#byKey.delete(owner.nameKey);
    return [...owner.sessions];
  }

  #add(owner: Ownership): void {
    this.#byKey.set(owner.nameKey, owner);
    this.#byAccount.set(owner.account, owner);
  }

  /** Forgets the name whose owner was seen longest ago, if need be and if its reservation has ended. */
  #makeRoom(claim: NameClaim, logTime: number): boolean {
    if (this.#byKey.size < REMEMBERED_NAMES) return true;
    const longestAgo = this.#byKey.values().find(({ passphrase }) => passphrase === undefined);
    if (!longestAgo || !hasLapsed(longestAgo, { ...claim, isHeld: false }, logTime)) return false;
    this.remove(longestAgo.account);
    return true;
  }

  #ownedBy(sessionId: string): Ownership[] {
    return [...this.#byAccount.values()].filter(({ sessions }) => sessions.has(sessionId));
  }
}

function hasLapsed(owner: Ownership, { nameTtlMs, isHeld }: NameClaim, logTime: number): boolean {
  if (owner.passphrase !== undefined || isHeld) return false;
  return logTime - owner.seenAt >= nameTtlMs;
}

function accountOf({ account, username }: Ownership): Account {
  return { account, username };
}

function ownedOf(owner: Ownership): OwnedAccount {
  const { account, username, passphrase } = owner;
  const secret = passphrase === undefined ? {} : { passphrase };
  return { account, username, ...secret };
}
