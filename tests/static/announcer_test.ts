import { assertEquals } from "@std/assert";
import { Announcer } from "../../static/app/announcer.ts";
import { Store } from "../../static/app/store.ts";
import { initialState } from "../../static/model/state.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { message } from "./fakes.ts";

Deno.test("Announcer tells a few messages in words and a burst as a number", () => {
  const store = new Store(initialState(), (show) => show());
  const clock = new ManualClock();
  const announcer = new Announcer(store, clock);

  announcer.announce(message());
  announcer.announce(message({ to: "alice", message: "psst" }));
  clock.advance(700);
  const few = store.state.announcement;
  for (let seq = 1; seq <= 4; seq++) announcer.announce(message({ seq }));
  clock.advance(700);

  assertEquals(few.lines, ["bob: hello", "bob, privately: psst"]);
  assertEquals(store.state.announcement, { id: few.id + 1, lines: ["4 new messages"] });
});

Deno.test("Announcer.clear() forgets announcements, also those that wait", () => {
  const store = new Store(initialState(), (show) => show());
  const clock = new ManualClock();
  const announcer = new Announcer(store, clock);
  announcer.announce(message());

  announcer.clear();
  clock.advance(700);

  assertEquals([store.state.announcement.lines, clock.pending], [[], 0]);
});
