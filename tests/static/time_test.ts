import { assertEquals } from "@std/assert";
import { Store } from "../../static/app/store.ts";
import { browserClock, followDays, LONGEST_TIMER_MS } from "../../static/app/time.ts";
import { initialState } from "../../static/model/state.ts";
import { ManualClock } from "../support/manual_clock.ts";

// A server that asked for a pause of a month was asked again at once, and again.
Deno.test("browserClock.schedule() waits for long where browsers' timers would overflow", async () => {
  let isDone = false;

  const timer = browserClock.schedule(() => void (isDone = true), 2 ** 40);
  await new Promise((resolve) => setTimeout(resolve, 20));
  timer.cancel();

  assertEquals(isDone, false);
});

Deno.test("followDays() begins another day at the reader's midnight", () => {
  const clock = new ManualClock(new Date(2026, 4, 1, 23, 59, 59).getTime());
  const store = new Store(initialState(), (show) => show());

  const leave = followDays(store, clock);
  const before = new Date(store.state.today);
  clock.advance(1_100);
  const after = new Date(store.state.today);
  leave();

  assertEquals([before.getDate(), after.getDate(), after.getHours()], [1, 2, 0]);
  assertEquals([clock.pending, LONGEST_TIMER_MS > 86_400_000], [0, true]);
});
