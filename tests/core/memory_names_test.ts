import { assertEquals, assertNotEquals } from "@std/assert";
import { MemoryNames } from "../../core/memory_names.ts";
import { SequentialIds } from "../support/sequential_ids.ts";

const TTL_MS = 1000;

/** Claims a name at a time; `isHeld` when somebody is connected under it. */
function claimIn(names: MemoryNames, username: string, logTime: number, claim = {}) {
  const defaults = { username, nameKey: username, sessionId: `session of ${username}` };
  return names.claim({ ...defaults, nameTtlMs: TTL_MS, ...claim }, logTime);
}

/** Names that are all remembered, and nothing more can be. */
function createFullNames() {
  const names = new MemoryNames(new SequentialIds());
  for (let i = 0; i < 100_000; i++) claimIn(names, `user${i}`, 1);
  return names;
}

Deno.test("MemoryNames gives no reserved name away, however many are claimed", () => {
  const names = createFullNames();
  const newcomer = claimIn(names, "newcomer", TTL_MS);

  assertEquals(claimIn(names, "user0", TTL_MS, { sessionId: "another" }), "taken");
  assertEquals(names.ownerOf("newcomer"), undefined);
  assertNotEquals(claimIn(names, "newcomer", TTL_MS), newcomer);
  assertEquals(claimIn(names, "newcomer", TTL_MS, { sessionId: "x", isHeld: true }), "taken");
});

Deno.test("MemoryNames makes room by the name whose reservation ended first", () => {
  const names = createFullNames();
  const { account } = names.ownerOf("user0")!;
  names.touch(account, 2);
  names.setPassphrase(names.ownerOf("user1")!.account, "hash", 1);

  const newcomer = claimIn(names, "newcomer", TTL_MS + 1);

  assertEquals(names.ownerOf("newcomer"), newcomer);
  assertEquals(names.ownerOf("user0")?.account, account);
  assertEquals(names.ownerOf("user1")?.username, "user1");
  assertEquals(names.ownerOf("user2"), undefined);
});
