import { assert, assertEquals } from "@std/assert";
import { MemoryStore } from "../../core/store_memory.ts";
import type { NewEvent } from "../../core/store.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { SequentialIds } from "../support/sequential_ids.ts";

function message(text: string, key: string): NewEvent {
  return { kind: "message", to: { kind: "lobby" }, author: "a_1", from: "alice", text, key };
}

Deno.test("MemoryStore keeps the newest 10,000 events or a few more, and says what is gone", async () => {
  const store = new MemoryStore({ clock: new ManualClock(), ids: new SequentialIds() });
  for (let i = 1; i <= 25_000; i++) await store.append([message(`${i}`, `k${i}`)]);

  const kept = await store.read({ account: "a_1", limit: 100_000, from: "oldest" });

  assert(kept.length >= 10_000 && kept.length <= 11_250, `${kept.length}`);
  assertEquals(kept.map(({ seq }) => seq), kept.map((_, i) => store.prunedUpTo + 1 + i));
  assertEquals(kept.at(-1)!.seq, 25_000);
});

Deno.test("MemoryStore keeps the newest 100,000 first acks or a few more", async () => {
  const store = new MemoryStore({ clock: new ManualClock(), ids: new SequentialIds() });
  for (let i = 1; i <= 120_000; i++) await store.append([message(`${i}`, `k${i}`)]);

  const results = await store.append([
    message("1", "k1"),
    message("20001", "k20001"),
    message("120000", "k120000"),
  ]);

  assertEquals(results.map(({ outcome }) => outcome), ["stored", "duplicate", "duplicate"]);
});

Deno.test("MemoryStore tells of the newest 10,000 closed accounts or a few more", async () => {
  const store = new MemoryStore({ clock: new ManualClock(), ids: new SequentialIds() });
  const claim = { username: "ann", nameKey: "ann", sessionId: "s", nameTtlMs: 1 };
  let newest = "";
  for (let i = 0; i < 12_000; i++) {
    const account = await store.claimName(claim);
    if (account !== "taken") newest = account.account;
    await store.closeAccount(newest);
  }

  const told = await store.erasuresSince(0);

  assert(told.length >= 10_000 && told.length <= 11_250, `${told.length}`);
  assertEquals(told.at(-1)?.account, newest);
});
