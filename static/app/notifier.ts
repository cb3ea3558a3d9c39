import { type Conversation, isPrivate, serverIdOf } from "../model/conversation.ts";
import type { ConversationKey } from "../model/conversation.ts";
import type { ItemKey, StoredMessage } from "../model/item.ts";
import { conversationName, unreadEverywhere } from "../model/selectors.ts";
import type { State } from "../model/state.ts";
import type { Turn } from "../net/sending_turn.ts";
import { nameControls } from "../text/controls.ts";
import { clampMarks } from "../text/names.ts";
import { clampText } from "../text/plain_text.ts";
import { strings } from "../text/strings.ts";
import type { App } from "./actions.ts";
import { type News, newsBetween, readBetween } from "./news.ts";
import type { Tabs } from "./tabs.ts";

/** What the browser can do outside the page. */
export interface Desktop {
  /** Shows a notification in the place of the one with the same tag. */
  show(notification: DesktopNotification): void;
  /** Takes a notification away; one that isn't shown is ignored. */
  close(tag: string): void;
  play(): void;
  /** Marks the icon of an installed page with a number; 0 takes it away. */
  badge(count: number): void;
}

/** One notification: there is one for each conversation. */
export interface DesktopNotification {
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  onClick(): void;
}

/** Longest text of a notification, in UTF-16 units; systems cut it anyway. */
const MAX_BODY = 200;

/** Dependencies of {@linkcode Notifier}. */
export interface NotifierOptions {
  readonly app: Pick<App, "state" | "subscribe" | "dispatch">;
  readonly desktop: Desktop;
  readonly tabs: Pick<Tabs, "isActive" | "takeSound">;
  /** Of the one tab of an account that tells; the others would only say the same. */
  readonly turn: Turn;
}

/** The messages that one notification stands for. */
interface Told {
  readonly tag: string;
  readonly count: number;
  readonly newest: ItemKey;
}

/**
 * Shows notifications of messages that arrive while the reader is elsewhere. A conversation that is read takes
 * its notification away.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #told = new Map<ConversationKey, Told>();
  #before: State;
  #account: string | null = null;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#before = options.app.state;
    options.app.subscribe(() => this.#follow());
    this.#follow();
  }

  /** Closes notifications of messages that are on screen: somebody may have come back. */
  review(): void {
    const { app, tabs } = this.#options;
    if (!tabs.isActive()) return;
    for (const key of [...this.#told.keys()]) {
      if ((app.state.conversations.get(key)?.unread ?? 0) === 0) this.#close(key);
    }
  }

  /** The page closes: a notification would lead nowhere. */
  closeAll(): void {
    for (const key of [...this.#told.keys()]) this.#close(key);
  }

  #follow(): void {
    const { app: { state }, desktop } = this.#options;
    const before = this.#before;
    this.#before = state;
    this.#followAccount(state);
    this.#tellOf(before, state);
    for (const key of readBetween(before, state)) this.#close(key);
    // Its author's account was deleted, or the reader left.
    for (const [key, { newest }] of this.#told) if (!state.items.has(newest)) this.#close(key);
    desktop.badge(state.self === null ? 0 : unreadEverywhere(state).urgent);
  }

  #followAccount({ self }: State): void {
    const { turn } = this.#options;
    const account = self?.account ?? null;
    if (account === this.#account) return;
    this.#account = account;
    if (account === null) turn.release();
    else turn.take(account, () => {});
  }

  #tellOf(before: State, state: State): void {
    const { tabs, turn, desktop } = this.#options;
    // The cheap questions first: in a flood this is asked with every picture.
    if (before.items === state.items || !turn.isHeld || tabs.isActive()) return;
    const news = newsBetween(before, state);
    if (state.settings.notifications) { for (const one of news) this.#show(state, one); }
    if (news.length > 0 && state.settings.sound && tabs.takeSound()) desktop.play();
  }

  #show(state: State, { conversation, count, newest }: News): void {
    const { key } = conversation;
    const told = {
      tag: tagOf(state, conversation),
      count: count + (this.#told.get(key)?.count ?? 0),
      newest: newest.key,
    };
    // A guest's account ends with its connection, and another one has another notification.
    if (this.#told.get(key)?.tag !== told.tag) this.#close(key);
    this.#told.set(key, told);
    this.#options.desktop.show({
      tag: told.tag,
      title: titleOf(conversation, newest),
      body: bodyOf(newest.text, told.count, state.settings.notificationText),
      onClick: () => this.#open(key, newest),
    });
  }

  #open(key: ConversationKey, { delivery: { seq } }: StoredMessage): void {
    this.#close(key);
    this.#options.app.dispatch({ type: "open", conversation: key, seq });
  }

  #close(key: ConversationKey): void {
    const told = this.#told.get(key);
    if (told === undefined) return;
    this.#told.delete(key);
    this.#options.desktop.close(told.tag);
  }
}

/** The same in every tab of an account; another account in this browser has its own. */
function tagOf({ self }: State, conversation: Conversation): string {
  return `${self?.account}/${serverIdOf(conversation) ?? conversation.key}`;
}

function titleOf(conversation: Conversation, { author }: StoredMessage): string {
  const name = clampMarks(author.username);
  return isPrivate(conversation)
    ? strings.notifications.privateFrom(name)
    : strings.notifications.fromIn(name, conversationName(conversation));
}

function bodyOf(text: string, count: number, isTextShown: boolean): string {
  if (!isTextShown) return strings.notifications.hidden(count);
  const clamped = clampText(clampMarks(text), MAX_BODY);
  const shown = nameControls(clamped).map((part) => part.text).join("");
  return count === 1 ? shown : strings.notifications.several(count, shown);
}
