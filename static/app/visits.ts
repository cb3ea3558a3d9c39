import type { Clock } from "../../core/clock.ts";
import type { MessageFrame } from "../../core/protocol.ts";
import { changeJoin, forgetLevels, leaveChat, setDraft } from "../model/changes.ts";
import type { ConnectionState } from "../model/connection.ts";
import { type ConversationKey, LOBBY } from "../model/conversation.ts";
import { openDirect } from "../model/directs.ts";
import { note } from "../model/lines.ts";
import type { JoinScreen, State } from "../model/state.ts";
import type { Api } from "../net/api.ts";
import { SIGNED_OUT } from "../net/endings.ts";
import type { JsonStorage } from "../net/storage.ts";
import { describeEnding } from "../text/endings.ts";
import { strings } from "../text/strings.ts";
import type { Announcer } from "./announcer.ts";
import type { Client, ClientEvents } from "./client.ts";
import { type Draft, Drafts } from "./drafts.ts";
import type { Entry } from "./entry.ts";
import type { Store } from "./store.ts";

/** Dependencies of {@linkcode Visits}. */
export interface VisitsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly api: Pick<Api, "isReachable">;
  readonly remembered: JsonStorage;
  readonly entry: Entry;
  readonly announcer: Announcer;
  /** Whether the browser's database failed to answer. */
  readonly hasStoreGivenUp: () => boolean;
  readonly openClient: (username: string, events: ClientEvents) => Client;
}

/** Joins the chat under a name, leaves it, and keeps the drafts of the account. */
export class Visits implements ClientEvents {
  readonly #options: VisitsOptions;
  #client: Client | null = null;
  /** Of this stay in the chat. */
  #drafts: Drafts | null = null;
  /** The name asked for last, which a refusal leaves in the field. */
  #attempted = "";
  /** Whether this stay has begun: later welcomes are those of reconnects. */
  #isIn = false;

  constructor(options: VisitsOptions) {
    this.#options = options;
  }

  /** The current stay in the chat or attempt to join; null while the page asks for a name. */
  get client(): Client | null {
    return this.#client;
  }

  get isJoining(): boolean {
    return this.#client !== null;
  }

  /** Joins under a name. Nothing that was on screen stays. */
  join(username: string): void {
    const { store, openClient } = this.#options;
    const { screen } = store.state;
    const isResuming = screen.name === "join" && screen.isResuming;
    this.#end();
    this.#attempted = username;
    this.#ask({ username, stage: "joining", isResuming });
    this.#client = openClient(username, this);
    this.#client.connect();
  }

  /** Cancels joining; the name stays in the field. */
  cancel(): void {
    this.leave(this.#attempted);
  }

  /** Leaves the chat and asks for a name, with `username` in the field. */
  leave(username = this.#options.entry.name): void {
    const { announcer, entry } = this.#options;
    this.#drafts?.keep();
    this.#end();
    entry.noteOut();
    announcer.clear();
    this.#ask({ username });
  }

  /** Leaves the chat and removes everything of the account, on screen and stored. */
  async forgetAccount(): Promise<void> {
    const drafts = this.#ownDrafts();
    const client = this.#client;
    this.leave();
    this.#options.store.act(forgetLevels);
    drafts?.wipe();
    await client?.wipe();
  }

  /** Checks whether the server can be reached although the browser is offline. */
  async probe(): Promise<void> {
    const { api, store } = this.#options;
    if (await api.isReachable()) return;
    this.#client?.giveUp();
    store.update((state) => ({ ...state, isOffline: true }));
  }

  /** Keeps the draft of a conversation. */
  keepDraft(key: ConversationKey, text: string): void {
    const { store } = this.#options;
    const conversation = store.state.conversations.get(key);
    if (conversation === undefined) return;
    this.#ownDrafts()?.set(conversation.address, text);
    // At once: a box that is drawn with an older text would lose what was typed since.
    store.act((state) => setDraft(state, key, text));
  }

  /** The state with the draft of the conversation on screen, as another tab may have kept it. */
  withDraft(state: State): State {
    const conversation = state.conversations.get(state.active);
    const drafts = this.#ownDrafts();
    if (conversation === undefined || drafts === null) return state;
    for (const { address, draft } of state.conversations.values()) drafts.bind(address, draft);
    return setDraft(state, conversation.key, drafts.get(conversation.address));
  }

  /** The tab may close. */
  keepDrafts(): void {
    this.#drafts?.keep();
  }

  /** Says that the browser's database, and unsent messages in it, can't be read. */
  sayStoreIsSilent(): void {
    const { store, clock } = this.#options;
    if (!this.#isIn) return;
    store.act((state) => note(state, state.active, strings.connection.silentStore, clock.now()));
  }

  // ─── Events of the client ───

  welcomed(): void {
    const { entry, hasStoreGivenUp, store } = this.#options;
    const isFirst = entry.noteIn(this.#attempted);
    const drafts = this.#ownDrafts()?.all() ?? [];
    if (!isFirst && this.#isIn) return;
    this.#isIn = true;
    store.act((state) => drafts.reduce(takeDraft, state));
    if (hasStoreGivenUp()) this.sayStoreIsSilent();
  }

  messageCame(frame: MessageFrame): void {
    const { announcer, store } = this.#options;
    const isMine = frame.account === store.state.self?.account;
    if (!isMine && !frame.replay) announcer.announce(frame);
  }

  connectionChanged(connection: ConnectionState): void {
    const { store } = this.#options;
    const { state } = connection;
    if (state === "ended" && connection.code === SIGNED_OUT) return this.signedOut();
    if (state === "ended") this.#ended(connection);
    if (state === "waiting") {
      const reason = connection.refusal?.message ?? strings.errors.unreachable;
      store.act((now) => changeJoin(now, { status: strings.join.tryingAgain(reason) }));
    }
  }

  signedOut(): void {
    void this.forgetAccount();
    this.#options.store.act((state) => changeJoin(state, { status: strings.endings.signedOut }));
  }

  cameBackAsAnother(): void {
    const username = this.#attempted;
    // Somebody may have used the form meanwhile.
    void this.forgetAccount().then(() => this.isJoining || this.join(username));
  }

  #ended({ code, refusal }: Extract<ConnectionState, { state: "ended" }>): void {
    const { entry, store } = this.#options;
    const username = this.#attempted;
    const isTaken = refusal?.code === "username_taken";
    // Somebody else owns the name now, and must not see these messages.
    if (isTaken && this.#isIn && !store.state.isGuest) void this.forgetAccount();
    if (this.#isIn) return;
    entry.noteOut();
    const error = refusal?.message ?? describeEnding(code, null).text;
    this.#ask({ username, error, isTaken });
  }

  /** Asks for a name, with nothing else on the page. */
  #ask(question: Partial<Omit<JoinScreen, "name">>): void {
    this.#options.store.act((state) => ({ ...leaveChat(state, question), today: state.today }));
  }

  #end(): void {
    this.#client?.stop();
    this.#client = null;
    this.#drafts = null;
    this.#isIn = false;
  }

  /** Drafts of this account; null before the first welcome. */
  #ownDrafts(): Drafts | null {
    const account = this.#options.store.state.self?.account;
    if (account === undefined) return null;
    this.#drafts ??= new Drafts(this.#options.remembered, account);
    this.#drafts.moveTo(account);
    return this.#drafts;
  }
}

/** Shows a draft, in a conversation that may not be listed yet. */
function takeDraft(state: State, { address, text }: Draft): State {
  if (address.kind === "lobby") return setDraft(state, LOBBY, text);
  const opened = openDirect(state, address);
  return setDraft(opened.state, opened.key, text);
}
