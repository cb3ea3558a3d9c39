import { DEFAULT_SETTINGS, type NotificationLevel, type Settings } from "../model/settings.ts";
import type { JsonStorage } from "../net/storage.ts";
import type { Store } from "./store.ts";

/** Where the settings are kept in the storage. */
const SETTINGS_KEY = "settings";

type Check<T> = (value: unknown) => value is T;

const isFlag: Check<boolean> = (value) => typeof value === "boolean";
const isLevel = oneOf<NotificationLevel>("all", "mentions", "none");

/** Checks for each setting: another version of the page may have stored other values. */
const CHECKS: { readonly [key in keyof Settings]: Check<Settings[key]> } = {
  theme: oneOf("system", "light", "dark"),
  density: oneOf("comfortable", "compact"),
  textSize: oneOf(90, 100, 115, 130),
  clock: oneOf("language", "12", "24"),
  notifications: isFlag,
  notificationText: isFlag,
  sound: isFlag,
  doNotDisturb: isFlag,
  recentEmoji: (value): value is Settings["recentEmoji"] =>
    Array.isArray(value) && value.every((emoji) => typeof emoji === "string"),
  levels: (value): value is Settings["levels"] =>
    typeof value === "object" && value !== null && Object.values(value).every(isLevel),
};

/** The settings of this browser; missing or damaged ones have their defaults. */
export function readSettings(storage: JsonStorage): Settings {
  const kept = storage.get(SETTINGS_KEY);
  if (typeof kept !== "object" || kept === null) return DEFAULT_SETTINGS;
  const valid = Object.entries(kept).filter(([key, value]) =>
    Object.hasOwn(CHECKS, key) && CHECKS[key as keyof Settings](value)
  );
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(valid) };
}

/** Stores each change of the settings for the next visit. Returns a function that stops this. */
export function keepSettings(store: Store, storage: JsonStorage): () => void {
  let kept = store.state.settings;
  return store.subscribe(() => {
    const { settings } = store.state;
    if (settings === kept) return;
    kept = settings;
    // Another tab's settings come from the storage, and needn't go there again.
    if (JSON.stringify(settings) !== JSON.stringify(readSettings(storage))) {
      storage.set(SETTINGS_KEY, settings);
    }
  });
}

/** Adopts settings that were changed in another tab. */
export function followSettings(store: Store, storage: JsonStorage): void {
  const settings = readSettings(storage);
  if (JSON.stringify(settings) === JSON.stringify(store.state.settings)) return;
  store.act((state) => ({ ...state, settings }));
}

function oneOf<T extends string | number>(...values: readonly T[]): Check<T> {
  return (value): value is T => values.some((one) => one === value);
}
