import { assertEquals } from "@std/assert";
import { apart } from "../../static/app/pace.ts";
import { Store } from "../../static/app/store.ts";
import { initialState, type State } from "../../static/model/state.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { reportedErrors } from "./fakes.ts";

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

// The page was never drawn again.
Deno.test("Store goes on showing states where a listener or a gatherer fails", () => {
  const pictures: (() => void)[] = [];
  const store = new Store(initialState(), (show) => void pictures.push(show));
  const fail = () => {
    throw new Error("No sound here");
  };
  store.subscribe(fail);
  store.beforePicture(fail);
  const shown: number[] = [];
  store.subscribe(() => void shown.push(store.state.counter));

  const { errors } = reportedErrors(() => {
    for (let i = 0; i < 2; i++) {
      store.update(count);
      pictures.splice(0).forEach((show) => show());
    }
    return {};
  });

  assertEquals([shown, errors.length], [[1, 2], 4]);
});

Deno.test("apart() leaves 50 ms between two pictures, and shows the first of them at once", () => {
  const clock = new ManualClock();
  const shown: number[] = [];
  const onPicture = apart((show) => show(), clock);
  const ask = () => onPicture(() => void shown.push(clock.monotonic()));

  ask();
  ask();
  clock.advance(49);
  assertEquals(shown, [0]);
  clock.advance(1);
  ask();
  clock.advance(1_000);
  ask();

  assertEquals(shown, [0, 50, 100, 1_050]);
});
