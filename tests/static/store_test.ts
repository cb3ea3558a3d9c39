import { assertEquals } from "@std/assert";
import { Announcer } from "../../static/app/announcer.ts";
import { Store } from "../../static/app/store.ts";
import { followDays, LONGEST_TIMER_MS } from "../../static/app/time.ts";
import { titleFor } from "../../static/ui/shell/title.ts";
import { DEFAULT_SETTINGS } from "../../static/model/settings.ts";
import { newConversation } from "../../static/model/conversation.ts";
import { initialState, type State } from "../../static/model/state.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { message } from "./fakes.ts";

function setUp() {
  const pictures: (() => void)[] = [];
  const store = new Store(initialState(), (show) => void pictures.push(show));
  const shown: number[] = [];
  store.subscribe(() => void shown.push(store.state.counter));
  return { store, shown, pictures, draw: () => pictures.splice(0).forEach((show) => show()) };
}

function count(state: State): State {
  return { ...state, counter: state.counter + 1 };
}

Deno.test("Store.update() shows many changes with one picture", () => {
  const { store, shown, draw } = setUp();

  for (let i = 0; i < 1000; i++) store.update(count);
  assertEquals(shown, []);
  draw();

  assertEquals(shown, [1000]);
});

Deno.test("Store.act() shows a change at once, and not again with the next picture", () => {
  const { store, shown, draw } = setUp();

  store.act(count);
  assertEquals(shown, [1]);
  draw();

  assertEquals(shown, [1]);
});

Deno.test("Store shows what is gathered before a picture, and asks for no further one", () => {
  const { store, shown, pictures, draw } = setUp();
  store.beforePicture(() => store.update(count));

  store.awaitPicture();
  draw();

  assertEquals([shown, pictures.length], [[1], 0]);
});

Deno.test("Store.finishWith() completes each state before it is shown", () => {
  const { store, shown, draw } = setUp();
  const leave = store.finishWith((state) => state.counter === 1 ? count(state) : state);

  store.act(count);
  leave();
  store.act((state) => ({ ...state, counter: 1 }));
  draw();

  assertEquals(shown, [2, 1]);
});

Deno.test("Store shows nothing where nothing changed, and to nobody who left", () => {
  const { store, shown, draw } = setUp();
  const leave = store.subscribe(() => void shown.push(-1));

  store.act((state) => state);
  leave();
  store.update(count);
  draw();

  assertEquals(shown, [1]);
});

Deno.test("followDays() begins another day at the reader's midnight", () => {
  const clock = new ManualClock(new Date(2026, 4, 1, 23, 59, 59).getTime());
  const { store } = setUp();

  const leave = followDays(store, clock);
  const before = new Date(store.state.today);
  clock.advance(1_100);
  const after = new Date(store.state.today);
  leave();

  assertEquals([before.getDate(), after.getDate(), after.getHours()], [1, 2, 0]);
  assertEquals([clock.pending, LONGEST_TIMER_MS > 86_400_000], [0, true]);
});

Deno.test("Announcer tells a few messages in words and a burst as a number", () => {
  const { store } = setUp();
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

Deno.test("Announcer.clear() takes away what was said and what waits", () => {
  const { store } = setUp();
  const clock = new ManualClock();
  const announcer = new Announcer(store, clock);
  announcer.announce(message());

  announcer.clear();
  clock.advance(700);

  assertEquals([store.state.announcement.lines, clock.pending], [[], 0]);
});

Deno.test("titleFor() numbers what is private or a mention, and dots the rest", () => {
  const lobby = newConversation("lobby");
  const direct = newConversation("private:0", { kind: "direct", username: "bob", account: null });
  const title = (unread: number, mentions: number, inPrivate: number, levels = {}) =>
    titleFor({
      settings: { ...DEFAULT_SETTINGS, levels },
      conversations: new Map([
        ["lobby", { ...lobby, unread, mentions }],
        ["private:0", { ...direct, unread: inPrivate }],
      ]),
    });

  assertEquals(title(0, 0, 0), "Parley");
  assertEquals(title(3, 0, 0), "• Parley");
  assertEquals(title(3, 1, 2), "(3) Parley");
  assertEquals(title(3, 1, 2, { lobby: "none" }), "(2) Parley");
  assertEquals(title(3, 1, 0, { lobby: "none" }), "Parley");
});
