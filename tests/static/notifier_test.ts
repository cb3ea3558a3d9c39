import { assertEquals } from "@std/assert";
import type { ServerFrame } from "../../core/protocol.ts";
import type { Action } from "../../static/app/actions.ts";
import { type DesktopNotification, Notifier } from "../../static/app/notifier.ts";
import { Store } from "../../static/app/store.ts";
import { changeSettings, leaveChat } from "../../static/model/changes.ts";
import { LOBBY } from "../../static/model/conversation.ts";
import { markRead } from "../../static/model/reading.ts";
import { reduceBatch } from "../../static/model/reduce.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../static/model/settings.ts";
import { initialState } from "../../static/model/state.ts";
import { FakeTurn, message, welcome } from "./fakes.ts";

const DIRECT = "a_alice.a_bob";
const ON: Settings = {
  ...DEFAULT_SETTINGS,
  notifications: true,
  sound: true,
  levels: { [LOBBY]: "all" },
};

/** What a browser shows: notifications by tag, a badge, and how often it sounded. */
class FakeDesktop {
  readonly shown = new Map<string, DesktopNotification>();
  count = -1;
  sounds = 0;

  show(notification: DesktopNotification): void {
    this.shown.set(notification.tag, notification);
  }

  close(tag: string): void {
    this.shown.delete(tag);
  }

  play(): void {
    this.sounds++;
  }

  badge(count: number): void {
    this.count = count;
  }

  /** Titles and texts on screen. */
  get words(): string[][] {
    return [...this.shown.values()].map(({ title, body }) => [title, body]);
  }
}

/** Sounds are allowed once, until the test allows another. */
class FakeTabs {
  isFront = false;
  mayPlay = true;

  isActive(): boolean {
    return this.isFront;
  }

  takeSound(): boolean {
    const may = this.mayPlay;
    this.mayPlay = false;
    return may;
  }
}

/** A page in the chat as alice, at position 10, and a browser around it. */
function openPage(settings: Settings = ON, desktop = new FakeDesktop(), turn = new FakeTurn()) {
  const store = new Store(initialState(settings), () => {});
  const asked: Action[] = [];
  const tabs = new FakeTabs();
  const app = {
    get state() {
      return store.state;
    },
    subscribe: (listener: () => void) => store.subscribe(listener),
    dispatch: (action: Action) => void asked.push(action),
  };
  const notifier = new Notifier({ app, desktop, tabs, turn });
  const receive = (...frames: ServerFrame[]) =>
    store.act((state) => reduceBatch(state, frames, false));
  const change = (changed: Partial<Settings>) =>
    store.act((state) => changeSettings(state, changed));
  receive(welcome({ seq: 10 }));
  return { store, desktop, tabs, turn, notifier, asked, receive, change };
}

function whisper(seq: number, text = "psst"): ServerFrame {
  return message({ seq, to: "alice", conversation: DIRECT, message: text });
}

Deno.test("Notifier shows one notification for each conversation, replaced and counted", () => {
  const { desktop, receive } = openPage();

  receive(message({ seq: 11, message: "one" }));
  assertEquals(desktop.words, [["bob in Everyone", "one"]]);
  receive(message({ seq: 12, from: "cy", account: "a_cy", message: "two" }), whisper(13));
  receive(message({ seq: 14, message: "three" }));

  assertEquals(desktop.words, [
    ["bob in Everyone", "3 new messages. three"],
    ["bob, privately", "psst"],
  ]);
});

// The first one stayed for good, with its text.
Deno.test("Notifier replaces what it told a guest who has another account by now", () => {
  const { desktop, receive, notifier } = openPage();
  receive(whisper(11));
  receive(welcome({ account: "a_alice2", seq: 11 }));
  receive({ type: "resumed", recovered: true, seq: 11 });

  receive(message({ seq: 12, to: "alice", conversation: "a_alice2.a_bob", message: "again" }));
  assertEquals(desktop.words, [["bob, privately", "2 new messages. again"]]);
  notifier.closeAll();

  assertEquals(desktop.words, []);
});

Deno.test("Notifier is silent while the person is active in any tab, and doesn’t tell it later", () => {
  const { desktop, tabs, receive } = openPage();
  tabs.isFront = true;

  receive(whisper(11));
  tabs.isFront = false;
  receive({ type: "left", username: "bob", account: "a_bob", message: "", online: 1, at: 5 });

  assertEquals([desktop.words, desktop.sounds, desktop.count], [[], 0, 1]);
});

Deno.test("Notifier shows nothing unless asked for, and sounds only if that is on", () => {
  const silent = openPage({ ...ON, sound: false });
  const loud = openPage({ ...ON, notifications: false });

  for (const { receive } of [silent, loud]) receive(whisper(11));

  assertEquals([silent.desktop.shown.size, silent.desktop.sounds], [1, 0]);
  assertEquals([loud.desktop.shown.size, loud.desktop.sounds], [0, 1]);
});

Deno.test("Notifier sounds once for what comes together, and as often as tabs allow", () => {
  const { desktop, tabs, receive } = openPage();

  receive(message({ seq: 11 }), whisper(12), message({ seq: 13 }));
  receive(whisper(14));
  assertEquals(desktop.sounds, 1);
  tabs.mayPlay = true;
  receive(message({ seq: 15, from: "alice", account: "a_alice" }));
  receive(whisper(16));

  assertEquals(desktop.sounds, 2);
});

