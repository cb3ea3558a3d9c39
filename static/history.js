/** @import {Clock, Timer} from "../core/clock.ts" */
/** @import {Conversation} from "./model/conversation.js" */
/** @import {RoomState} from "./model/room.js" */
/** @import {ConversationsAnswer, Page} from "./model/room_history.js" */
/** @import {Api} from "./net/api.ts" */
import { LOBBY } from "./model/conversation.js";
import { activeConversation, change, changeAll } from "./model/room.js";
import {
  addPage,
  idsOf,
  listConversations,
  listNothing,
  noteLoading,
} from "./model/room_history.js";
import { showNewest } from "./model/ranges.js";
import { ApiError } from "./net/api.ts";
import { isFrame } from "./net/frame_shapes.ts";

/** Messages on a page: some screens full. */
const PAGE = 50;
/** Most messages the server puts on one. */
const MAX_PAGE = 200;
/** Pause before asking again for what the page can't do without. */
const RETRY_MS = 3_000;
/** Refusals that mean: this browser keeps no credential. */
const GUEST = new Set(["account_required", "not_your_name"]);
/** Troubles that pass. */
const PASSING = new Set(["unreachable", "unavailable", "rate_limited", "internal"]);

/**
 * @typedef {object} HistoryOptions
 * @property {Pick<Api, "get">} api
 * @property {Clock} clock
 * @property {() => RoomState} state
 * @property {(change: (state: RoomState) => RoomState) => void} update
 */

/** Reads pages of the log into the state: the newest at first, others as they are asked for. */
export class History {
  #options;
  /** Rises when what is under way has become pointless. */
  #generation = 0;
  /** Conversations opened in this log. @type {Set<string>} */
  #opened = new Set();
  /** Those whose first page is still awaited. @type {Set<string>} */
  #opening = new Set();
  /** @type {Timer | null} */
  #retry = null;
  #isListed = false;
  /** Ids of the private conversations that the list has named so far. @type {Set<string>} */
  #listed = new Set();
  #isGuest = false;
  /** The newest request for each conversation: older answers count no more. */
  #newest = new Map();

  /** @param {HistoryOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** Whether this browser presented no credential, so that nothing of its own is kept. */
  get isGuest() {
    return this.#isGuest;
  }

