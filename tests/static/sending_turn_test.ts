import { assertEquals } from "@std/assert";
import { LockTurn } from "../../static/net/sending_turn.ts";
import { settle } from "./fakes.ts";

/** The locks of one browser: first come, first served, unless stolen. */
class FakeLocks {
  #holder: { end: () => void } | null = null;
  #queue: (() => void)[] = [];

  request(
    _name: string,
    { signal, steal }: { signal?: AbortSignal; steal?: boolean },
    whileHeld: () => Promise<void>,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const grant = () => {
      const held = { end: () => reject(new DOMException("stolen", "AbortError")) };
      this.#holder = held;
      whileHeld().then(() => {
        if (this.#holder === held) this.#next();
        resolve();
      });
    };
    if (steal) {
      this.#holder?.end();
      grant();
      return promise;
    }
    signal?.addEventListener("abort", () => {
      this.#queue = this.#queue.filter((waiting) => waiting !== grant);
      reject(signal.reason);
    });
    if (this.#holder === null) grant();
    else this.#queue.push(grant);
    return promise;
  }

  #next(): void {
    this.#holder = null;
    this.#queue.shift()?.();
  }
}

function twoTabs() {
  const locks = new FakeLocks();
  const taken: string[] = [];
  const tabs = ["first", "second"].map((name) => {
    const turn = new LockTurn(locks, "outbox:");
    turn.take("a_alice", () => void taken.push(name));
    return turn;
  });
  return { first: tabs[0]!, second: tabs[1]!, taken };
}

Deno.test("LockTurn is held by one tab, and goes to the next when that one leaves", async () => {
  const { first, second, taken } = twoTabs();
  await settle();
  assertEquals([first.isHeld, second.isHeld], [true, false]);

  first.release();
  await settle();

  assertEquals([first.isHeld, second.isHeld], [false, true]);
  assertEquals(taken, ["first", "second"]);
});

Deno.test("LockTurn.insist() takes the turn, and the tab that lost it queues up again", async () => {
  const { first, second, taken } = twoTabs();
  await settle();

  second.insist();
  await settle();
  assertEquals([first.isHeld, second.isHeld], [false, true]);
  second.release();
  await settle();

  assertEquals([first.isHeld, second.isHeld], [true, false]);
  assertEquals(taken, ["first", "second", "first"]);
});

Deno.test("LockTurn gives every tab its turn where the browser has no locks", () => {
  const turn = new LockTurn(undefined, "outbox:");
  let taken = 0;

  turn.take("a_alice", () => void taken++);

  assertEquals([turn.isHeld, taken], [true, 1]);
});

// Chromium refuses locks to a page whose cookies are blocked; asked again, it froze the page.
Deno.test("LockTurn gives every tab its turn where the browser refuses locks", async () => {
  let asked = 0;
  const refusing = {
    request: () => {
      if (++asked > 100) throw new Error("asked without end");
      return Promise.reject(new DOMException("denied", "SecurityError"));
    },
  };
  const turn = new LockTurn(refusing, "outbox:");
  let taken = 0;

  turn.take("a_alice", () => void taken++);
  await settle();

  assertEquals([turn.isHeld, taken, asked], [true, 1, 1]);
});
