import type { User } from "../../core/protocol.ts";
import type { ConnectionState } from "./connection.ts";
import { type Conversation, type ConversationKey, LOBBY, newConversation } from "./conversation.ts";
import type { Item, ItemKey } from "./item.ts";
import { NOBODY, type Presence } from "./presence.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import { OPENING, type Viewport } from "./viewport.ts";

/** Where this page stands in the log. */
export interface LogPosition {
  /** Identity of the log; null before the first welcome. */
  readonly epoch: string | null;
  /** How many logs came before it. */
  readonly era: number;
  /** Position up to which everything for us has come. */
  readonly lastSeq: number;
  /** Whether what was missed is still coming, up to `resumed`. */
  readonly isResuming: boolean;
  /** Position at which that began. */
  readonly resumedFrom: number;
  /** Everything after this position has come by itself. */
  readonly liveFrom: number;
}

/** The question for a name. */
export interface JoinScreen {
  readonly name: "join";
  /** What the field holds. */
  readonly username: string;
  /** Whether somebody has typed in it since it was shown. */
  readonly isTouched: boolean;
  /** Whether a name is being tried; the button then cancels that. */
  readonly stage: "asking" | "joining";
  /** Whether the page may go in by itself: the form appears only if that takes a while. */
  readonly isResuming: boolean;
  /** What is wrong with the name, for people; empty if nothing. */
  readonly error: string;
  /** Whether the name's owner may come in with a passphrase. */
  readonly isTaken: boolean;
  /** What is happening, for people. */
  readonly status: string;
}

/** The conversations. */
export interface ChatScreen {
  readonly name: "chat";
}

/** Dialogs; one at a time. */
export type DialogName = "keys" | "search" | "account" | "settings" | "invite" | "level";

/** Said beside the box where one writes. */
export interface Notice {
  readonly kind: "refused" | "sent" | "turned";
  readonly text: string;
  /** The conversation that its button goes to, if it has one. */
  readonly conversation: ConversationKey | null;
}

/** What a screen reader is told. */
export interface Announcement {
  /** Another one for each: the same words twice are told twice. */
  readonly id: number;
  readonly lines: readonly string[];
}

/** Everything the page shows, changed only by making a new one. */
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
  /** What the search dialog begins with. */
  readonly query: string;
  readonly isDrawerOpen: boolean;
  readonly notice: Notice | null;
  readonly announcement: Announcement;
  readonly settings: Settings;
  /** Start of the reader's day, epoch milliseconds; it changes at midnight. */
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
