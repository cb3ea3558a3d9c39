import { assertEquals } from "@std/assert";
import { browserClock } from "../../static/app/time.ts";

// A server that asked for a pause of a month was asked again at once, and again.
Deno.test("browserClock.schedule() waits for long where browsers' timers would overflow", async () => {
  let isDone = false;

  const timer = browserClock.schedule(() => void (isDone = true), 2 ** 40);
  await new Promise((resolve) => setTimeout(resolve, 20));
  timer.cancel();

  assertEquals(isDone, false);
});
