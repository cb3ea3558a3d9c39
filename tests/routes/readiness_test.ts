import { assertEquals } from "@std/assert";
import { Readiness } from "../../routes/readiness.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A log whose probes end when the test says so. */
function createProbed() {
  const clock = new ManualClock();
  const probes: PromiseWithResolvers<void>[] = [];
  const probe = () => {
    const started = Promise.withResolvers<void>();
    probes.push(started);
    return started.promise;
  };
  return { clock, probes, readiness: new Readiness({ probe }, clock) };
}

Deno.test("Readiness.whyNot() asks the log once for all who ask at a time", async () => {
  const { clock, probes, readiness } = createProbed();

  const first = readiness.whyNot();
  clock.advance(5000);
  const second = readiness.whyNot();
  probes[0]!.resolve();

  assertEquals([await first, await second], [undefined, undefined]);
  assertEquals(probes.length, 1);
});

Deno.test("Readiness.whyNot() asks again after a second, and tells what has changed", async () => {
  const { clock, probes, readiness } = createProbed();

  const first = readiness.whyNot();
  probes[0]!.reject(new Error("full"));
  await first;
  clock.advance(999);
  const soon = readiness.whyNot();
  await soon;
  clock.advance(1);
  const later = readiness.whyNot();
  probes[1]!.resolve();

  assertEquals([(await first)?.code, (await soon)?.code], ["unavailable", "unavailable"]);
  assertEquals(await later, undefined);
  assertEquals(probes.length, 2);
});
