/** Which messages of a conversation cause notifications. */
export type NotificationLevel = "all" | "mentions" | "none";

/** Settings of this browser. */
export interface Settings {
  readonly theme: "system" | "light" | "dark";
  readonly density: "comfortable" | "compact";
  /** Factor of the browser's own text size, in percent. */
  readonly textSize: 90 | 100 | 115 | 130;
  readonly clock: "language" | "12" | "24";
  /** Whether messages are told by desktop notifications; asked for by a button. */
  readonly notifications: boolean;
  /** Whether a notification shows the message's text and not only its author. */
  readonly notificationText: boolean;
  readonly sound: boolean;
  readonly doNotDisturb: boolean;
  /** Emoji used lately, the last one first. */
  readonly recentEmoji: readonly string[];
  /** By the server's name of a conversation, or `lobby`; others have their default. */
  readonly levels: Readonly<Record<string, NotificationLevel>>;
}

/** Settings before anyone changes them. */
export const DEFAULT_SETTINGS: Settings = {
  theme: "system",
  density: "comfortable",
  textSize: 100,
  clock: "language",
  notifications: false,
  notificationText: true,
  sound: false,
  doNotDisturb: false,
  recentEmoji: [],
  levels: {},
};

/** How many of the emoji used lately are remembered. */
const MAX_RECENT = 16;

/** The emoji used lately, once this one has been used again. */
export function withRecent(recent: readonly string[], emoji: string): readonly string[] {
  return [emoji, ...recent.filter((other) => other !== emoji)].slice(0, MAX_RECENT);
}

/** The level of a conversation; by default mentions in the lobby, and all private messages. */
export function levelOf(settings: Settings, conversation: string): NotificationLevel {
  return settings.levels[conversation] ?? (conversation === "lobby" ? "mentions" : "all");
}
