import type { Ids } from "./ids.ts";
import type { Account, NameClaim, OwnedAccount } from "./store.ts";

/** Names remembered; of those whose owners are away the one away longest goes first. */
const REMEMBERED_NAMES = 100_000;

interface Ownership extends Account {
  readonly nameKey: string;
  readonly sessions: Set<string>;
  /** Since when nobody is connected as this account, in epoch milliseconds. */
  awaySince: number | undefined;
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
  claim(claim: NameClaim): Account | "taken" {
    const { username, nameKey, sessionId } = claim;
    const owner = this.#byKey.get(nameKey);
    if (owner && sessionId !== undefined && owner.sessions.has(sessionId)) {
      owner.awaySince = undefined;
      return accountOf(owner);
    }
    if (owner && !hasLapsed(owner, claim)) return "taken";
    const account = { account: this.#ids.account(), username };
    if (sessionId === undefined) return account;
    if (owner) this.remove(owner.account);
    this.#add({
      ...account,
      nameKey,
      sessions: new Set([sessionId]),
      awaySince: undefined,
      passphrase: undefined,
    });
    return account;
  }

  /** Notes that an account has no connection since `at`, in epoch milliseconds. */
  touch(account: string, at: number): void {
    const owner = this.#byAccount.get(account);
    if (!owner) return;
    owner.awaySince = at;
    // Keeps the map in the order in which its owners went away.
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

  setPassphrase(account: string, hash: string | undefined): void {
    const owner = this.#byAccount.get(account);
    if (owner) owner.passphrase = hash;
  }

  grant(account: string, sessionId: string): void {
    this.#byAccount.get(account)?.sessions.add(sessionId);
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
    if (this.#byKey.size <= REMEMBERED_NAMES) return;
    const longestAway = this.#byKey.values().find(({ awaySince }) => awaySince !== undefined);
    if (longestAway) this.remove(longestAway.account);
  }

  #ownedBy(sessionId: string): Ownership[] {
    return [...this.#byAccount.values()].filter(({ sessions }) => sessions.has(sessionId));
  }
}

function hasLapsed({ awaySince }: Ownership, { at, nameTtlMs }: NameClaim): boolean {
  return awaySince !== undefined && at - awaySince >= nameTtlMs;
}

function accountOf({ account, username }: Ownership): Account {
  return { account, username };
}

function ownedOf(owner: Ownership): OwnedAccount {
  const { account, username, passphrase } = owner;
  const secret = passphrase === undefined ? {} : { passphrase };
  return { account, username, role: "user", state: "active", ...secret };
}
