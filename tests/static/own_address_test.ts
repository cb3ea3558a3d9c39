import { assertEquals } from "@std/assert";
import { isAnythingKept, namedAddress } from "../../static/app/own_address.ts";

Deno.test("namedAddress() leads from this machine's address to its name, and from nowhere else", () => {
  const named = (url: string) => namedAddress(new URL(url))?.href;

  assertEquals(named("http://127.0.0.1:8000/chat/?a#b"), "http://localhost:8000/chat/?a#b");
  assertEquals(named("http://localhost:8000/"), undefined);
  assertEquals(named("http://192.168.0.7:8000/"), undefined);
  assertEquals(named("https://127.0.0.1/"), undefined);
});

interface Kept {
  keys?: string[];
  accounts?: object[];
  hasUnsent?: boolean;
}

function kept({ keys = ["name"], accounts = [], hasUnsent = false }: Kept) {
  return isAnythingKept({
    keys,
    api: { get: () => Promise.resolve({ accounts }) },
    hasUnsent: () => Promise.resolve(hasUnsent),
  });
}

Deno.test("isAnythingKept() finds names, drafts and messages that were not sent", async () => {
  assertEquals(await kept({ keys: [] }), false);
  assertEquals(await kept({}), false);
  assertEquals(await kept({ keys: ["name", "drafts.a_alice"] }), true);
  assertEquals(await kept({ keys: ["name", "outbox"] }), true);
  assertEquals(await kept({ accounts: [{ username: "alice" }] }), true);
  assertEquals(await kept({ hasUnsent: true }), true);
});

Deno.test("isAnythingKept() returns true if it can't find out", async () => {
  const api = { get: () => Promise.reject(new Error("unreachable")) };

  assertEquals(await isAnythingKept({ keys: ["name"], api, hasUnsent: () => kept({}) }), true);
});
