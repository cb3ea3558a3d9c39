import type { Clock, Timer } from "../../core/clock.ts";
import { type Conversation, type ConversationKey, LOBBY } from "../model/conversation.ts";
import {
  addPage,
  type ConversationsAnswer,
  idsOf,
  listConversations,
  listNothing,
  noteLoading,
  type Page,
  showEnd,
  type Side,
  stopLoading,
} from "../model/history.ts";
import { setGuest } from "../model/changes.ts";
import { activeConversation, type State } from "../model/state.ts";
import { type Api, ApiError, type Query } from "../net/api.ts";
import { isFrame } from "../net/frame_shapes.ts";
import { messageOf } from "../text/error_message.ts";
import type { Change } from "./store.ts";

/** Messages on a page: some screens full. */
const PAGE = 50;
/** Longest page the server sends. */
const MAX_PAGE = 200;
/** Pause before asking for the list of conversations again. */
const RETRY_MS = 3_000;
/** Refusals that mean: this browser keeps no credential. */
const GUEST = new Set(["account_required", "not_your_name"]);
/** Troubles that pass. */
const PASSING = new Set(["unreachable", "unavailable", "rate_limited", "internal"]);

export interface HistoryOptions {
  readonly api: Pick<Api, "get">;
  readonly clock: Clock;
  readonly state: () => State;
  readonly update: (change: Change) => void;
}

