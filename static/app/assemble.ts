/// <reference lib="dom" />
import type { Clock } from "../../core/clock.ts";
import { initialState } from "../model/state.ts";
import { Api } from "../net/api.ts";
import { socketUrl } from "../net/endpoint.ts";
import { randomId } from "../net/ids.ts";
import { IndexedOutboxStore } from "../net/indexed_outbox_store.ts";
import { JsonOutboxStore } from "../net/json_outbox_store.ts";
import { PatientOutboxStore } from "../net/patient_outbox_store.ts";
import { LockTurn } from "../net/sending_turn.ts";
import { JsonStorage, openStorage } from "../net/storage.ts";
import { openTabChannel } from "../net/tab_channel.ts";
import { speak, strings } from "../text/strings.ts";
import { createAsk } from "./account.ts";
import type { App } from "./actions.ts";
import { Announcer } from "./announcer.ts";
import { Chat } from "./chat.ts";
import { Client } from "./client.ts";
import { BrowserDesktop, noteFront } from "./desktop.ts";
import { type Begun, Entry } from "./entry.ts";
import { onNextPicture } from "./next_picture.ts";
import { Notifier } from "./notifier.ts";
import { apart } from "./pace.ts";
import { followSettings, keepSettings, readSettings } from "./settings.ts";
import { Store } from "./store.ts";
import { Tabs } from "./tabs.ts";
import { browserClock, followDays } from "./time.ts";
import { Visits } from "./visits.ts";

/** The document that the app runs in, as far as the app needs to know it. */
export interface Surroundings {
  /** Its `lang`. */
  readonly language: string;
  readonly baseUri: string;
  /** Address of the page's icon. */
  readonly icon: string;
  readonly isVisible: () => boolean;
  /** Whether this tab is visible and has the keyboard. */
  readonly isInFront: () => boolean;
}

/** The app, ready to start. */
export interface Assembled {
  readonly app: App;
  /** Joins the chat, or asks for a name. */
  begin(begun: Begun): void;
  /** The document became visible. */
  becameVisible(): void;
}

/** Parts that others are made of. */
interface Basis {
  /** Prefix of stored keys: several of these pages may be served from one host. */
  readonly place: string;
  /** Kept permanently: the name used last, drafts, unsent messages and settings. */
  readonly remembered: JsonStorage;
  readonly clock: Clock;
  readonly api: Api;
  readonly store: Store;
  readonly outbox: PatientOutboxStore;
  readonly entry: Entry;
}

/** Makes the parts of the app, with the browser's own network, storage and clock. */
export async function assemble(surroundings: Surroundings): Promise<Assembled> {
  await speak(surroundings.language);
  const basis = createBasis(surroundings.baseUri, () => visits.sayStoreIsSilent());
  const { store, remembered, clock, entry } = basis;
  const visits = createVisits(basis, surroundings);
  const chat = new Chat(store, visits);
  const join = (username: string) => chat.perform({ type: "join", username });
  const desktop = new BrowserDesktop(clock, surroundings.icon);
  const app = createApp(basis, chat, visits, desktop, join);
  keepSettings(store, remembered);
  followDays(store, clock);
  addEventListener("online", () => visits.client?.nudge());
  addEventListener("offline", () => void visits.probe());
  addEventListener("pagehide", () => visits.keepDrafts());
  addEventListener("storage", () => followSettings(store, remembered));
  startNotifier(app, basis, desktop, surroundings);
  return {
    app,
    begin: (begun) =>
      entry.begin(begun, {
        join: (username) => visits.join(username),
        submit: join,
        get isJoining() {
          return visits.isJoining;
        },
      }),
    becameVisible() {
      visits.client?.nudge();
      chat.readIfAttentive();
    },
  };
}

function createBasis(baseUri: string, onStoreGivenUp: () => void): Basis {
  const place = `parley:${new URL(baseUri).pathname}`;
  const remembered = new JsonStorage(openStorage("localStorage"));
  const clock = browserClock;
  const api = new Api(baseUri, (...request) => fetch(...request), strings.errors);
  const store = new Store(initialState(readSettings(remembered)), apart(onNextPicture, clock));
  const outbox = new PatientOutboxStore({
    database: openDatabase(place),
    near: new JsonOutboxStore(remembered),
    clock,
    onGivenUp: onStoreGivenUp,
  });
  const entry = new Entry({
    store,
    remembered,
    tab: new JsonStorage(openStorage("sessionStorage")),
    api,
    outbox,
    place: { href: location.href, replace: (url) => location.replace(url) },
  });
  return { place, remembered, clock, api, store, outbox, entry };
}

function createVisits(basis: Basis, { baseUri, isVisible }: Surroundings): Visits {
  const { place, store, clock, outbox } = basis;
  const channel = openTabChannel(place);
  return new Visits({
    ...basis,
    announcer: new Announcer(store, clock),
    hasStoreGivenUp: () => outbox.hasGivenUp,
    openClient: (username, events) =>
      new Client({
        ...basis,
        turn: new LockTurn(navigator.locks, `${place}:outbox:`),
        channel,
        url: (position) => socketUrl(username, baseUri, position),
        open: (url, subprotocols) => new WebSocket(url, subprotocols),
        isVisible,
      }, events),
  });
}

function createApp(
  basis: Basis,
  chat: Chat,
  visits: Visits,
  desktop: BrowserDesktop,
  join: (username: string) => void,
): App {
  const { store, clock } = basis;
  return {
    get state() {
      return store.state;
    },
    subscribe: (listener) => store.subscribe(listener),
    dispatch: (action) => chat.perform(action),
    ask: createAsk({
      ...basis,
      join,
      forgetAccount: () => visits.forgetAccount(),
      allowNotifications: () => desktop.allowNotifications(),
      playSound: () => desktop.play(),
    }),
    clock,
  };
}

function startNotifier(
  app: App,
  { place, clock }: Basis,
  desktop: BrowserDesktop,
  { isInFront }: Surroundings,
): void {
  // Kept apart because losing it does no harm.
  const shared = new JsonStorage(openStorage("localStorage"), "parley-tabs.");
  const tabs = new Tabs({ shared, clock, id: randomId(), isInFront });
  noteFront(tabs);
  const turn = new LockTurn(navigator.locks, `${place}:telling:`);
  const notifier = new Notifier({ app, desktop, tabs, turn });
  addEventListener("focus", () => notifier.review());
  addEventListener("storage", () => notifier.review());
  addEventListener("pagehide", () => notifier.closeAll());
}

/** Rejected where the browser forbids databases. */
async function openDatabase(place: string): Promise<IndexedOutboxStore> {
  return await IndexedOutboxStore.open(indexedDB, place);
}
