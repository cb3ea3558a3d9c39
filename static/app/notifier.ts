import { unreadEverywhere } from "../model/selectors.ts";
import type { State } from "../model/state.ts";
import { clampMarks } from "../text/names.ts";
import { strings } from "../text/strings.ts";
import type { App } from "./actions.ts";
import { type News, newsBetween } from "./news.ts";

/** What the browser shows beside the page. */
export interface Desktop {
  /** Whether the person is active in any tab of this browser: nothing is told then. */
  isActive(): boolean;
  /** Shows a notification in the place of the one with the same tag. */
  show(notification: DesktopNotification): void;
  /** Takes a notification away; one that isn't shown is ignored. */
  close(tag: string): void;
  play(): void;
  /** Marks the page's icon, and the installed page's, with a number; 0 takes it away. */
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

/**
 * Tells of messages that arrive while somebody looks elsewhere. A conversation that is read takes
 * its notification away.
 */
export function notify(app: App, desktop: Desktop): void {
  let before = app.state;
  app.subscribe(() => {
    const { state } = app;
    const news = desktop.isActive() ? [] : newsBetween(before, state);
    for (const one of news) show(app, desktop, one);
    if (news.length > 0 && state.settings.sound) desktop.play();
    for (const key of readBetween(before, state)) desktop.close(key);
    desktop.badge(state.self === null ? 0 : unreadEverywhere(state).urgent);
    before = state;
  });
}

function show(app: App, desktop: Desktop, news: News): void {
  const { settings } = app.state;
  if (!settings.notifications) return;
  desktop.show({
    tag: news.conversation,
    title: titleOf(news),
    body: bodyOf(news, settings.notificationText),
    onClick: () => app.dispatch({ type: "open", conversation: news.conversation }),
  });
}

function titleOf({ newest, isPrivate }: News): string {
  const name = clampMarks(newest.author.username);
  return isPrivate
    ? strings.notifications.privateFrom(name)
    : strings.notifications.fromIn(name, strings.common.everyone);
}

function bodyOf({ count, newest }: News, isTextShown: boolean): string {
  if (!isTextShown) return strings.notifications.hidden(count);
  const text = newest.text.length > MAX_BODY ? `${newest.text.slice(0, MAX_BODY)}…` : newest.text;
  return count === 1 ? text : strings.notifications.several(count, text);
}

/** Conversations in which something was unread before and nothing is now. */
function readBetween(before: State, after: State): readonly string[] {
  if (before.conversations === after.conversations) return [];
  return [...before.conversations.values()]
    .filter(({ key, unread }) => unread > 0 && (after.conversations.get(key)?.unread ?? 0) === 0)
    .map(({ key }) => key);
}
