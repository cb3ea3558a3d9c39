import type { LiveSessions } from "../../core/accounts.ts";
import { parseConfig } from "../../core/config.ts";
import { LOBBY } from "../../core/conversations.ts";
import type { Ids } from "../../core/ids.ts";
import { Passphrases } from "../../core/passphrase.ts";
import type { Account, Audience, Erasure } from "../../core/store.ts";
import { SqliteStore } from "../../core/store_sqlite.ts";
import { usernameKey } from "../../core/usernames.ts";
import { type ApiStore, createApi } from "../../routes/api.ts";
import { sessionIdOf } from "../../routes/credentials.ts";
import { ManualClock } from "./manual_clock.ts";
import { SequentialIds } from "./sequential_ids.ts";
import { ask, createTestApp, silentLog } from "./test_app.ts";

/** Who asks over HTTP, and how. */
export interface AskOptions {
  /** Whose credential is presented; absent: none. */
  readonly by?: string | undefined;
  readonly headers?: Record<string, string>;
}

/** What differs from the usual. */
export interface TestApiOptions {
  readonly ids?: Ids;
  readonly args?: readonly string[];
  /** Takes the place of some of the store's methods. */
  readonly broken?: Partial<ApiStore>;
}

const DAY_MS = 86_400_000;

/** The same well-formed credential for the same name of a browser. */
export function credentialOf(browser: string): string {
  return browser.padEnd(43, "0");
}

/**
 * The API over a log in a new folder, with hand-moved time and cheap passphrases. Dispose of it
 * after use.
 */
export async function createTestApi({ ids, args = [], broken }: TestApiOptions = {}) {
  const clock = new ManualClock();
  const dataDir = await Deno.makeTempDir({ prefix: "parley-api-" });
  const store = await SqliteStore.open({
    dataDir,
    clock,
    log: silentLog,
    ids: ids ?? new SequentialIds(),
    inWorkers: false,
  });
  const live = new EndedSessions();
  const command = parseConfig(args, {}, { isTerminal: false });
  if (command.kind !== "run") throw new TypeError("Cannot ask the API: expected settings");
  const { config } = command;
  const passphrases = new Passphrases({ cost: { log2N: 4, r: 8, p: 1 } });
  const asked = broken ? Object.assign(Object.create(store), broken) : store;
  const app = await createTestApp({
    config,
    api: createApi({ config, clock, store: asked, live, passphrases }),
  });

  /** Claims a name for a browser, as connecting does. */
  async function claim(username: string, browser: string = username): Promise<Account | "taken"> {
    return await store.claimName({
      username,
      nameKey: usernameKey(username),
      sessionId: await sessionIdOf(credentialOf(browser)),
      nameTtlMs: 30 * DAY_MS,
    });
  }

  /** Lets a name's reservation run out, which no passphrase may keep then. */
  async function lapse({ account }: Account): Promise<void> {
    await store.setPassphrase(account, undefined);
    clock.advance(31 * DAY_MS);
  }

  /** As {@linkcode claim}, when nobody else can have the name. */
  async function join(username: string, browser: string = username): Promise<Account> {
    const account = await claim(username, browser);
    if (account === "taken") throw new Error(`Expected ${username} to be free`);
    return account;
  }

  /** Puts a message into the log, private if it has a recipient; returns its position. */
  async function say(author: Account, text: string, to?: Account): Promise<number> {
    const audience: Audience = to === undefined
      ? { kind: LOBBY }
      : { kind: "private", ...to, nameKey: usernameKey(to.username) };
    const { account, username: from } = author;
    const event = { kind: "message", to: audience, author: account, from, text } as const;
    const [result] = await store.append([event]);
    if (result?.outcome !== "stored") throw new Error(`Expected ${text} to be stored`);
    return result.seq;
  }

  const get = (path: string, options: AskOptions = {}) =>
    ask(app, path, { headers: { ...credentialHeader(options.by), ...options.headers } });

  const post = (path: string, body: unknown, options: AskOptions = {}) =>
    ask(app, path, {
      method: "POST",
      headers: {
        ...credentialHeader(options.by),
        "content-type": "application/json",
        ...options.headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  async function dispose(): Promise<void> {
    await store.close();
    await Deno.remove(dataDir, { recursive: true });
  }

  return {
    clock,
    store,
    live,
    app,
    claim,
    join,
    lapse,
    say,
    get,
    post,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Remembers whose connections were to be closed. */
class EndedSessions implements LiveSessions {
  readonly sessions: string[] = [];
  readonly accounts: string[] = [];

  endSessions(sessionIds: readonly string[]): void {
    this.sessions.push(...sessionIds);
  }

  eraseAccount({ account }: Erasure): void {
    this.endAccount(account);
  }

  endAccount(account: string): void {
    this.accounts.push(account);
  }
}

function credentialHeader(browser: string | undefined): Record<string, string> {
  return browser === undefined ? {} : { authorization: `Bearer ${credentialOf(browser)}` };
}

/** Status and code of a problem, or status and whole body of an answer. */
export async function outcomeOf(response: Response): Promise<[status: number, body: unknown]> {
  const text = await response.text();
  const body = text === "" ? undefined : JSON.parse(text);
  return [response.status, response.ok ? body : body?.code];
}

/** Texts of the messages of a page of history. */
export async function textsOf(response: Response): Promise<string[]> {
  const { messages } = await response.json();
  return messages.map(({ message }: { message: string }) => message);
}
