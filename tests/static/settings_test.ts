import { assertEquals } from "@std/assert";
import { followSettings, keepSettings, readSettings } from "../../static/app/settings.ts";
import { Store } from "../../static/app/store.ts";
import { changeSettings } from "../../static/model/changes.ts";
import { DEFAULT_SETTINGS, withRecent } from "../../static/model/settings.ts";
import { initialState } from "../../static/model/state.ts";
import { JsonStorage } from "../../static/net/storage.ts";
import { MapStorage } from "./fakes.ts";

function openTab(storage: JsonStorage) {
  const store = new Store(initialState(readSettings(storage)), () => {});
  keepSettings(store, storage);
  return store;
}

Deno.test("keepSettings() keeps a choice for the next visit", () => {
  const storage = new JsonStorage(new MapStorage());

  openTab(storage).act((state) => changeSettings(state, { theme: "dark", textSize: 115 }));

  assertEquals(readSettings(storage), { ...DEFAULT_SETTINGS, theme: "dark", textSize: 115 });
});

Deno.test("readSettings() takes damaged or unknown settings for not chosen, and keeps the rest", () => {
  const storage = new JsonStorage(new MapStorage());
  const read = (kept: unknown) => {
    storage.set("settings", kept);
    return readSettings(storage);
  };

  assertEquals(read(undefined), DEFAULT_SETTINGS);
  assertEquals(read("dark"), DEFAULT_SETTINGS);
  assertEquals(
    read({ theme: "pink", density: "compact", textSize: "115", sound: 1, constructor: 1, x: 2 }),
    { ...DEFAULT_SETTINGS, density: "compact" },
  );
  assertEquals(read({ levels: { lobby: "all", c_1: "loud" } }), DEFAULT_SETTINGS);
  assertEquals(read({ recentEmoji: ["🎉", 1] }), DEFAULT_SETTINGS);
  assertEquals(read({ levels: { lobby: "all" } }).levels, { lobby: "all" });
});

Deno.test("followSettings() takes over what another tab chose, and writes nothing back", () => {
  const map = new MapStorage();
  const storage = new JsonStorage(map);
  const [one, other] = [openTab(storage), openTab(storage)];
  one.act((state) => changeSettings(state, { doNotDisturb: true }));
  let writes = 0;
  map.setItem = () => void writes++;

  followSettings(other, storage);
  const before = other.state;
  followSettings(other, storage);

  assertEquals(other.state.settings.doNotDisturb, true);
  assertEquals([writes, other.state === before], [0, true]);
});

Deno.test("withRecent() puts the last emoji first, each once and not too many", () => {
  const many = Array.from({ length: 20 }, (_, i) => String(i)).reduce<readonly string[]>(
    withRecent,
    [],
  );

  assertEquals(withRecent(["a", "b"], "b"), ["b", "a"]);
  assertEquals([many.length, many[0]], [16, "19"]);
});
