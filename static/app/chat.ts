import type { MessageFrame } from "../../core/protocol.ts";
import {
  changeJoin,
  changeSettings,
  openConversation,
  openPerson,
  seekMessage,
  setDialog,
  setDrawer,
  setLevel,
  setNotice,
  setViewport,
  switchConversation,
} from "../model/changes.ts";
import { directTo } from "../model/address.ts";
import type { ConversationKey } from "../model/conversation.ts";
import { openConversationOf } from "../model/directs.ts";
import { clearDivider, markRead } from "../model/reading.ts";
import { activeConversation, type Notice, type State } from "../model/state.ts";
import { AT_END, isFollowing, seekDivider, type Viewport } from "../model/viewport.ts";
import { type Intent, readIntent } from "../text/commands.ts";
import { cleanText, countCharacters } from "../text/plain_text.ts";
import { strings } from "../text/strings.ts";
import type { Action } from "./actions.ts";
import { Choice } from "./choice.ts";
import { isAnswerToLine, objectionToIntent, personNamed, refusal } from "./notices.ts";
import type { Change, Store } from "./store.ts";
import type { Visits } from "./visits.ts";

/** Performs actions. */
export class Chat {
  readonly #store: Store;
  readonly #visits: Visits;
  readonly #choice = new Choice();

  constructor(store: Store, visits: Visits) {
    this.#store = store;
    this.#visits = visits;
    store.finishWith((state) => this.#choice.check(state));
  }

  /** Performs one action. */
  perform(action: Action): void {
    switch (action.type) {
      case "name":
        return this.#act((state) => typeName(state, action.username));
      case "join":
        return this.#join(action.username);
      case "cancel_join":
        return this.#visits.cancel();
      case "leave":
        return this.#visits.leave();
      case "reconnect":
        return this.#visits.client?.connect();
      case "open":
        return this.#open(action.conversation, action.seq);
      case "open_person":
        return this.#choose((state) => openPerson(state, action.person));
      case "switch":
        return this.#choose((state) => switchConversation(state, action.step));
      case "go_to":
        return this.#goTo(action.message);
      case "draft":
        return this.#draft(action.conversation, action.text);
      case "submit":
        return this.#submit(action.conversation, action.text);
      case "retry":
        return this.#visits.client?.retry(action.id);
      case "discard":
        return this.#visits.client?.discard(action.id);
      case "dismiss_notice":
        return this.#act((state) => setNotice(this.#choice.agree(state), null));
      case "view":
        return this.#view(action.viewport);
      case "load":
        return this.#visits.client?.load(action.side);
      case "newest":
        return this.#newest();
      case "first_unread":
        return this.#firstUnread();
      case "mark_read":
        return this.#act((state) => clearDivider(markRead(state, state.active), state.active));
      case "dialog":
        return this.#cover((state) => ({ ...setDialog(state, action.dialog), query: "" }));
      case "drawer":
        return this.#cover((state) => setDrawer(state, action.isOpen));
      case "settings":
        return this.#act((state) => changeSettings(state, action.change));
      case "level":
        return this.#act((state) => setLevel(state, action.conversation, action.level));
      default:
        return refuseUnknown(action);
    }
  }

  /** Marks the conversation on screen as read when somebody looks at the page again. */
  readIfAttentive(): void {
    if (this.#visits.client?.isAttentive) this.#act((state) => markRead(state, state.active));
  }

  #act(change: Change): void {
    this.#store.act(change);
  }

  /** Covers the conversation on screen, or shows it again: then it is read. */
  #cover(change: Change): void {
    this.#act(change);
    this.readIfAttentive();
  }

