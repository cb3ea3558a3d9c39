import { Client, type ClientEvents, type ClientOptions } from "../../static/app/client.ts";
import { Store } from "../../static/app/store.ts";
import { activeConversation, initialState, type State } from "../../static/model/state.ts";
import { JsonOutboxStore } from "../../static/net/json_outbox_store.ts";
import { JsonStorage } from "../../static/net/storage.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { FakeSocket, FakeTabs, FakeTurn, MapStorage } from "./fakes.ts";

export const EMPTY = { messages: [], hasOlder: false, hasNewer: false, epoch: "e_1" };
export const NO_CONVERSATIONS = {
  conversations: [],
  hasOlder: false,
  lobby: { read: 0, unread: 0 },
  epoch: "e_1",
};

/** An HTTP API whose answers the test lists; it says what it was asked. */
export class FakeApi {
  readonly asked: string[] = [];
  isReached = true;

  constructor(readonly answers: Record<string, unknown> = {}) {}

  get(path: string, query: Record<string, unknown> = {}) {
    const request = `${path} ${JSON.stringify(query)}`;
    this.asked.push(request);
    const standard = path === "conversations" ? NO_CONVERSATIONS : EMPTY;
    const answer = this.answers[request] ?? this.answers[path] ?? standard;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  post(path: string, body: object) {
    this.asked.push(`${path} ${JSON.stringify(body)}`);
    const answer = this.answers[path] ?? null;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  isReachable() {
    return Promise.resolve(this.isReached);
  }
}

/** A page without a browser: pictures come when the test draws them. */
export class FakePage {
  readonly clock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly pictures: (() => void)[] = [];
  readonly storage = new MapStorage();
  readonly store = new Store(initialState(), (show) => void this.pictures.push(show));
  readonly outbox = new JsonOutboxStore(new JsonStorage(this.storage));
  isVisible = true;
  /** How often another state was shown. */
  shown = 0;

  constructor(readonly api = new FakeApi(), readonly tabs = new FakeTabs()) {
    this.store.subscribe(() => void this.shown++);
    this.store.subscribe(() => this.#decideWhereToOpen());
  }

  get state(): State {
    return this.store.state;
  }

  /** The socket that was opened last. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  openClient(username: string, events: ClientEvents): Client {
    const options: ClientOptions = {
      store: this.store,
      clock: this.clock,
      outbox: this.outbox,
      turn: new FakeTurn(),
      channel: this.tabs.open(),
      api: this.api,
      url: (position) => `ws://chat.example/ws/${username}?seq=${position?.seq}`,
      open: (url, subprotocols) => {
        const opened = new FakeSocket(url, subprotocols);
        this.sockets.push(opened);
        return opened;
      },
      isVisible: () => this.isVisible,
    };
    return new Client(options, events);
  }

  draw(): void {
    this.pictures.splice(0).forEach((show) => show());
  }

  /** Stays at the end of a conversation that opens, as a timeline does where all of it fits. */
  #decideWhereToOpen(): void {
    const { isOpening, viewport } = this.state;
    if (isOpening || !viewport.isAtEnd || viewport.seeks === null) return;
    this.store.act((state) => ({ ...state, viewport: { ...state.viewport, seeks: null } }));
  }

  /** What the conversation on screen shows, unsent messages with their state. */
  texts(): string[] {
    const { items, unsent } = activeConversation(this.state);
    return [...items, ...unsent].map((key) => {
      const item = this.state.items.get(key);
      if (item?.kind !== "message") return item?.kind ?? "nothing";
      const { state } = item.delivery;
      return state === "stored" ? item.text : `${item.text} (${state})`;
    });
  }

  /** Messages that went over the wire, in order, with whom they are for. */
  sent(): string[] {
    return this.sockets.flatMap(({ sent }) =>
      sent as { type: string; to?: string; message: string }[]
    )
      .filter(({ type }) => type === "message")
      .map(({ to, message }) => to === undefined ? message : `${to}: ${message}`);
  }

  /** Keys under which they went. */
  ids(): string[] {
    return this.sockets.flatMap(({ sent }) => sent as { type: string; id: string }[])
      .filter(({ type }) => type === "message")
      .map(({ id }) => id);
  }
}
