import type { Ids } from "../../core/ids.ts";
import { parseSearchQuery } from "../../core/search_query.ts";
import type {
  Account,
  AppendResult,
  NewEvent,
  Retention,
  Store,
  StoreSearch,
} from "../../core/store.ts";
import { usernameKey } from "../../core/usernames.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { SequentialIds } from "../support/sequential_ids.ts";

/** What a store under test is opened with. */
export interface StoreSetting {
  readonly clock: ManualClock;
  readonly ids: Ids;
  readonly retention: Retention;
}

/** One implementation, as the contract sees it. */
export interface StoreSubject {
  readonly name: string;
  /** Opens a fresh, empty store; disposing of the scene closes it and removes what it left. */
  open(setting: StoreSetting): Promise<{ store: Store; dispose(): Promise<void> }>;
}

export const NAME_TTL_MS = 60_000;

/** A store with time and names, and the shortest ways to say things to it. */
export class Scene implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly store: Store;
  #dispose: () => Promise<void>;

  private constructor(store: Store, clock: ManualClock, dispose: () => Promise<void>) {
    this.store = store;
    this.clock = clock;
    this.#dispose = dispose;
  }

  static async of(
    subject: StoreSubject,
    retention: Retention = { kind: "forever" },
  ): Promise<Scene> {
    const clock = new ManualClock();
    const { store, dispose } = await subject.open({ clock, ids: new SequentialIds(), retention });
    return new Scene(store, clock, dispose);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#dispose();
  }

  /** Claims a name; without a session, as a guest. */
  claim(username: string, sessionId?: string): Promise<Account | "taken"> {
    const nameKey = usernameKey(username);
    return this.store.claimName({ username, nameKey, sessionId, nameTtlMs: NAME_TTL_MS });
  }

  /** Someone with a session of their own. */
  async user(username: string, sessionId = `session of ${username}`): Promise<Account> {
    const account = await this.claim(username, sessionId);
    if (account === "taken") throw new TypeError(`Cannot use ${username}: the name is taken`);
    return account;
  }

  /** Someone without. */
  async guest(username: string): Promise<Account> {
    const account = await this.claim(username);
    if (account === "taken") throw new TypeError(`Cannot use ${username}: the name is taken`);
    return account;
  }

  /** Appends one event and returns what became of it. */
  async append(event: NewEvent): Promise<AppendResult> {
    const [result] = await this.store.append([event]);
    return result!;
  }

  /** Writes to everyone. Returns the position. */
  async say(author: Account, text: string): Promise<number> {
    return seqOf(await this.append(publicly(author, text)));
  }

  /** Writes to someone who has a connection. Returns the position. */
  async whisper(author: Account, to: Account, text: string): Promise<number> {
    return seqOf(await this.append(privately(author, to, text)));
  }

  /** Writes to whoever owns a name and is away. Returns the position. */
  async leaveNote(author: Account, username: string, text: string): Promise<number> {
    return seqOf(await this.append(toAway(author, username, text)));
  }

  /** Texts of all that an account may read, oldest first. */
  async texts(account: string | undefined, conversation?: string): Promise<string[]> {
    const events = await this.store.read({ account, conversation, limit: 100, from: "oldest" });
    return events.map(({ text }) => text);
  }

  /** Texts found, newest first. */
  async find(account: string | undefined, box: string): Promise<string[]> {
    return await searchToEnd(this.store, { account, query: parseSearchQuery(box), limit: 50 });
  }
}

/** Texts found, newest first: a search whose time was up goes on until it has as many as it may. */
export async function searchToEnd(store: Store, search: StoreSearch): Promise<string[]> {
  const texts: string[] = [];
  for (let before = search.before;;) {
    const limit = search.limit - texts.length;
    const { hits, stoppedAt } = await store.search({ ...search, before, limit });
    texts.push(...hits.map(({ event }) => event.text));
    if (stoppedAt === undefined || texts.length === search.limit) return texts;
    before = stoppedAt;
  }
}

export function publicly(author: Account, text: string, key?: string): NewEvent {
  return eventOf(author, { kind: "lobby" }, text, key);
}

export function privately(author: Account, to: Account, text: string, key?: string): NewEvent {
  const { account, username } = to;
  const nameKey = usernameKey(username);
  return eventOf(author, { kind: "private", username, nameKey, account }, text, key);
}

export function toAway(author: Account, username: string, text: string, key?: string): NewEvent {
  return eventOf(author, { kind: "private", username, nameKey: usernameKey(username) }, text, key);
}

export function seqOf(result: AppendResult): number {
  if (result.outcome !== "stored") throw new TypeError(`Cannot go on: ${result.outcome}`);
  return result.seq;
}

function eventOf(author: Account, to: NewEvent["to"], text: string, key?: string): NewEvent {
  const { account, username } = author;
  const about = key === undefined ? {} : { key };
  return { kind: "message", to, author: account, from: username, text, ...about };
}
