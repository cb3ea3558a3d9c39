import { assertEquals } from "@std/assert";
import { createLog } from "../../core/log.ts";
import { MemoryStore } from "../../core/store_memory.ts";
import type { Store } from "../../core/store.ts";
import { SqliteStore } from "../../core/store_sqlite.ts";
import { verifyLog } from "../../core/sqlite_verify.ts";
import { testStoreEvents } from "./store_events_contract.ts";
import { testStoreNames } from "./store_names_contract.ts";
import { testStoreReading } from "./store_reading_contract.ts";
import { testStoreRetention } from "./store_retention_contract.ts";
import { testStoreSearch } from "./store_search_contract.ts";
import type { StoreSetting, StoreSubject } from "./store_contract.ts";

/** A store whose search indexes hold everything at once, instead of a little later. */
function indexingAtOnce(store: SqliteStore): Store {
  const append: Store["append"] = async (events) => {
    const results = await store.append(events);
    await store.indexAll();
    return results;
  };
  return new Proxy<Store>(store, {
    get(target, name) {
      if (name === "append") return append;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function sqlite(name: string, inWorkers: boolean, isIndexed: boolean): StoreSubject {
  return {
    name,
    async open({ clock, ids, retention }: StoreSetting) {
      const dataDir = await Deno.makeTempDir();
      const log = createLog({ level: "error", format: "json", clock, write: () => {} });
      const store = await SqliteStore.open({ dataDir, clock, ids, retention, log, inWorkers });
      return {
        store: isIndexed ? indexingAtOnce(store) : store,
        async dispose() {
          await store.close();
          assertEquals(verifyLog(dataDir).problems, []);
          await Deno.remove(dataDir, { recursive: true });
        },
      };
    },
  };
}

const memory: StoreSubject = {
  name: "MemoryStore",
  open: (setting) =>
    Promise.resolve({ store: new MemoryStore(setting), dispose: () => Promise.resolve() }),
};

const SUBJECTS = [
  memory,
  sqlite("SqliteStore, not indexed yet", false, false),
  sqlite("SqliteStore, indexed", false, true),
  sqlite("SqliteStore in Workers", true, true),
];

for (const subject of SUBJECTS) {
  testStoreEvents(subject);
  testStoreReading(subject);
  testStoreNames(subject);
  testStoreSearch(subject);
  testStoreRetention(subject);
}