  #join(typed: string): void {
    const username = typed.trim();
    const error = objectionToName(username);
    if (error !== "") return this.#act((state) => changeJoin(state, { username, error }));
    this.#choice.reset();
    this.#visits.join(username);
  }

  #choose(change: Change): void {
    this.#act(this.#choice.by((state) => this.#visits.withDraft(change(state))));
  }

  #open(key: ConversationKey, seq: number | undefined): void {
    if (seq === undefined) return this.#choose((state) => openConversation(state, key));
    // The account that it belonged to may have left since.
    if (this.#store.state.conversations.has(key)) this.#seek((state) => ({ state, key }), seq);
  }

  #goTo(message: MessageFrame): void {
    this.#seek((state) => openConversationOf(state, message), message.seq);
  }

  #seek(open: (state: State) => { state: State; key: ConversationKey }, seq: number): void {
    this.#choose((state) => {
      const opened = open(state);
      return seekMessage(opened.state, opened.key, seq);
    });
    this.#visits.client?.around(this.#store.state.active, seq);
  }

  // ─── Reading ───

  #view(viewport: Viewport): void {
    const wasFollowing = isFollowing(this.#store.state.viewport);
    this.#act((state) => setViewport(state, viewport));
    if (isFollowing(viewport) && !wasFollowing) this.readIfAttentive();
  }

  #newest(): void {
    const { to, loading } = activeConversation(this.#store.state);
    this.#act((state) => setViewport(state, AT_END));
    if (to !== Infinity || loading === "around") this.#visits.client?.newest();
    else this.readIfAttentive();
  }

  #firstUnread(): void {
    const { key, divider, items, unreadAfter } = activeConversation(this.#store.state);
    const isLoaded = divider !== null && items.includes(divider);
    if (!isLoaded && unreadAfter === null) return;
    this.#act((state) => setViewport(state, seekDivider(state.viewport)));
    if (!isLoaded && unreadAfter !== null) this.#visits.client?.around(key, unreadAfter + 1);
  }

  // ─── Writing ───

  #draft(key: ConversationKey, text: string): void {
    this.#visits.keepDraft(key, text);
    if (isAnswerToLine(this.#store.state.notice)) this.#say(null);
  }

  #submit(key: ConversationKey, typed: string): void {
    // What changed since the last picture counts: nothing goes out before the writer has seen it.
    this.#act((state) => this.#choice.check(state));
    if (this.#choice.isAwaited) return;
    const text = cleanText(typed);
    const over = countCharacters(text) - this.#store.state.messageLength;
    if (over > 0) return this.#say(refusal(strings.composer.tooLong(over)));
    if (text.trim() === "") return;
    const intent = readIntent(text);
    const objection = objectionToIntent(this.#store.state, intent);
    if (objection !== null) return this.#say(refusal(objection));
    this.#sayNoMore();
    this.#visits.keepDraft(key, "");
    this.#obey(key, intent);
  }

  #obey(key: ConversationKey, intent: Intent): void {
    switch (intent.kind) {
      case "mistake":
        return;
      case "message":
        return this.#send(key, intent.text);
      case "direct":
        return this.#sendAside(intent.to, intent.text);
      case "open":
        return this.#choose((state) => openPerson(state, personNamed(state, intent.to)));
      case "search":
        return this.#act((state) => ({ ...setDialog(state, "search"), query: intent.query }));
      case "keys":
      case "help":
        return this.#act((state) => setDialog(state, "keys"));
      default:
        return refuseUnknown(intent);
    }
  }

  #send(key: ConversationKey, text: string): void {
    const conversation = this.#store.state.conversations.get(key);
    if (conversation === undefined) return;
    this.#visits.client?.send(conversation.address, text);
    if (key === this.#store.state.active) this.#newest();
  }

  /** Sends a private message and stays in the conversation on screen. */
  #sendAside(username: string, text: string): void {
    const person = personNamed(this.#store.state, username);
    const key = this.#visits.client?.send(directTo(person), text);
    if (key === undefined) return;
    if (key === this.#store.state.active) return this.#newest();
    const said = strings.composer.sentPrivately(person.username);
    this.#say({ kind: "sent", text: said, conversation: key });
  }

  /** A message that was not sent elsewhere is told until the writer has seen it. */
  #sayNoMore(): void {
    const { notice } = this.#store.state;
    if (notice?.kind === "sent" || isAnswerToLine(notice)) this.#say(null);
  }

  #say(notice: Notice | null): void {
    this.#act((state) => setNotice(state, notice));
  }
}

/** Error in a name, as a sentence; empty if the server decides. */
function objectionToName(username: string): string {
  if (username === "") return strings.join.nameMissing;
  // A path of dots alone would never reach the server: the browser resolves the address first.
  return /^\.+$/.test(username) ? strings.join.nameEmpty : "";
}

function typeName(state: State, username: string): State {
  return changeJoin(state, { username, error: "", isTaken: false, isTouched: true });
}

function refuseUnknown(asked: never): never {
  throw new TypeError(`Cannot do ${JSON.stringify(asked)}: nobody knows how`);
}