  /** Whether the first page of the conversation on screen is still awaited. */
  get isOpening() {
    const { key, loading } = activeConversation(this.#options.state());
    return !this.#isListed || loading === "around" || !this.#opened.has(key) ||
      this.#opening.has(key);
  }

  /** The page has come into the chat, or found that it missed too much: reads anew. */
  begin() {
    this.stop();
    this.#options.update((state) => changeAll(state, (one) => ({ ...one, loading: null })));
    void this.#list(this.#generation);
  }

  /** Leaves everything that is under way. */
  stop() {
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
  open() {
    const { key, entries, from } = activeConversation(this.#options.state());
    if (!this.#isListed || this.#opened.has(key)) return;
    this.#opened.add(key);
    const known = entries.filter((entry) => entry.kind === "message").length;
    if (from > 0 && known < PAGE) void this.#openAt(key);
  }

  /**
   * Loads what comes before the entries.
   *
   * @param {string} key
   * @param {number} [limit]
   */
  async older(key, limit = PAGE) {
    const conversation = this.#conversation(key);
    if (conversation === undefined || conversation.from === 0) return;
    await this.#load(key, "older", { before: conversation.from + 1, limit });
  }

  /**
   * Loads what comes after the entries.
   *
   * @param {string} key
   */
  async newer(key) {
    const conversation = this.#conversation(key);
    if (conversation === undefined || conversation.to === Infinity) return;
    await this.#load(key, "newer", { after: conversation.to, limit: PAGE });
  }

  /**
   * Brings a position of the log among the entries.
   *
   * @param {string} key
   * @param {number} seq
   */
  async around(key, seq) {
    const conversation = this.#conversation(key);
    if (conversation === undefined) return;
    this.#opened.add(key);
    if (seq > conversation.from && seq <= conversation.to) return this.#stay(key);
    await this.#load(key, "around", { around: seq, limit: PAGE });
  }

  /**
   * Shows the newest messages again.
   *
   * @param {string} key
   */
  newest(key) {
    this.#stay(key);
    this.#options.update((state) => change(state, key, showNewest));
    const conversation = this.#conversation(key);
    if (conversation !== undefined && conversation.entries.length < PAGE) void this.older(key);
  }

  /**
   * Whoever waited for another place in the log wants to be here now.
   *
   * @param {string} key
   */
  #stay(key) {
    if (this.#conversation(key)?.loading !== "around") return;
    this.#newest.delete(key);
    this.#options.update((state) => noteLoading(state, key, null));
  }

  /** @param {string} key */
  #conversation(key) {
    return this.#options.state().conversations.get(key);
  }

  /**
   * Opens at the first unread message, whose page may be further back than the newest.
   *
   * @param {string} key
   */
  async #openAt(key) {
    const generation = this.#generation;
    const unread = this.#conversation(key)?.unread ?? 0;
    this.#opening.add(key);
    await this.older(key, Math.min(MAX_PAGE, Math.max(PAGE, unread + PAGE / 2)));
    const after = this.#conversation(key)?.unreadAfter ?? null;
    const from = this.#conversation(key)?.from ?? 0;
    if (after !== null && from > after) await this.around(key, after + 1);
    if (generation === this.#generation) this.#opening.delete(key);
  }

  /**
   * Reads the list of conversations: the newest first, then the others, page by page.
   *
   * @param {number} generation
   * @param {number} [before] Where the next page ends; absent: the first one.
   */
  async #list(generation, before) {
    const { api, update, state } = this.#options;
    const as = state().self?.username;
    const end = before === undefined ? {} : { before };
    try {
      const answer = await api.get("conversations", { as, limit: MAX_PAGE, ...end });
      if (generation !== this.#generation) return;
      this.#isGuest = false;
      this.#takeList(generation, answer);
    } catch (error) {
      if (generation !== this.#generation) return;
      const code = error instanceof ApiError ? error.code : "internal";
      this.#isGuest = GUEST.has(code);
      if (PASSING.has(code)) return this.#again(error, () => void this.#list(generation, before));
      if (before === undefined) update(listNothing);
    }
    if (this.#isListed) return;
    this.#isListed = true;
    this.open();
    update((now) => now);
  }

  /**
   * @param {number} generation
   * @param {ConversationsAnswer} answer
   */
  #takeList(generation, answer) {
    const { update, state } = this.#options;
    if (answer.epoch !== state().epoch) return;
    for (const id of idsOf(answer)) this.#listed.add(id);
    update((now) => listConversations(now, answer, this.#listed));
    const last = answer.conversations.at(-1);
    if (answer.hasOlder && last) void this.#list(generation, last.newest.seq);
  }

  /**
   * @param {string} key
   * @param {"older" | "newer" | "around"} side
   * @param {{before?: number, after?: number, around?: number, limit: number}} query
   */
  async #load(key, side, query) {
    const { update } = this.#options;
    const conversation = this.#conversation(key);
    // One more ask for the same side is about the same page; a place in the log may be another.
    if (conversation === undefined || (conversation.loading === side && side !== "around")) return;
    const request = {};
    this.#newest.set(key, request);
    update((state) => noteLoading(state, key, side));
    try {
      const page = await this.#page(conversation, query);
      if (this.#newest.get(key) !== request) return;
      update((state) => this.#take(state, key, side, page));
    } catch (error) {
      if (this.#newest.get(key) !== request) return;
      const reason = error instanceof Error ? error.message : String(error);
      update((state) => noteLoading(state, key, null, reason));
    }
  }

  /**
   * @param {RoomState} state
   * @param {string} key
   * @param {"older" | "newer" | "around"} side
   * @param {Page} page
   */
  #take(state, key, side, page) {
    // Of another log: the welcome that tells of it is about to come, and begins anew.
    return page.epoch === state.epoch
      ? addPage(state, key, side, page)
      : noteLoading(state, key, null);
  }

  /**
   * @param {Conversation} conversation
   * @param {import("./net/api.ts").Query} query
   * @returns {Promise<Page>}
   */
  async #page({ key, id }, query) {
    const { api, state } = this.#options;
    if (key === LOBBY) return readable(await api.get("messages", query));
    const epoch = state().epoch ?? "";
    if (id === null) return { messages: [], hasOlder: false, hasNewer: false, epoch };
    const as = state().self?.username;
    const path = `conversations/${encodeURIComponent(id)}/messages`;
    return readable(await api.get(path, { ...query, as }));
  }

  /**
   * @param {unknown} error
   * @param {() => void} ask
   */
  #again(error, ask) {
    const asked = error instanceof ApiError ? error.retryAfterMs : 0;
    this.#retry = this.#options.clock.schedule(ask, Math.max(asked, RETRY_MS));
  }
}

/**
 * A page without messages that would break the drawing of it.
 *
 * @param {Page} page
 * @returns {Page}
 */
function readable(page) {
  return { ...page, messages: page.messages.filter(isFrame) };
}
