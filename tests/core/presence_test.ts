import { assertEquals } from "@std/assert";
import type { Member } from "../../core/members.ts";
import { Presence, type PresenceNews } from "../../core/presence.ts";
import type { PresenceFrame } from "../../core/protocol.ts";
import { memberNamed } from "../support/connections.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** Presence under a manual clock, with all it tells. */
function createPresence() {
  const clock = new ManualClock();
  const told: PresenceNews[] = [];
  const about: (Member | undefined)[] = [];
  const presence = new Presence({
    clock,
    tell(news, member) {
      told.push(news);
      about.push(member);
    },
  });
  const types = () => told.map(({ type }) => type);
  const many = () => told.filter((news): news is PresenceFrame => news.type === "presence");
  return { clock, presence, told, about, types, many };
}

function crowd(size: number, prefix = "user"): Member[] {
  return Array.from({ length: size }, (_, i) => memberNamed(`${prefix}${i}`));
}

Deno.test("Presence tells who came and went, with the number of those online", () => {
  const { clock, presence, told, about } = createPresence();
  const alice = memberNamed("alice");

  presence.join(memberNamed("bob"));
  presence.join(alice);
  presence.leave(alice);

  const user = { username: "alice", account: "a_alice", at: clock.now() };
  assertEquals(told.slice(1), [
    { type: "joined", ...user, message: "alice joined the chat", online: 2 },
    { type: "left", ...user, message: "alice left the chat", online: 1 },
  ]);
  assertEquals(about.slice(1), [alice, alice]);
  assertEquals(presence.online, 1);
});

Deno.test("Presence tells nothing of someone leaving who was not there", () => {
  const { presence, told } = createPresence();

  presence.leave(memberNamed("nobody"));

  assertEquals(told, []);
  assertEquals(presence.online, 0);
});

Deno.test("Presence tells twenty a second one by one, and the others in one frame when it is over", () => {
  const { clock, presence, told, about, types, many } = createPresence();

  for (const member of crowd(50)) presence.join(member);
  assertEquals(types(), Array(20).fill("joined"));
  clock.advance(999);
  assertEquals(told.length, 20);
  clock.advance(1);

  assertEquals(told.length, 21);
  assertEquals(many()[0]!.joined.length, 30);
  assertEquals(many()[0]!.left, []);
  assertEquals(many()[0]!.online, 50);
  assertEquals(about.at(-1), undefined);
  clock.advance(1_000);
  assertEquals(told.length, 21);
  assertEquals(clock.pending, 0);
});

Deno.test("Presence starts a second with whoever comes first in it", () => {
  const { clock, presence, types } = createPresence();
  for (const member of crowd(20, "early")) presence.join(member);

  clock.advance(1_000);
  for (const member of crowd(20, "late")) presence.join(member);

  assertEquals(types(), Array(40).fill("joined"));
});

Deno.test("Presence costs those present a bounded number of frames a second in a storm", () => {
  const { clock, presence, told } = createPresence();
  const [coming, staying] = [crowd(5_000), crowd(5_000, "other")];

  for (let i = 0; i < 5_000; i++) {
    presence.join(coming[i]!);
    presence.join(staying[i]!);
    if (i >= 100) presence.leave(coming[i - 100]!);
    clock.advance(1);
  }
  clock.advance(1_000);

  // Twenty singles, and then one frame a second.
  assertEquals(told.length <= 20 + 6, true);
  assertEquals(told.at(-1)!.online, 5_100);
});

Deno.test("Presence tells one by one again after a second in which no crowd came", () => {
  const { clock, presence, told, types } = createPresence();
  for (const member of crowd(60)) presence.join(member);
  clock.advance(1_000);
  for (const member of crowd(20, "last")) presence.join(member);
  clock.advance(1_000);
  const before = told.length;

  presence.join(memberNamed("alice"));

  assertEquals(before, 22);
  assertEquals(types().slice(before), ["joined"]);
});

Deno.test("Presence tells nothing of those who came and went within what it tells together", () => {
  const { clock, presence, many, told } = createPresence();
  const [stayer, ...others] = crowd(20);
  for (const member of [stayer!, ...others]) presence.join(member);
  const passer = memberNamed("passer");

  presence.join(passer);
  presence.leave(passer);
  presence.leave(stayer!);
  presence.join(stayer!);
  presence.join(memberNamed("newcomer"));
  clock.advance(1_000);

  assertEquals(told.length, 21);
  assertEquals(many()[0]!.joined.map(({ username }) => username), ["newcomer"]);
  assertEquals(many()[0]!.left, []);
});

Deno.test("Presence sends no frame when everything has cancelled out", () => {
  const { clock, presence, told } = createPresence();
  for (const member of crowd(20)) presence.join(member);
  const passer = memberNamed("passer");

  presence.join(passer);
  presence.leave(passer);
  clock.advance(1_000);

  assertEquals(told.length, 20);
});

Deno.test("Presence names at most 100 in each list, and counts all", () => {
  const { clock, presence, many } = createPresence();
  const early = crowd(150, "early");
  for (const member of early) presence.join(member);
  clock.advance(1_000);

  for (const member of early) presence.leave(member);
  for (const member of crowd(130, "late")) presence.join(member);
  clock.advance(1_000);

  const { joined, left, online } = many()[1]!;
  assertEquals([joined.length, left.length, online], [100, 100, 130]);
});

Deno.test("Presence.list() has the given member first, no one twice, and at most as many as asked", () => {
  const { presence } = createPresence();
  const members = crowd(300);
  for (const member of members) presence.join(member);
  const asking = members[250]!;

  const listed = presence.list(200, asking);

  assertEquals(listed.length, 200);
  assertEquals(listed[0], { username: "user250", account: "a_user250" });
  assertEquals(new Set(listed.map(({ account }) => account)).size, 200);
  assertEquals(presence.list(3, asking).map(({ username }) => username), [
    "user250",
    "user0",
    "user1",
  ]);
});

Deno.test("Presence.close() cancels what was to be told later", () => {
  const { clock, presence, told } = createPresence();
  for (const member of crowd(30)) presence.join(member);

  presence.close();
  clock.advance(60_000);

  assertEquals(told.length, 20);
  assertEquals(clock.pending, 0);
});
