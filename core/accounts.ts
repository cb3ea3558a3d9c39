import type { AttemptKey, Attempts } from "./attempts.ts";
import { ChatError } from "./errors.ts";
import type { Passphrases } from "./passphrase.ts";
import type { Account, Erasure, Grounds, OwnedAccount, Store } from "./store.ts";
import { usernameKey } from "./usernames.ts";

/** The connections there are now, as far as accounts need to end them. */
export interface LiveSessions {
  /** Closes every connection of these sessions, under whatever name. */
  endSessions(sessionIds: readonly string[]): void;
  /** Closes every connection of an account, of whatever session. */
  endAccount(account: string): void;
  /** The same for an account that was closed, and tells everyone that what it wrote is gone. */
  eraseAccount(erasure: Erasure): void;
}

/** What {@linkcode Accounts} needs from outside. */
export interface AccountsOptions {
  readonly store: AccountStore;
  readonly live: LiveSessions;
  readonly passphrases: Passphrases;
  readonly attempts: Attempts;
}

/** The part of a store that knows accounts. */
export type AccountStore = Pick<
  Store,
  | "accountsOf"
  | "ownerOf"
  | "setPassphrase"
  | "grantSession"
  | "revokeSession"
  | "revokeSessionsOf"
  | "closeAccount"
  | "eraseClosed"
>;

/** Who asks. */
export interface Caller {
  /** Hash of the session's credential; absent for a guest. */
  readonly sessionId: string | undefined;
  /** Key of the address it asks from: guesses are counted under it. */
  readonly address: string;
  /** The name it acts under; it may be left out by a session that holds one only. */
  readonly as?: string | undefined;
}

/** Somebody who says whose name it is. */
export interface SignIn {
  readonly username: string;
  readonly passphrase: string;
  /** Key of the address it comes from. */
  readonly address: string;
  /** The session it had until now, if any. */
  readonly following?: string | undefined;
}

/** A new passphrase, or the end of one. */
export interface PassphraseChange {
  /** `null` removes it. */
  readonly passphrase: string | null;
  /** The one set before; needed where there is one. */
  readonly current?: string | undefined;
}

/** Wrong passphrases for one name from one address, or by one session, before there are waits. */
const FREE_GUESSES = 5;
/** The same from one address for any names: many people may share it. */
const FREE_FOR_ADDRESS = 30;
/**
 * The same for one name from all addresses, as NIST SP 800-63B (5.2.2) allows: about three
 * addresses that guess all day reach it, one doesn't, so that no single stranger can lock a name's
 * owner out.
 */
const FREE_FOR_NAME = 100;

/**
 * What the holder of a name may do with it: keep it by a passphrase, come in with that from
 * elsewhere, sign out, and end it. Whoever holds the session's credential holds its names; the
 * passphrase lets one more session in, and nothing else does.
 */
export class Accounts {
  #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** The accounts that a caller's session may act for; none for a guest. */
  async ownedBy(sessionId: string | undefined): Promise<readonly OwnedAccount[]> {
    return sessionId === undefined ? [] : await this.#options.store.accountsOf(sessionId);
  }

  /**
   * The account a caller acts for: the one it names, or the only one it has.
   *
   * @returns `undefined` if it names none, and has none or several.
   * @throws {ChatError} `not_your_name`.
   */
  async find({ sessionId, as }: Caller): Promise<OwnedAccount | undefined> {
    const owned = await this.ownedBy(sessionId);
    if (as === undefined) return owned.length === 1 ? owned[0] : undefined;
    const nameKey = usernameKey(as);
    const named = owned.find(({ username }) => usernameKey(username) === nameKey);
    if (named === undefined) throw new ChatError("not_your_name", { username: as });
    return named;
  }

  /**
   * As {@linkcode Accounts.find}, for what can't be done without an account.
   *
   * @throws {ChatError} `not_your_name` or `account_required`.
   */
  async require(caller: Caller): Promise<OwnedAccount> {
    const account = await this.find(caller);
    if (account === undefined) throw new ChatError("account_required");
    return account;
  }

  /**
   * Sets, changes or removes the passphrase of the caller's account.
   *
   * @throws {ChatError} `not_your_name`, `account_required`, `invalid_passphrase`,
   * `wrong_passphrase` or `too_many_attempts`.
   */
  async setPassphrase(caller: Caller, change: PassphraseChange): Promise<void> {
    const { store, passphrases } = this.#options;
    const account = await this.require(caller);
    if (account.passphrase !== undefined) await this.#checkCurrent(caller, account, change.current);
    const hash = change.passphrase === null ? undefined : await passphrases.hash(change.passphrase);
    const isSet = await store.setPassphrase(account.account, hash, groundsOf(caller, account));
    if (!isSet) await this.#refuseLate(caller);
  }

