import type { Store } from "../../core/store.ts";

/** A store of which some methods are a test's own. */
export function storeWith(store: Store, own: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name in own) return own[name as keyof Store];
      const value = target[name as keyof Store];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
