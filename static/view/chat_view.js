/** @import {Clock} from "../../core/clock.ts" */
/** @import {User} from "../../core/protocol.ts" */
/** @import {Conversation, Peer} from "../model/conversation.js" */
/** @import {RoomState} from "../model/room.js" */
/** @import {ConnectionState} from "../model/connection.ts" */
/** @import {SearchOptions} from "./search_dialog.js" */
import { byId, part, setText } from "../lib/dom.js";
import { untilMidnightMs } from "../lib/time.js";
import { likelyNames } from "../model/completion.js";
import { activeConversation } from "../model/room.js";
import { dateLanguage, Dates } from "../text/dates.ts";
import { clampMarks } from "../text/names.ts";
import { describePresence } from "./describe_presence.js";
import { titleFor } from "./title.js";
import { paintAvatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { ConnectionBanner } from "./connection_banner.js";
import { ConversationList, fillBadge } from "./conversation_list.js";
import { Drawer } from "./drawer.js";
import { KeysDialog } from "./keys_dialog.js";
import { Roster } from "./roster.js";
import { listenForShortcuts } from "./shortcuts.js";
import { SearchDialog } from "./search_dialog.js";
import { SteadyList } from "./steady_list.js";
import { ignoreStrayClicks } from "./stray_clicks.js";
import { Timeline } from "./timeline.js";

/**
 * What the reader can ask for.
 *
 * @typedef {object} ChatActions
 * @property {(text: string) => string | null} submit Takes a line, or says why not.
 * @property {(peer: Peer | null, text: string) => void} keepDraft
 * @property {(peer: Peer | null) => string} draftFor
 * @property {(key: string) => void} choose
 * @property {(user: User) => void} choosePerson
 * @property {(id: string) => void} retry
 * @property {(id: string) => void} discard
 * @property {() => void} read The end of the conversation came on screen.
 * @property {() => void} settle What was unread needs no mark any more.
 * @property {() => void} older What comes before is wanted.
 * @property {() => void} newer What comes after is wanted.
 * @property {() => void} newest The end of the conversation is wanted.
 * @property {() => void} firstUnread The first unread message is wanted.
 * @property {SearchOptions["search"]} search
 * @property {SearchOptions["peerOf"]} peerOf
 * @property {SearchOptions["onChoose"]} goTo A message that was found is wanted in its place.
 * @property {() => void} leave
 * @property {(action: "rejoin" | "reconnect") => void} recover
 */

/** The chat on screen: shows states, passes on what the reader does. */
export class ChatView {
  #actions;
  #clock;
  #root = byId("chat", HTMLDivElement);
  #title = byId("conversation-title", HTMLHeadingElement);
  #subtitle = byId("conversation-subtitle", HTMLParagraphElement);
  #back = byId("back-button", HTMLButtonElement);
  #badge = byId("drawer-badge", HTMLSpanElement);
  #conversation = byId("conversation", HTMLElement);
  #drawer = new Drawer();
  #steady;
  #keys = new KeysDialog();
  /** @type {RoomState | null} */
  #state = null;
  #isOpening = true;
  /** @type {string | null} */
  #activeKey = null;

  /**
   * @param {ChatActions} actions
   * @param {Clock} clock
   */
  constructor(actions, clock) {
    this.#actions = actions;
    this.#clock = clock;
    this.composer = new Composer({
      onSubmit: (text) => this.#submit(text),
      onDraft: (text) => actions.keepDraft(this.#peer, text),
      names: () => this.#state === null ? [] : likelyNames(this.#state),
    });
    const dates = new Dates({ language: dateLanguage("en", navigator.languages) });
    this.search = new SearchDialog({
      clock,
      dates,
      search: (query, before) => actions.search(query, before),
      peerOf: (message) => actions.peerOf(message),
      onChoose: (message) => actions.goTo(message),
    });
    this.timeline = new Timeline({
      dates,
      now: () => clock.now(),
      onRetry: (id) => actions.retry(id),
      onDiscard: (id) => actions.discard(id),
      onReachBottom: () => actions.read(),
      onOlder: () => actions.older(),
      onNewer: () => actions.newer(),
      onNewest: () => actions.newest(),
      onFirstUnread: () => actions.firstUnread(),
    });
    this.banner = new ConnectionBanner(clock, (action) => actions.recover(action));
    this.conversations = new ConversationList((key) => this.#choose(key));
    this.roster = new Roster((user) => this.#choosePerson(user));
    const scroller = byId("sidebar-scroll", HTMLDivElement);
    this.#steady = new SteadyList(scroller, part(scroller, "content"), clock, () => {
      if (this.#state?.self) this.#renderSidebar(this.#state, this.#state.self.account);
    });
    this.#listen();
    this.#redrawAtMidnight();
  }

  /** Whether the reader sees the newest message of the conversation. */
  get isAttentive() {
    return document.visibilityState === "visible" && this.timeline.isAtBottom;
  }

  /** Opens the map of keys. */
  showKeys() {
    this.#keys.open();
  }

  /** @param {boolean} isShown */
  show(isShown) {
    const wasShown = !this.#root.hidden;
    this.#root.hidden = !isShown;
    if (isShown && !wasShown) {
      this.#activeKey = null;
      this.composer.focusUnlessTouch();
    }
    if (!isShown) this.#clear();
  }

  /** Leaves nothing of the account on the page: another one may be next. */
  #clear() {
    this.#state = null;
    this.#activeKey = null;
    this.timeline.clear();
    this.composer.clear();
    this.conversations.render([], "");
    this.roster.clear();
    this.search.clear();
    this.#keys.close();
    this.#drawer.close();
    for (const element of [this.#title, this.#subtitle, this.#badge]) setText(element, "");
    for (const id of ["self-name", "self-avatar"]) setText(byId(id, HTMLElement), "");
    document.title = titleFor([]);
  }

  /**
   * @param {RoomState} state
   * @param {boolean} isOpening Whether the conversation's first page is still to come.
   */
  render(state, isOpening) {
    this.#state = state;
    this.#isOpening = isOpening;
    if (state.self === null) return;
    const conversation = activeConversation(state);
    const all = [...state.conversations.values()];
    setText(byId("self-name", HTMLElement), clampMarks(state.self.username));
    paintAvatar(byId("self-avatar", HTMLSpanElement), state.self.username);
    this.search.leaveOut(state.erased);
    this.#renderSidebar(state, state.self.account);
    this.#renderHeader(state, conversation);
    if (this.#activeKey !== conversation.key) this.#turnTo(conversation);
    this.timeline.render(conversation, state.self.username, isOpening);
    this.#renderBadges(all, conversation);
  }

  /** @param {ConnectionState} line */
  renderLine(line) {
    this.banner.render(line);
  }

  get #peer() {
    return this.#state === null ? null : activeConversation(this.#state).peer;
  }

  /** @param {Conversation} conversation */
  #turnTo(conversation) {
    this.#activeKey = conversation.key;
    this.composer.turnTo(conversation.peer, this.#actions.draftFor(conversation.peer));
    this.#conversation.classList.toggle("conversation--private", conversation.peer !== null);
    this.#back.hidden = conversation.peer === null;
  }

  /**
   * @param {RoomState} state
   * @param {string} ownAccount
   */
  #renderSidebar(state, ownAccount) {
    const all = [...state.conversations.values()];
    if (this.#steady.isHeld) return this.conversations.render(all, state.active, true);
    this.#steady.change(() => {
      this.conversations.render(all, state.active);
      this.roster.render(state.presence, ownAccount, this.#steady.pinned);
    });
  }

  /**
   * @param {RoomState} state
   * @param {Conversation} conversation
   */
  #renderHeader(state, conversation) {
    const { peer } = conversation;
    setText(this.#title, peer === null ? "Everyone" : clampMarks(peer.username));
    setText(this.#subtitle, describePresence(state, peer));
  }

  /**
   * @param {Conversation[]} all
   * @param {Conversation} active
   */
  #renderBadges(all, active) {
    document.title = titleFor(all);
    const others = all.filter((conversation) => conversation.key !== active.key);
    const unread = others.reduce((sum, conversation) => sum + conversation.unread, 0);
    const isForReader = others.some((one) =>
      one.mentions > 0 || (one.peer !== null && one.unread > 0)
    );
    fillBadge(this.#badge, unread, isForReader ? "mixed" : "plain");
  }

  /** @param {string} text */
  #submit(text) {
    const { peer } = this;
    const refusal = this.#actions.submit(text);
    if (refusal === null) {
      this.#actions.keepDraft(peer, "");
      this.composer.turnTo(this.#peer, this.#actions.draftFor(this.#peer));
      this.timeline.jumpToNewest();
    }
    return refusal;
  }

  /** Whom the composer writes to. */
  get peer() {
    return this.#peer;
  }

  /** @param {string} key */
  #choose(key) {
    this.#actions.choose(key);
    this.#drawer.close();
    this.composer.focusUnlessTouch();
  }

  /** @param {User} user */
  #choosePerson(user) {
    this.#actions.choosePerson(user);
    this.#drawer.close();
    this.composer.focusUnlessTouch();
  }

  #listen() {
    ignoreStrayClicks();
    const first = () => [...this.#state?.conversations.keys() ?? []][0];
    this.#back.addEventListener("click", () => this.#choose(first() ?? ""));
    byId("leave-button", HTMLButtonElement).addEventListener("click", () => this.#actions.leave());
    document.addEventListener("visibilitychange", () => this.isAttentive && this.#actions.read());
    listenForShortcuts({
      isEnabled: () => !this.#root.hidden && document.querySelector("dialog[open]") === null,
      onType: () => !this.#drawer.isOpen && this.composer.focus(),
      onKeys: () => this.#keys.open(),
      onSearch: () => this.search.open(),
      onEscape: () => this.#escape(),
      onPage: (direction) => this.timeline.page(direction),
      onSwitch: (direction) => this.#switch(direction),
      onFirstUnread: () => this.timeline.jumpToDivider(),
    });
  }

  #escape() {
    if (this.#drawer.isOpen) return this.#drawer.close();
    this.timeline.jumpToNewest();
    this.#actions.settle();
    this.composer.focus();
  }

  /** @param {1 | -1} direction */
  #switch(direction) {
    if (this.#state === null) return;
    const keys = [...this.#state.conversations.keys()];
    const at = keys.indexOf(this.#state.active) + direction;
    const key = keys[(at + keys.length) % keys.length];
    if (key !== undefined) this.#choose(key);
  }

  #redrawAtMidnight() {
    this.#clock.schedule(() => {
      if (this.#state !== null) this.render(this.#state, this.#isOpening);
      this.#redrawAtMidnight();
    }, untilMidnightMs(this.#clock.now()) + 50);
  }
}
