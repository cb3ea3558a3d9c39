import { assertEquals, assertStrictEquals } from "@std/assert";
import { Journal } from "../../core/journal.ts";
import type { AppendResult, NewEvent } from "../../core/store.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A log whose commits end when a test says so. */
class HeldLog {
  /** Texts of each commit, in order. */
  readonly commits: string[][] = [];
  #held: PromiseWithResolvers<AppendResult[]>[] = [];
  #seq = 0;

  append(events: readonly NewEvent[]): Promise<AppendResult[]> {
    this.commits.push(events.map(({ text }) => text));
    const commit = Promise.withResolvers<AppendResult[]>();
    this.#held.push(commit);
    return commit.promise;
  }

  async succeed(): Promise<void> {
    this.#held.shift()!.resolve(
      this.commits.at(-1)!.map(() => (
        { outcome: "stored", seq: ++this.#seq, at: 0, conversation: "lobby" }
      )),
    );
    await nextTurn();
  }

  async fail(cause: unknown): Promise<void> {
    this.#held.shift()!.reject(cause);
    await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function eventOf(text: string): NewEvent {
  return { kind: "message", to: { kind: "lobby" }, author: "a_1", from: "alice", text };
}

/** A journal on a held log, with everything it tells in one list. */
function createJournal() {
  const log = new HeldLog();
  const clock = new ManualClock();
  const told: unknown[] = [];
  const journal = new Journal(log, clock, {
    onCommitted: () => told.push("committed"),
    onError: (cause) => told.push(cause),
  });
  const append = (text: string) =>
    journal.append(eventOf(text), ({ outcome }) => told.push(`${text} ${outcome}`));
  const nextCommit = () => clock.advance(0);
  return { log, clock, told, journal, append, nextCommit };
}

Deno.test("Journal.append() commits at once when nothing is going on", async () => {
  const { log, told, append, nextCommit } = createJournal();

  append("one");

  assertEquals(log.commits, [["one"]]);
  assertEquals(told, []);
  await log.succeed();
  assertEquals(told, ["one stored", "committed"]);
  nextCommit();
});

Deno.test("Journal.append() gathers what arrives during a commit for the next, in order", async () => {
  const { log, told, append, nextCommit } = createJournal();
  append("one");
  append("two");
  append("three");

  await log.succeed();
  nextCommit();
  append("four");
  await log.succeed();
  nextCommit();
  await log.succeed();
  nextCommit();

  assertEquals(log.commits, [["one"], ["two", "three"], ["four"]]);
  assertEquals(told.filter((what) => what !== "committed"), [
    "one stored",
    "two stored",
    "three stored",
    "four stored",
  ]);
});

Deno.test("Journal makes at most one commit in a turn of the event loop", async () => {
  const { log, append, nextCommit } = createJournal();
  append("one");
  await log.succeed();

  append("two");

  assertEquals(log.commits, [["one"]]);
  nextCommit();
  assertEquals(log.commits, [["one"], ["two"]]);
  await log.succeed();
  nextCommit();
});

Deno.test("Journal commits at most 256 events together", async () => {
  const { log, append, nextCommit } = createJournal();
  append("first");
  for (let i = 0; i < 300; i++) append(`${i}`);

  for (let commit = 0; commit < 3; commit++) {
    await log.succeed();
    nextCommit();
  }

  assertEquals(log.commits.map(({ length }) => length), [1, 256, 44]);
  assertEquals(log.commits.flat().length, 301);
});

Deno.test("Journal commits at most 64 Ki characters together, and a longer text alone", async () => {
  const { log, append, nextCommit } = createJournal();
  append("first");
  append("x".repeat(40_000));
  append("y".repeat(25_536));
  append("z");
  append("long".repeat(20_000));
  append("last");

  for (let commit = 0; commit < 5; commit++) {
    await log.succeed();
    nextCommit();
  }

  assertEquals(log.commits.map((texts) => texts.map(({ length }) => length)), [
    [5],
    [40_000, 25_536],
    [1],
    [80_000],
    [4],
  ]);
});

Deno.test("Journal settles a failed commit as failed, all of it, and goes on with the next", async () => {
  const { log, told, append, nextCommit } = createJournal();
  const cause = new Error("the disk is full");
  append("one");
  append("two");
  append("three");
  await log.succeed();
  nextCommit();

  await log.fail(cause);
  append("four");
  nextCommit();
  await log.succeed();
  nextCommit();

  assertStrictEquals(told[2], cause);
  assertEquals(told.filter((what) => what !== cause), [
    "one stored",
    "committed",
    "two failed",
    "three failed",
    "committed",
    "four stored",
    "committed",
  ]);
});

Deno.test("Journal.afterPending() runs at once when nothing waits", async () => {
  const { log, told, journal, append, nextCommit } = createJournal();

  journal.afterPending(() => told.push("before all"));
  append("one");
  await log.succeed();
  journal.afterPending(() => told.push("after one"));

  assertEquals(told, ["before all", "one stored", "committed", "after one"]);
  nextCommit();
});

Deno.test("Journal.afterPending() keeps its place among events, whatever becomes of them", async () => {
  const { log, told, journal, append, nextCommit } = createJournal();
  append("one");
  journal.afterPending(() => told.push("after one"));
  append("two");
  journal.afterPending(() => told.push("after two"));
  append("three");

  await log.succeed();
  nextCommit();
  await log.fail("no");
  nextCommit();

  assertEquals(log.commits, [["one"], ["two", "three"]]);
  assertEquals(told, [
    "one stored",
    "committed",
    "no",
    "after one",
    "two failed",
    "after two",
    "three failed",
    "committed",
  ]);
});

Deno.test("Journal.afterPending() needs no commit when no event follows", async () => {
  const { log, told, journal, append, nextCommit } = createJournal();
  append("one");
  journal.afterPending(() => told.push("after one"));

  await log.succeed();
  nextCommit();
  nextCommit();

  assertEquals(log.commits, [["one"]]);
  assertEquals(told.filter((what) => what !== "committed"), ["one stored", "after one"]);
});

Deno.test("Journal.idle() resolves only once everything is settled", async () => {
  const { log, told, journal, append, nextCommit } = createJournal();
  await journal.idle();
  append("one");
  append("two");

  const idle = journal.idle().then(() => told.push("idle"));
  await log.succeed();
  nextCommit();
  await log.succeed();
  assertEquals(told.includes("idle"), false);
  nextCommit();
  await idle;

  assertEquals(told, ["one stored", "committed", "two stored", "committed", "idle"]);
});

Deno.test("Journal goes on when a follower of a commit throws, and tells of it", async () => {
  // It stayed in the middle of that commit for good: nothing was ever stored again.
  const log = new HeldLog();
  const clock = new ManualClock();
  const told: unknown[] = [];
  const cause = new Error("a mistake");
  const followers = [() => {
    throw cause;
  }];
  const journal = new Journal(log, clock, {
    onCommitted: () => followers.shift()?.(),
    onError: (error) => told.push(error),
  });

  for (const text of ["one", "two"]) {
    journal.append(eventOf(text), ({ outcome }) => told.push(outcome));
    await log.succeed();
    clock.advance(0);
  }

  assertEquals(told, ["stored", cause, "stored"]);
});
