import type { Clock } from "../../core/clock.ts";
import type { Api } from "../net/api.ts";
import { nameKey } from "../text/name_key.ts";
import type { AccountFacts, Ask, SearchAnswer } from "./actions.ts";
import type { Store } from "./store.ts";

/** An account that this browser's session holds, as the server tells it. */
interface HeldAccount {
  readonly username: string;
  readonly account: string;
  readonly hasPassphrase: boolean;
}

/** Dependencies of {@linkcode createAsk}. */
export interface AskOptions {
  readonly store: Store;
  readonly api: Pick<Api, "get" | "post">;
  readonly clock: Clock;
  readonly join: (username: string) => void;
  /** Leaves the chat and deletes everything of the account from this browser. */
  readonly forgetAccount: () => Promise<void>;
  readonly allowNotifications: Ask["allowNotifications"];
  readonly playSound: Ask["playSound"];
}

/** Answers the questions of components, mostly over HTTP. */
export function createAsk(options: AskOptions): Ask {
  const { store, api, join, forgetAccount, allowNotifications, playSound } = options;
  const as = () => store.state.self?.username;
  /** The connection may end before the answer comes: then another account may be in the chat. */
  const ending = async (answer: Promise<unknown>) => {
    const own = store.state.self?.account;
    await answer;
    if (own !== undefined && store.state.self?.account === own) await forgetAccount();
  };
  return {
    allowNotifications,
    playSound,
    search: (query, before) => search(options, query, before),
    account: () => readAccount(options),
    async signIn(username, passphrase) {
      const account = await api.post("sign-in", { username, passphrase });
      join(account.username);
    },
    async setPassphrase(passphrase, current) {
      await api.post("passphrase", { as: as(), passphrase, current });
    },
    async signOut(everywhere) {
      await ending(api.post("sign-out", { as: as(), everywhere }));
    },
    async deleteAccount(confirm, current) {
      await ending(api.post("account/delete", { as: as(), confirm, current }));
    },
  };
}

/**
 * The name as this browser's session holds it; null where the session doesn't, or when that can't
 * be found out.
 */
export async function findOwnName(api: Pick<Api, "get">, name: string): Promise<string | null> {
  try {
    const accounts = await readSession(api);
    return accounts.find(({ username }) => nameKey(username) === nameKey(name))?.username ?? null;
  } catch {
    // The form still works, and joining reports the error.
    return null;
  }
}

async function readSession(api: Pick<Api, "get">): Promise<readonly HeldAccount[]> {
  return (await api.get("session")).accounts;
}

async function readAccount({ store, api }: AskOptions): Promise<AccountFacts> {
  const accounts = await readSession(api);
  const { self } = store.state;
  const held = accounts.find(({ account }) => account === self?.account);
  return {
    username: self?.username ?? "",
    isGuest: held === undefined,
    hasPassphrase: held?.hasPassphrase === true,
    others: held === undefined
      ? []
      : accounts.filter((one) => one !== held).map(({ username }) => username),
  };
}

async function search(
  { store, api, clock }: AskOptions,
  query: string,
  before?: number,
): Promise<SearchAnswer> {
  const { isGuest, self } = store.state;
  const as = isGuest ? undefined : self?.username;
  // Days in a query are those of the reader's time zone.
  const offsetMinutes = -new Date(clock.now()).getTimezoneOffset();
  const { results, next = null } = await api.get("search", { q: query, before, offsetMinutes, as });
  return { results, next };
}
