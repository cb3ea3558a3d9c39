import type { User } from "../../core/protocol.ts";
import type { ConnectionState } from "./connection.ts";
import { type Conversation, type ConversationKey, LOBBY, newConversation } from "./conversation.ts";
import type { Item, ItemKey } from "./item.ts";
import { NOBODY, type Presence } from "./presence.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import { OPENING, type Viewport } from "./viewport.ts";

/** The page's position in the log. */
export interface LogPosition {
  /** Identity of the log; null before the first welcome. */
  readonly epoch: string | null;
  /** Number of logs this page has seen before. */
  readonly era: number;
  /** Position up to which every event for this account has arrived. */
  readonly lastSeq: number;
  /** Whether missed messages are still arriving, until `resumed`. */
  readonly isResuming: boolean;
  /** Position at which resuming began. */
  readonly resumedFrom: number;
  /** Everything after this position arrived over the connection. */
  readonly liveFrom: number;
}

/** The question for a name. */
export interface JoinScreen {
  readonly name: "join";
  /** Content of the field. */
  readonly username: string;
  /** Whether somebody has typed in the field since it was shown. */
  readonly isTouched: boolean;
  /** Whether a name is being tried; the button then cancels that. */
  readonly stage: "asking" | "joining";
  /** Whether the page may go in by itself: the form appears only if that takes a while. */
  readonly isResuming: boolean;
  /** Error in the name, as a sentence; empty if there is none. */
  readonly error: string;
  /** Whether the name's owner may come in with a passphrase. */
  readonly isTaken: boolean;
  /** Progress, as a sentence. */
  readonly status: string;
}

/** The conversations. */
export interface ChatScreen {
  readonly name: "chat";
}

/** Dialogs, of which one can be open. */
export type DialogName = "keys" | "search" | "account" | "settings" | "invite" | "level";

/** A note beside the composer's text box. */
export interface Notice {
  readonly kind: "refused" | "sent" | "turned";
  readonly text: string;
  /** Conversation that the notice's button opens; null without a button. */
  readonly conversation: ConversationKey | null;
}

/** Text that screen readers announce. */
export interface Announcement {
  /** Different each time, so that the same words are announced again. */
  readonly id: number;
  readonly lines: readonly string[];
}

/** Everything the page shows. Immutable: each change makes a new one. */
export interface State {
  readonly screen: JoinScreen | ChatScreen;
  readonly connection: ConnectionState;
  /** Whether the server is known to be out of reach: an interruption is told at once. */
  readonly isOffline: boolean;
  /** Null before the first welcome. */
  readonly self: User | null;
  /** Whether the server keeps nothing for this browser. */
  readonly isGuest: boolean;
  readonly log: LogPosition;
  /** By key, the lobby first. */
  readonly conversations: ReadonlyMap<ConversationKey, Conversation>;
  /** Every item that a conversation lists, by key. */
  readonly items: ReadonlyMap<ItemKey, Item>;
  readonly presence: Presence;
  /** Accounts that were deleted: nothing of them is shown. */
  readonly erased: ReadonlySet<string>;
  /** The conversation on screen. */
  readonly active: ConversationKey;
  /** Whether its first page is still awaited. */
  readonly isOpening: boolean;
  readonly viewport: Viewport;
  readonly dialog: DialogName | null;
  /** Query with which the search dialog opens. */
  readonly query: string;
  readonly isDrawerOpen: boolean;
  readonly notice: Notice | null;
  readonly announcement: Announcement;
  readonly settings: Settings;
  /** Start of the reader's day, epoch milliseconds. */
  readonly today: number;
  /** Longest message, in code points; the server tells it. */
  readonly messageLength: number;
  /** Feeds keys of items and conversations that the server has no name for. */
  readonly counter: number;
}

/** The state before anything happened. */
export function initialState(settings: Settings = DEFAULT_SETTINGS): State {
  return {
    screen: {
      name: "join",
      username: "",
      isTouched: false,
      stage: "asking",
      isResuming: false,
      error: "",
      isTaken: false,
      status: "",
    },
    connection: { state: "idle" },
    isOffline: false,
    self: null,
    isGuest: false,
    log: { epoch: null, era: 0, lastSeq: 0, isResuming: false, resumedFrom: 0, liveFrom: 0 },
    conversations: new Map([[LOBBY, newConversation(LOBBY)]]),
    items: new Map(),
    presence: NOBODY,
    erased: new Set(),
    active: LOBBY,
    isOpening: true,
    viewport: OPENING,
    dialog: null,
    query: "",
    isDrawerOpen: false,
    notice: null,
    announcement: { id: 0, lines: [] },
    settings,
    today: 0,
    messageLength: Infinity,
    counter: 0,
  };
}

/** The conversation on screen. */
export function activeConversation(state: State): Conversation {
  return state.conversations.get(state.active) ?? newConversation(LOBBY);
}

/** The state with one conversation changed; the same state if nothing changed. */
export function changeConversation(
  state: State,
  key: ConversationKey,
  update: (conversation: Conversation) => Conversation,
): State {
  const conversation = state.conversations.get(key);
  if (conversation === undefined) return state;
  const next = update(conversation);
  if (next === conversation) return state;
  return { ...state, conversations: new Map(state.conversations).set(key, next) };
}