Deno.test("Notifier says nothing to those who don’t want to be disturbed; the badge still counts", () => {
  const { desktop, receive, change } = openPage();
  change({ doNotDisturb: true });

  receive(whisper(11));
  change({ doNotDisturb: false });

  assertEquals([desktop.shown.size, desktop.sounds, desktop.count], [0, 0, 1]);
});

Deno.test("Notifier takes a notification away when its conversation is read, here or elsewhere", () => {
  const { store, desktop, receive } = openPage();
  receive(message({ seq: 11, message: "one" }), whisper(12));

  receive({ type: "read", conversation: DIRECT, seq: 12, unread: 0 });
  assertEquals(desktop.words, [["bob in Everyone", "one"]]);
  store.act((state) => markRead(state, LOBBY));
  assertEquals(desktop.words, []);
  receive(message({ seq: 13, message: "two" }));

  assertEquals(desktop.words, [["bob in Everyone", "two"]]);
});

Deno.test("Notifier tells of what is on screen in a window nobody works in, until they do", () => {
  const { store, desktop, tabs, notifier } = openPage();
  const read = (seq: number) =>
    store.act((state) => reduceBatch(state, [message({ seq, message: `m${seq}` })], true));

  read(11);
  read(12);
  notifier.review();
  assertEquals(desktop.words, [["bob in Everyone", "2 new messages. m12"]]);
  tabs.isFront = true;
  notifier.review();

  assertEquals(desktop.words, []);
});

Deno.test("Notifier.review() keeps what is unread still", () => {
  const { desktop, tabs, notifier, receive } = openPage();
  receive(whisper(11));

  tabs.isFront = true;
  notifier.review();

  assertEquals(desktop.shown.size, 1);
  notifier.closeAll();
  assertEquals(desktop.shown.size, 0);
});

Deno.test("Notifier hides texts, those of private messages above all, if that is asked for", () => {
  const { desktop, receive } = openPage({ ...ON, notificationText: false });

  receive(message({ seq: 11, message: "a secret" }), whisper(12, "a secret"));
  receive(whisper(13, "a secret"));

  assertEquals(desktop.words, [
    ["bob in Everyone", "1 new message"],
    ["bob, privately", "2 new messages"],
  ]);
});

Deno.test("Notifier cuts long texts between letters, and names characters that turn text around", () => {
  const { desktop, receive } = openPage();

  receive(whisper(11, `${"x".repeat(199)}👩‍👧 and more`), message({ seq: 12, message: "a\u202Eb" }));

  assertEquals(desktop.words, [
    ["bob in Everyone", "aU+202Eb"],
    ["bob, privately", `${"x".repeat(199)}…`],
  ]);
});

Deno.test("Notifier opens the conversation at the message when a notification is clicked", () => {
  const { store, desktop, asked, receive } = openPage();
  receive(whisper(11), whisper(12));
  const [, key] = [...store.state.conversations.keys()];

  desktop.shown.get(`a_alice/${DIRECT}`)?.onClick();

  assertEquals(asked, [{ type: "open", conversation: key!, seq: 12 }]);
  assertEquals(desktop.shown.size, 0);
});

Deno.test("Notifier tells from one tab of an account; the next takes over when that leaves", () => {
  const browser = new FakeDesktop();
  const waiting = new FakeTurn();
  waiting.isFree = false;
  const one = openPage(ON, browser);
  const other = openPage(ON, browser, waiting);

  for (const { receive } of [one, other]) receive(whisper(11));
  assertEquals([browser.words, browser.sounds], [[["bob, privately", "psst"]], 1]);
  one.store.act((state) => leaveChat(state, {}));
  waiting.give();
  assertEquals([one.turn.isHeld, browser.words], [false, []]);
  other.receive(whisper(12, "again"));

  assertEquals(browser.words, [["bob, privately", "again"]]);
});

Deno.test("Notifier gives the same conversation the same tag in each tab, whatever its key there", () => {
  const browser = new FakeDesktop();
  const one = openPage(ON, browser);
  const other = openPage(ON, browser);

  one.receive(message({ seq: 11, to: "alice", from: "cy", account: "a_cy", conversation: "c_1" }));
  for (const { receive } of [one, other]) receive(whisper(12));

  assertEquals([...browser.shown.keys()], ["a_alice/c_1", `a_alice/${DIRECT}`]);
});

Deno.test("Notifier takes away what a deleted account said, and everything on leaving", () => {
  const { store, desktop, receive } = openPage();
  receive(message({ seq: 11, from: "cy", account: "a_cy" }), whisper(12));

  receive({ type: "erased", account: "a_cy", seq: 13, at: 5 });
  assertEquals(desktop.words, [["bob, privately", "psst"]]);
  store.act((state) => leaveChat(state, {}));

  assertEquals([desktop.words, desktop.count], [[], 0]);
});

Deno.test("Notifier’s badge counts mentions and private messages, but for muted conversations", () => {
  const { desktop, receive, change } = openPage();

  receive(message({ seq: 11 }), message({ seq: 12, message: "@alice" }), whisper(13), whisper(14));
  assertEquals(desktop.count, 3);
  change({ levels: { [DIRECT]: "none" } });
  assertEquals(desktop.count, 1);
  change({ levels: { [LOBBY]: "none" } });

  assertEquals(desktop.count, 2);
});
