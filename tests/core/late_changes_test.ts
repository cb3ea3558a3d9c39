import { assertEquals, assertRejects } from "@std/assert";
import { Accounts, type Caller } from "../../core/accounts.ts";
import { Attempts } from "../../core/attempts.ts";
import { ChatError } from "../../core/errors.ts";
import { Passphrases } from "../../core/passphrase.ts";
import { usernameKey } from "../../core/usernames.ts";
import { createChat } from "../support/chat.ts";

// Hashing takes a quarter of a second, and what it was asked for on may have ended by then.

const OLD = "correct horse";
const THIEF: Caller = { sessionId: "stolen", address: "there", as: "ann" };
const OWNER: Caller = { sessionId: "owner", address: "here", as: "ann" };

/** Does something once, while a passphrase is being hashed or checked. */
class InterruptedPassphrases extends Passphrases {
  meanwhile: (() => Promise<unknown>) | undefined;

  override async hash(passphrase: string): Promise<string> {
    return await this.#interrupt(super.hash(passphrase));
  }

  override async verify(passphrase: string, hash: string | undefined): Promise<boolean> {
    return await this.#interrupt(super.verify(passphrase, hash));
  }

  async #interrupt<Result>(hashing: Promise<Result>): Promise<Result> {
    const { meanwhile } = this;
    this.meanwhile = undefined;
    await meanwhile?.();
    return await hashing;
  }
}

/** Ann’s name, held by two sessions of which one is stolen; and a name of the thief’s own. */
async function createScene(passphrase?: string) {
  const { store, manager, clock } = createChat();
  const passphrases = new InterruptedPassphrases({ cost: { log2N: 4, r: 8, p: 1 } });
  const attempts = new Attempts(clock);
  const accounts = new Accounts({ store, live: manager, passphrases, attempts });
  const claim = async (username: string, sessionId: string) => {
    const claim = { username, nameKey: usernameKey(username), sessionId, nameTtlMs: 60_000 };
    const account = await store.claimName(claim);
    if (account === "taken") throw new Error(`Expected ${username} to be free`);
    return account;
  };
  const ann = await claim("ann", "owner");
  await store.grantSession(ann.account, "stolen");
  await claim("thief", "stolen");
  if (passphrase !== undefined) await accounts.setPassphrase(OWNER, { passphrase });
  const namesOf = async (session: string) =>
    (await store.accountsOf(session)).map(({ username }) => username);
  return { store, accounts, passphrases, namesOf };
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(work, ChatError)).code;
}

Deno.test("a session that is signed out while its passphrase is hashed sets none", async () => {
  const { accounts, passphrases, store } = await createScene();
  passphrases.meanwhile = () => accounts.signOut(OWNER, true);

  const code = await codeOf(() => accounts.setPassphrase(THIEF, { passphrase: "thief's own" }));

  assertEquals(code, "not_your_name");
  assertEquals((await store.ownerOf("ann"))?.passphrase, undefined);
});

Deno.test("a session that is signed out while its passphrase is checked deletes nothing", async () => {
  const { accounts, passphrases, store } = await createScene(OLD);
  passphrases.meanwhile = () => accounts.signOut(OWNER, true);

  assertEquals(await codeOf(() => accounts.delete(THIEF, "ann", OLD)), "not_your_name");
  assertEquals((await store.ownerOf("ann"))?.username, "ann");
});

Deno.test("a passphrase that is changed while it is checked lets nobody in any more", async () => {
  const { accounts, passphrases, namesOf } = await createScene(OLD);
  passphrases.meanwhile = async () => {
    await accounts.setPassphrase(OWNER, { passphrase: "a new one", current: OLD });
    await accounts.signOut(OWNER, true);
  };

  const attempt = { username: "ann", passphrase: OLD, address: "there" };
  assertEquals(await codeOf(() => accounts.signIn("late", attempt)), "sign_in_failed");
  assertEquals(await namesOf("late"), []);
});

Deno.test("a passphrase that is changed while it is checked changes and deletes nothing", async () => {
  const { accounts, passphrases, store } = await createScene(OLD);
  const change = () => accounts.setPassphrase(OWNER, { passphrase: "a new one", current: OLD });
  passphrases.meanwhile = change;
  const late = { passphrase: "thief's own", current: OLD };

  assertEquals(await codeOf(() => accounts.setPassphrase(THIEF, late)), "wrong_passphrase");
  const { passphrase } = (await store.ownerOf("ann"))!;
  passphrases.meanwhile = () =>
    accounts.setPassphrase(OWNER, { passphrase: OLD, current: "a new one" });
  assertEquals(await codeOf(() => accounts.delete(THIEF, "ann", "a new one")), "wrong_passphrase");

  assertEquals(await passphrases.verify("a new one", passphrase), true);
  assertEquals((await store.ownerOf("ann"))?.username, "ann");
});

Deno.test("signing in takes along no name that is signed out meanwhile", async () => {
  const { accounts, store, namesOf } = await createScene(OLD);
  await accounts.setPassphrase({ ...THIEF, as: "thief" }, { passphrase: "thief's own" });
  const accountsOf = store.accountsOf.bind(store);
  store.accountsOf = async (sessionId) => {
    const owned = await accountsOf(sessionId);
    store.accountsOf = accountsOf;
    await accounts.signOut(OWNER, true);
    return owned;
  };

  const signIn = { username: "thief", passphrase: "thief's own", address: "there" };
  await accounts.signIn("late", { ...signIn, following: "stolen" });

  assertEquals(await namesOf("late"), ["thief"]);
});