/** Reads pages of the log into the state: the newest at first, others as they are asked for. */
export class History {
  readonly #options: HistoryOptions;
  /** Rises when the answers to pending requests no longer matter. */
  #generation = 0;
  /** Conversations opened in this log. */
  readonly #opened = new Set<ConversationKey>();
  /** Those whose first page is still awaited. */
  readonly #opening = new Set<ConversationKey>();
  #retry: Timer | null = null;
  #isListed = false;
  /** Ids of the private conversations that the list has named so far. */
  readonly #listed = new Set<string>();
  /** The newest request for each conversation: older answers count no more. */
  readonly #newest = new Map<ConversationKey, object>();

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** Whether the first page of the conversation on screen is still awaited. */
  get isOpening(): boolean {
    const { key, loading } = activeConversation(this.#options.state());
    return !this.#isListed || loading === "around" || !this.#opened.has(key) ||
      this.#opening.has(key);
  }

  /** The page has come into the chat, or found that it missed too much: reads anew. */
  begin(): void {
    this.stop();
    this.#options.update(stopLoading);
    void this.#list(this.#generation);
  }

  /** Leaves everything that is under way. */
  stop(): void {
    this.#generation++;
    this.#retry?.cancel();
    this.#retry = null;
    this.#opened.clear();
    this.#opening.clear();
    this.#newest.clear();
    this.#isListed = false;
    this.#listed.clear();
  }

  /** Sees to it that the conversation on screen begins with its newest page. */
  open(): void {
    const state = this.#options.state();
    const { key, items, from } = activeConversation(state);
    if (!this.#isListed || this.#opened.has(key)) return;
    this.#opened.add(key);
    const known = items.filter((item) => state.items.get(item)?.kind === "message").length;
    if (from > 0 && known < PAGE) void this.#openAt(key);
  }

  /** Loads the messages before the items. */
  async older(key: ConversationKey, limit = PAGE): Promise<void> {
    const conversation = this.#conversation(key);
    if (conversation === undefined || conversation.from === 0) return;
    await this.#load(key, "older", { before: conversation.from + 1, limit });
  }

  /** Loads the messages after the items. */
  async newer(key: ConversationKey): Promise<void> {
    const conversation = this.#conversation(key);
    if (conversation === undefined || conversation.to === Infinity) return;
    await this.#load(key, "newer", { after: conversation.to, limit: PAGE });
  }

  /** Brings a position of the log among the items. */
  async around(key: ConversationKey, seq: number): Promise<void> {
    const conversation = this.#conversation(key);
    if (conversation === undefined) return;
    this.#opened.add(key);
    if (seq > conversation.from && seq <= conversation.to) return this.#stay(key);
    await this.#load(key, "around", { around: seq, limit: PAGE });
  }

  /** Shows the newest messages again. */
  newest(key: ConversationKey): void {
    this.#stay(key);
    this.#options.update((state) => showEnd(state, key));
    const conversation = this.#conversation(key);
    if (conversation !== undefined && conversation.items.length < PAGE) void this.older(key);
  }

  /** Gives up loading another place in the log: the reader wants to be here now. */
  #stay(key: ConversationKey): void {
    if (this.#conversation(key)?.loading !== "around") return;
    this.#newest.delete(key);
    this.#options.update((state) => noteLoading(state, key, null));
  }

  #conversation(key: ConversationKey): Conversation | undefined {
    return this.#options.state().conversations.get(key);
  }

  /** Opens at the first unread message, whose page may be further back than the newest. */
  async #openAt(key: ConversationKey): Promise<void> {
    const generation = this.#generation;
    const unread = this.#conversation(key)?.unread ?? 0;
    this.#opening.add(key);
    await this.older(key, Math.min(MAX_PAGE, Math.max(PAGE, unread + PAGE / 2)));
    if (generation !== this.#generation) return;
    const { unreadAfter = null, from = 0 } = this.#conversation(key) ?? {};
    if (unreadAfter !== null && from > unreadAfter) await this.around(key, unreadAfter + 1);
    if (generation === this.#generation) this.#opening.delete(key);
  }

  /**
   * Reads the list of conversations: the newest first, then the others, page by page.
   *
   * @param before Where the next page ends; absent: the first one.
   */
  async #list(generation: number, before?: number): Promise<void> {
    const { api, state } = this.#options;
    const as = state().self?.username;
    try {
      const answer = await api.get("conversations", { as, limit: MAX_PAGE, before });
      if (generation !== this.#generation) return;
      this.#noteGuest(false);
      this.#takeList(generation, answer);
    } catch (error) {
      if (generation !== this.#generation || !this.#hasNoList(error, before)) return;
    }
    this.#noteListed();
  }

  /** Takes in that there is no list; false if it is asked for again. */
  #hasNoList(error: unknown, before: number | undefined): boolean {
    const generation = this.#generation;
    const code = error instanceof ApiError ? error.code : "internal";
    this.#noteGuest(GUEST.has(code));
    if (PASSING.has(code)) {
      this.#again(error, () => void this.#list(generation, before));
      return false;
    }
    if (before === undefined) this.#options.update(listNothing);
    return true;
  }

  #noteGuest(isGuest: boolean): void {
    this.#options.update((state) => setGuest(state, isGuest));
  }

  #noteListed(): void {
    if (this.#isListed) return;
    this.#isListed = true;
    this.open();
    this.#options.update((state) => state);
  }

  #takeList(generation: number, answer: ConversationsAnswer): void {
    const { update, state } = this.#options;
    if (answer.epoch !== state().log.epoch) return;
    for (const id of idsOf(answer)) this.#listed.add(id);
    update((now) => listConversations(now, answer, this.#listed));
    const last = answer.conversations.at(-1);
    if (answer.hasOlder && last) void this.#list(generation, last.newest.seq);
  }

  async #load(key: ConversationKey, side: Side, query: Query): Promise<void> {
    const { update } = this.#options;
    const conversation = this.#conversation(key);
    // One more ask for the same side is about the same page; a place in the log may be another.
    if (conversation === undefined || (conversation.loading === side && side !== "around")) return;
    const request = {};
    this.#newest.set(key, request);
    update((state) => noteLoading(state, key, side));
    try {
      const page = await this.#page(conversation, query);
      if (this.#newest.get(key) === request) update((state) => addPage(state, key, side, page));
    } catch (error) {
      if (this.#newest.get(key) !== request) return;
      update((state) => noteLoading(state, key, null, messageOf(error)));
    }
  }

  async #page({ key, id }: Conversation, query: Query): Promise<Page> {
    const { api, state } = this.#options;
    const { log, self } = state();
    const noPage = { messages: [], hasOlder: false, hasNewer: false, epoch: log.epoch ?? "" };
    if (key !== LOBBY && id === null) return noPage;
    const page = key === LOBBY
      ? await api.get("messages", query)
      : await api.get(`conversations/${encodeURIComponent(id ?? "")}/messages`, {
        ...query,
        as: self?.username,
      });
    return { ...page, messages: page.messages.filter(isFrame) };
  }

  #again(error: unknown, ask: () => void): void {
    const asked = error instanceof ApiError ? error.retryAfterMs : 0;
    this.#retry = this.#options.clock.schedule(ask, Math.max(asked, RETRY_MS));
  }
}