  /**
   * Lets a session act for the owner of a name from now on, and for the names of the session it
   * follows, if it is a new one.
   *
   * @param sessionId The session to let in.
   * @throws {ChatError} `too_many_attempts`; `sign_in_failed`, the same and after the same time
   * whether the name, its passphrase or the whole account is missing.
   */
  async signIn(
    sessionId: string,
    { username, passphrase, address, following }: SignIn,
  ): Promise<Account> {
    const { store } = this.#options;
    const nameKey = usernameKey(username);
    const pair: AttemptKey = { key: `name ${nameKey} at ${address}`, free: FREE_GUESSES };
    const shared: AttemptKey[] = [
      { key: `address ${address}`, free: FREE_FOR_ADDRESS },
      { key: `name ${nameKey}`, free: FREE_FOR_NAME },
    ];
    const owner = await this.#guess(pair, shared, passphrase, () => store.ownerOf(nameKey));
    if (owner === undefined) throw new ChatError("sign_in_failed");
    const { account, passphrase: hash = null } = owner;
    if (!await store.grantSession(account, sessionId, { passphrase: hash })) {
      throw new ChatError("sign_in_failed");
    }
    for (const { account } of await this.ownedBy(following)) {
      await store.grantSession(account, sessionId, { sessionId: following });
    }
    return { account, username: owner.username };
  }

  /**
   * Ends the caller's session: it acts for no account any more, and its connections are closed.
   *
   * @param everywhere Also ends every other session of the account it names with `as`, or of all
   * accounts it has.
   * @throws {ChatError} `not_your_name`; nothing has ended then.
   * @throws {StoreUnavailableError} When that can't be stored now; connections are closed then, too.
   */
  async signOut(caller: Caller, everywhere: boolean): Promise<void> {
    const { store, live } = this.#options;
    const { sessionId } = caller;
    if (sessionId === undefined) return;
    const named = await this.find(caller);
    const accounts = caller.as === undefined ? await this.ownedBy(sessionId) : named ? [named] : [];
    const ended = everywhere ? accounts : [];
    try {
      for (const { account } of ended) await store.revokeSessionsOf(account);
      await store.revokeSession(sessionId);
    } finally {
      for (const { account } of ended) live.endAccount(account);
      live.endSessions([sessionId]);
    }
  }

  /**
   * Deletes the caller's account and closes its connections; its name is free at once.
   *
   * @param confirm The account's name, typed once more.
   * @param current Its passphrase; needed where there is one.
   * @throws {ChatError} `not_your_name`, `account_required`, `wrong_passphrase`,
   * `too_many_attempts`, or `invalid_body` if the name isn't its own.
   */
  async delete(caller: Caller, confirm: string, current?: string): Promise<void> {
    const { store, live } = this.#options;
    const owned = await this.require(caller);
    const { account, username } = owned;
    if (usernameKey(confirm) !== usernameKey(username)) {
      const reason = "“confirm” must be the name of the account you are deleting.";
      throw new ChatError("invalid_body", { key: "confirm", reason });
    }
    if (owned.passphrase !== undefined) await this.#checkCurrent(caller, owned, current);
    const erasure = await store.closeAccount(account, groundsOf(caller, owned));
    if (!erasure) return await this.#refuseLate(caller);
    live.eraseAccount(erasure);
    await store.eraseClosed();
  }

  /** Says why a change wasn't made: its session or the passphrase it knew was ended meanwhile. */
  async #refuseLate(caller: Caller): Promise<never> {
    await this.require(caller);
    throw new ChatError("wrong_passphrase");
  }

  /** Who is signed in guesses under the session alone: others can't use up its attempts. */
  async #checkCurrent(
    { sessionId }: Caller,
    account: OwnedAccount,
    current: string | undefined,
  ): Promise<void> {
    if (current === undefined) throw new ChatError("wrong_passphrase");
    const own: AttemptKey = { key: `session ${sessionId}`, free: FREE_GUESSES };
    const isRight = await this.#guess(own, [], current, () => Promise.resolve(account));
    if (!isRight) throw new ChatError("wrong_passphrase");
  }

  /**
   * Checks a passphrase, and counts the attempt unless it fits.
   *
   * @param own A key that is the guesser's alone, whose failures are forgotten by the right one.
   * @param shared Keys that others guess under, too.
   */
  async #guess(
    own: AttemptKey,
    shared: readonly AttemptKey[],
    passphrase: string,
    findOwner: () => Promise<OwnedAccount | undefined>,
  ): Promise<OwnedAccount | undefined> {
    const { passphrases, attempts } = this.#options;
    attempts.begin([own, ...shared]);
    try {
      const owner = await findOwner();
      if (!await passphrases.verify(passphrase, owner?.passphrase)) return undefined;
      attempts.takeBack(shared);
      attempts.forget(own);
      return owner;
    } catch (cause) {
      // Nothing was found out, so it was no attempt.
      attempts.takeBack([own, ...shared]);
      throw cause;
    }
  }
}

/** What was found out before a passphrase was hashed, and must hold when it has been. */
function groundsOf({ sessionId }: Caller, { passphrase }: OwnedAccount): Grounds {
  return { sessionId, passphrase: passphrase ?? null };
}
