import { assertEquals, assertRejects } from "@std/assert";
import { Accounts, type AccountStore } from "../../core/accounts.ts";
import { Attempts } from "../../core/attempts.ts";
import { ChatError } from "../../core/errors.ts";
import { Passphrases } from "../../core/passphrase.ts";
import { type Erasure, type OwnedAccount, StoreUnavailableError } from "../../core/store.ts";
import { usernameKey } from "../../core/usernames.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A store of fixed accounts that notes what was asked of it. */
class FakeStore implements AccountStore {
  readonly asked: string[] = [];
  owners = new Map<string, OwnedAccount>();
  owned: OwnedAccount[] = [];

  accountsOf(): Promise<OwnedAccount[]> {
    return Promise.resolve(this.owned);
  }

  ownerOf(nameKey: string): Promise<OwnedAccount | undefined> {
    this.asked.push(`ownerOf`);
    return Promise.resolve(this.owners.get(nameKey));
  }

  setPassphrase(account: string): Promise<boolean> {
    return this.#note(`setPassphrase ${account}`, true);
  }

  grantSession(account: string, sessionId: string): Promise<boolean> {
    return this.#note(`grantSession ${account} ${sessionId}`, true);
  }

  revokeSession(sessionId: string): Promise<string[]> {
    return this.#note(`revokeSession ${sessionId}`, []);
  }

  revokeSessionsOf(account: string): Promise<string[]> {
    return this.#note(`revokeSessionsOf ${account}`, []);
  }

  closeAccount(account: string): Promise<Erasure | undefined> {
    return this.#note(`closeAccount ${account}`, { account, seq: 7, at: 5 });
  }

  eraseClosed(): Promise<void> {
    return this.#note("eraseClosed", undefined);
  }

  erasuresSince(): Promise<Erasure[]> {
    return Promise.resolve([]);
  }

  eraseAccount({ account, seq }: Erasure): void {
    this.asked.push(`eraseAccount ${account} up to ${seq}`);
  }

  endSessions(sessionIds: readonly string[]): void {
    this.asked.push(`endSessions ${sessionIds}`);
  }

  endAccount(account: string): void {
    this.asked.push(`endAccount ${account}`);
  }

  #note<T>(what: string, answer: T): Promise<T> {
    this.asked.push(what);
    return Promise.resolve(answer);
  }
}

/** Counts the hashes that are computed. */
class CountingPassphrases extends Passphrases {
  verified = 0;

  override verify(passphrase: string, hash: string | undefined): Promise<boolean> {
    this.verified++;
    return super.verify(passphrase, hash);
  }
}

const ALICE: OwnedAccount = { account: "a_1", username: "alice" };
const CALLER = { sessionId: "s_1", address: "10.0.0.1" };

function createAccounts() {
  const store = new FakeStore();
  const passphrases = new CountingPassphrases({ cost: { log2N: 4, r: 8, p: 1 }, maxWaiting: 100 });
  const attempts = new Attempts(new ManualClock());
  return {
    store,
    passphrases,
    accounts: new Accounts({ store, live: store, passphrases, attempts }),
  };
}

for (const username of ["alice", "bob", "nobody", "\u0000", "admin"]) {
  Deno.test(`Accounts.signIn() does the same work for ${JSON.stringify(username)}: one look, one hash`, async () => {
    const { store, passphrases, accounts } = createAccounts();
    const passphrase = await passphrases.hash("correct horse");
    store.owners.set(usernameKey("alice"), { ...ALICE, passphrase });
    store.owners.set(usernameKey("bob"), { ...ALICE, account: "a_2", username: "bob" });

    const attempt = { username, passphrase: "wrong wrong", address: "10.0.0.1" };
    const error = await assertRejects(() => accounts.signIn("s_2", attempt), ChatError);

    assertEquals(error.code, "sign_in_failed");
    assertEquals([store.asked, passphrases.verified], [["ownerOf"], 1]);
  });
}

Deno.test("Accounts.signIn() checks five of many attempts that come at once", async () => {
  const { passphrases, accounts } = createAccounts();
  const attempt = { username: "alice", passphrase: "wrong wrong", address: "10.0.0.1" };

  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () => accounts.signIn("s_2", attempt)),
  );

  const codes = outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.code);
  assertEquals(passphrases.verified, 5);
  assertEquals(codes.filter((code) => code === "sign_in_failed").length, 5);
  assertEquals(codes.filter((code) => code === "too_many_attempts").length, 45);
});

Deno.test("Accounts.find() takes the only account, or the one that is named", async () => {
  const { store, accounts } = createAccounts();
  store.owned = [ALICE];

  assertEquals(await accounts.find(CALLER), ALICE);
  store.owned = [ALICE, { ...ALICE, account: "a_2", username: "ally" }];
  assertEquals(await accounts.find(CALLER), undefined);
  assertEquals((await accounts.find({ ...CALLER, as: "ALLY" }))?.account, "a_2");
});

Deno.test("Accounts.find() asks the store nothing for a guest", async () => {
  const { accounts } = createAccounts();
  const guest = { sessionId: undefined, address: "10.0.0.1" };

  assertEquals(await accounts.find(guest), undefined);
  await assertRejects(() => accounts.find({ ...guest, as: "alice" }), ChatError);
});

Deno.test("Accounts.signOut() ends sessions in the log before it closes their sockets", async () => {
  const { store, accounts } = createAccounts();
  store.owned = [ALICE, { ...ALICE, account: "a_2", username: "ally" }];

  await accounts.signOut(CALLER, true);

  assertEquals(store.asked, [
    "revokeSessionsOf a_1",
    "revokeSessionsOf a_2",
    "revokeSession s_1",
    "endAccount a_1",
    "endAccount a_2",
    "endSessions s_1",
  ]);
});

Deno.test("Accounts.signOut() closes the sockets although the log can't note it", async () => {
  const { store, accounts } = createAccounts();
  store.owned = [ALICE];
  store.revokeSession = () => Promise.reject(new StoreUnavailableError("disk full"));

  await assertRejects(() => accounts.signOut(CALLER, false), StoreUnavailableError);

  assertEquals(store.asked, ["endSessions s_1"]);
});

Deno.test("Accounts.delete() closes the sockets once the account is gone, not if it can't go", async () => {
  const { store, accounts } = createAccounts();
  store.owned = [ALICE];

  await accounts.delete(CALLER, "alice");

  assertEquals(store.asked, ["closeAccount a_1", "eraseAccount a_1 up to 7", "eraseClosed"]);
  store.closeAccount = () => Promise.reject(new Error("disk full"));
  await assertRejects(() => accounts.delete(CALLER, "alice"), Error, "disk full");
  assertEquals(store.asked.length, 3);
});
