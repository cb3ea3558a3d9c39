/// <reference lib="dom" />
import type { App } from "./app/actions.ts";
import { createAsk } from "./app/account.ts";
import { Announcer } from "./app/announcer.ts";
import { Chat } from "./app/chat.ts";
import { Client } from "./app/client.ts";
import { BrowserDesktop, noteFront } from "./app/desktop.ts";
import { Entry } from "./app/entry.ts";
import { onNextPicture } from "./app/next_picture.ts";
import { Notifier } from "./app/notifier.ts";
import { followSettings, keepSettings, readSettings } from "./app/settings.ts";
import { Store } from "./app/store.ts";
import { Tabs } from "./app/tabs.ts";
import { browserClock, followDays } from "./app/time.ts";
import { Visits } from "./app/visits.ts";
import { initialState } from "./model/state.ts";
import { Api } from "./net/api.ts";
import { socketUrl } from "./net/endpoint.ts";
import { randomId } from "./net/ids.ts";
import { IndexedOutboxStore } from "./net/indexed_outbox_store.ts";
import { JsonOutboxStore } from "./net/json_outbox_store.ts";
import { PatientOutboxStore } from "./net/patient_outbox_store.ts";
import { LockTurn } from "./net/sending_turn.ts";
import { JsonStorage, openStorage } from "./net/storage.ts";
import { openTabChannel } from "./net/tab_channel.ts";
import { speak, strings } from "./text/strings.ts";
import { mount } from "./ui/app.tsx";

await speak(document.documentElement.lang);

/** Prefix of stored keys: several of these pages may be served from one host. */
const place = `parley:${new URL(document.baseURI).pathname}`;
/** Kept permanently: the name used last, drafts, unsent messages and settings. */
const remembered = new JsonStorage(openStorage("localStorage"));
/** Kept for this tab: whether it is in the chat. */
const tab = new JsonStorage(openStorage("sessionStorage"));

const clock = browserClock;
const api = new Api(document.baseURI, (...request) => fetch(...request), strings.errors);
const store = new Store(initialState(readSettings(remembered)), onNextPicture);
const announcer = new Announcer(store, clock);
const channel = openTabChannel(place);
const outbox = new PatientOutboxStore({
  database: openDatabase(),
  near: new JsonOutboxStore(remembered),
  clock,
  onGivenUp: () => visits.sayStoreIsSilent(),
});
const entry = new Entry({
  store,
  remembered,
  tab,
  api,
  outbox,
  place: { href: location.href, replace: (url) => location.replace(url) },
});
const visits = new Visits({
  store,
  clock,
  api,
  remembered,
  entry,
  announcer,
  hasStoreGivenUp: () => outbox.hasGivenUp,
  openClient: (username, events) =>
    new Client({
      store,
      clock,
      outbox,
      turn: new LockTurn(navigator.locks, `${place}:outbox:`),
      channel,
      api,
      url: (position) => socketUrl(username, document.baseURI, position),
      open: (url, subprotocols) => new WebSocket(url, subprotocols),
      isVisible: () => document.visibilityState === "visible",
    }, events),
});
const chat = new Chat(store, visits);
const icon = new URL("favicon.svg", import.meta.url).href;
const desktop = new BrowserDesktop(clock, icon);
/** Kept apart because losing it does no harm. */
const shared = new JsonStorage(openStorage("localStorage"), "parley-tabs.");
const tabs = new Tabs({ shared, clock, id: randomId(), isInFront });
const join = (username: string) => chat.perform({ type: "join", username });

const app: App = {
  get state() {
    return store.state;
  },
  subscribe: (listener) => store.subscribe(listener),
  dispatch: (action) => chat.perform(action),
  ask: createAsk({
    store,
    api,
    clock,
    join,
    forgetAccount: () => visits.forgetAccount(),
    allowNotifications: () => desktop.allowNotifications(),
    playSound: () => desktop.play(),
  }),
  clock,
};

/** Input in the document's form before the components replaced it. */
const begun = readForm();
keepSettings(store, remembered);
followDays(store, clock);
addEventListener("online", () => visits.client?.nudge());
addEventListener("offline", () => void visits.probe());
addEventListener("pagehide", () => visits.keepDrafts());
addEventListener("storage", () => {
  followSettings(store, remembered);
  notifier.review();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  visits.client?.nudge();
  chat.readIfAttentive();
});
noteFront(tabs);
const turn = new LockTurn(navigator.locks, `${place}:telling:`);
const notifier = new Notifier({ app, desktop, tabs, turn });
addEventListener("focus", () => notifier.review());
addEventListener("pagehide", () => notifier.closeAll());
mount(rootElement(), app);
entry.begin(begun, {
  join: (username) => visits.join(username),
  submit: join,
  get isJoining() {
    return visits.isJoining;
  },
});

/** Rejected where the browser forbids databases. */
async function openDatabase(): Promise<IndexedOutboxStore> {
  return await IndexedOutboxStore.open(indexedDB, place);
}

/** Whether this tab is visible and has the keyboard. */
function isInFront(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

function readForm() {
  const name = document.querySelector<HTMLInputElement>("#join-name");
  // Nobody can touch this hidden field, so only a submission of its form makes it match.
  const isPressed = CSS.supports("selector(:user-valid)") &&
    document.querySelector("#join-pressed:user-valid") !== null;
  return { username: name?.value ?? "", isPressed };
}

function rootElement(): HTMLElement {
  const root = document.getElementById("root");
  if (root === null) throw new TypeError("Cannot find the element that the page is drawn in");
  return root;
}
