import { systemClock } from "../../core/clock.ts";
import type { Store, StoredEvent } from "../../core/store.ts";
import { SqliteStore, type SqliteStoreOptions } from "../../core/store_sqlite.ts";
import type { ResilientClient } from "../support/resilient_client.ts";
import { silentLog } from "../support/test_app.ts";

const PAGE = 1000;

/** What each account may see, as the log has it. */
export type Views = ReadonlyMap<string, readonly StoredEvent[]>;

/** Opens the log in a folder that nobody serves. */
export function openLog(
  dataDir: string,
  options: Partial<SqliteStoreOptions> = {},
): Promise<SqliteStore> {
  const usual = { clock: systemClock, log: silentLog, inWorkers: false };
  return SqliteStore.open({ ...usual, ...options, dataDir });
}

/** Reads the log in a folder that nobody serves, as each client's account may see it. */
export async function readLog(
  dataDir: string,
  clients: readonly ResilientClient[],
): Promise<Views> {
  const store = await openLog(dataDir);
  try {
    return await viewsOf(store, clients);
  } finally {
    await store.close();
  }
}

/** Reads a log as each client's account may see it. */
export async function viewsOf(
  store: Pick<Store, "read">,
  clients: readonly ResilientClient[],
): Promise<Views> {
  const views = new Map<string, StoredEvent[]>();
  for (const { account } of clients) {
    if (!views.has(account)) views.set(account, await readAll(store, account));
  }
  return views;
}

/** Everything an account may see, oldest first; without one, the lobby. */
export async function readAll(
  store: Pick<Store, "read">,
  account?: string,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  let page: StoredEvent[];
  do {
    page = await store.read({
      account,
      after: events.at(-1)?.seq ?? 0,
      limit: PAGE,
      from: "oldest",
    });
    events.push(...page);
  } while (page.length === PAGE);
  return events;
}
