import { assertEquals } from "@std/assert";
import { isAnythingKept } from "../../static/app/own_address.ts";
import { Tabs } from "../../static/app/tabs.ts";
import { JsonStorage } from "../../static/net/storage.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { MapStorage } from "./fakes.ts";

/** Tabs of one browser; the test says which is in front. */
class Windows {
  readonly clock = new ManualClock();
  readonly storage = new MapStorage();
  readonly #tabs: { tabs: Tabs; isInFront: boolean }[] = [];

  open(): Tabs {
    const window = { isInFront: false } as { tabs: Tabs; isInFront: boolean };
    const { clock, storage } = this;
    const shared = new JsonStorage(storage, "parley-tabs.");
    const id = String(this.#tabs.length);
    window.tabs = new Tabs({ shared, clock, id, isInFront: () => window.isInFront });
    this.#tabs.push(window);
    return window.tabs;
  }

  /** Brings a tab to the front; the others hear of it after it does, the worst order. */
  bring(front: Tabs | null): void {
    const left = this.#tabs.filter((window) => window.isInFront && window.tabs !== front);
    for (const window of this.#tabs) window.isInFront = window.tabs === front;
    front?.come();
    for (const { tabs } of left) tabs.leave();
  }

  /** A tab ends without a word, and with it its timers. */
  crash(tab: Tabs): void {
    const window = this.#tabs.find(({ tabs }) => tabs === tab);
    if (window) window.isInFront = false;
  }
}

Deno.test("Tabs.isActive() knows of any tab in front, for as long as it is there", () => {
  const windows = new Windows();
  const [one, other] = [windows.open(), windows.open()];
  const active = () => [one.isActive(), other.isActive()];

  assertEquals(active(), [false, false]);
  windows.bring(one);
  windows.clock.advance(60_000);
  assertEquals(active(), [true, true]);
  windows.bring(other);
  assertEquals(active(), [true, true]);
  windows.bring(null);
  assertEquals(active(), [false, false]);
  assertEquals(windows.clock.pending, 0);
});

Deno.test("Tabs.isActive() is silenced by a crashed tab for ten seconds at most", () => {
  const windows = new Windows();
  const [one, other] = [windows.open(), windows.open()];
  windows.bring(one);

  windows.crash(one);
  windows.clock.advance(4_000);
  assertEquals(other.isActive(), true);
  windows.clock.advance(6_000);
  assertEquals(other.isActive(), false);
});

Deno.test("Tabs.isActive() isn’t silenced by a machine’s clock that was set back, nor by damage", () => {
  const windows = new Windows();
  const [one, other] = [windows.open(), windows.open()];
  windows.bring(one);
  windows.crash(one);
  windows.clock.jump(-3_600_000);

  assertEquals(other.isActive(), false);
  for (const damaged of ["1763800000000", "{", `{"id":1}`, "null"]) {
    windows.storage.set("parley-tabs.front", damaged);
    assertEquals(other.isActive(), false);
  }
});

Deno.test("Tabs.come() keeps one timer, however often it is told", () => {
  const windows = new Windows();
  const tabs = windows.open();
  windows.bring(tabs);

  for (let i = 0; i < 5; i++) tabs.come();

  assertEquals(windows.clock.pending, 1);
  tabs.leave();
  assertEquals([windows.clock.pending, windows.storage.size], [0, 0]);
});

Deno.test("Tabs.takeSound() lets one tab sound, and not again for two seconds", () => {
  const windows = new Windows();
  const [one, other] = [windows.open(), windows.open()];

  assertEquals([one.takeSound(), other.takeSound(), one.takeSound()], [true, false, false]);
  windows.clock.advance(1_999);
  assertEquals([one.takeSound(), other.takeSound()], [false, false]);
  windows.clock.advance(1);
  assertEquals([other.takeSound(), one.takeSound()], [true, false]);
});

Deno.test("Tabs.takeSound() counts without storage, too", () => {
  const clock = new ManualClock();
  const shared = new JsonStorage(null);
  const tabs = new Tabs({ shared, clock, id: "1", isInFront: () => false });

  assertEquals([tabs.takeSound(), tabs.takeSound(), tabs.isActive()], [true, false, false]);
});

Deno.test("what Tabs note is nothing that its reader would miss at another address", async () => {
  const windows = new Windows();
  const tabs = windows.open();
  windows.bring(tabs);
  tabs.takeSound();
  const keys = new JsonStorage(windows.storage).keys();
  const api = { get: () => Promise.resolve({ accounts: [] }) };

  assertEquals([windows.storage.size, keys], [2, []]);
  assertEquals(await isAnythingKept({ keys, api, hasUnsent: () => Promise.resolve(false) }), false);
  tabs.leave();
});
