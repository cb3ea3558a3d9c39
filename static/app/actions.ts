import type { Clock } from "../../core/clock.ts";
import type { MessageFrame, User } from "../../core/protocol.ts";
import type { ConversationKey } from "../model/conversation.ts";
import type { NotificationLevel, Settings } from "../model/settings.ts";
import type { DialogName, State } from "../model/state.ts";
import type { Viewport } from "../model/viewport.ts";

/** Everything a person can ask for. Only actions change anything outside a component. */
export type Action =
  // ─── Coming and going ───
  /** The name field was typed in, which clears the error of the previous name. */
  | { readonly type: "name"; readonly username: string }
  | { readonly type: "join"; readonly username: string }
  | { readonly type: "cancel_join" }
  | { readonly type: "leave" }
  | { readonly type: "reconnect" }
  // ─── Conversations ───
  | {
    readonly type: "open";
    readonly conversation: ConversationKey;
    /** A message to go to; by default the first unread one, or the end. */
    readonly seq?: number;
  }
  | {
    readonly type: "open_person";
    readonly person: Pick<User, "username"> & { readonly account: string | null };
  }
  /** To the next or previous conversation of the list. */
  | { readonly type: "switch"; readonly step: 1 | -1 }
  /** To a message of the log, wherever its conversation is. */
  | { readonly type: "go_to"; readonly message: MessageFrame }
  // ─── Writing ───
  | { readonly type: "draft"; readonly conversation: ConversationKey; readonly text: string }
  /** Sends the text or runs the command in it; a mistake becomes the notice. */
  | { readonly type: "submit"; readonly conversation: ConversationKey; readonly text: string }
  | { readonly type: "retry"; readonly id: string }
  | { readonly type: "discard"; readonly id: string }
  | { readonly type: "dismiss_notice" }
  // ─── Reading ───
  /** Scrolling or a key changed which rows are shown. */
  | { readonly type: "view"; readonly viewport: Viewport }
  | { readonly type: "load"; readonly side: "older" | "newer" }
  | { readonly type: "newest" }
  | { readonly type: "first_unread" }
  /** Everything in the conversation on screen counts as read, and loses its mark. */
  | { readonly type: "mark_read" }
  // ─── The page itself ───
  | { readonly type: "dialog"; readonly dialog: DialogName | null }
  | { readonly type: "drawer"; readonly isOpen: boolean }
  | { readonly type: "settings"; readonly change: Partial<Settings> }
  | {
    readonly type: "level";
    readonly conversation: ConversationKey;
    readonly level: NotificationLevel;
  };

/**
 * What `main.tsx` passes to the components. A component that shows the state reads it again whenever
 * its listener is called.
 */
export interface App {
  readonly state: State;
  /** Calls `listener` for each new state to show. Returns a function that stops this. */
  subscribe(listener: () => void): () => void;
  readonly dispatch: Dispatch;
  readonly ask: Ask;
  readonly clock: Clock;
}

/** Asks for something. */
export type Dispatch = (action: Action) => void;

/** Facts that the account dialog shows. */
export interface AccountFacts {
  readonly username: string;
  /** Whether this browser keeps no cookie, so that the name ends with the connection. */
  readonly isGuest: boolean;
  readonly hasPassphrase: boolean;
  /** Names of the other accounts that this browser is signed in to. */
  readonly others: readonly string[];
}

/** A message that matches a search. */
export interface SearchResult {
  readonly message: MessageFrame;
  /** The part of its text around the matches. */
  readonly snippet: readonly { readonly text: string; readonly match?: true }[];
}

/** A page of search results, newest first. */
export interface SearchAnswer {
  readonly results: readonly SearchResult[];
  /** Cursor of the next page; null on the last one. */
  readonly next: number | null;
}

/** Questions that are answered once, to the component that asks; rejected with the reason. */
export interface Ask {
  /** Signs in as the owner of a taken name, and joins. */
  signIn(username: string, passphrase: string): Promise<void>;
  /** Searches the messages this account may see. */
  search(query: string, before?: number): Promise<SearchAnswer>;
  account(): Promise<AccountFacts>;
  setPassphrase(passphrase: string | null, current?: string): Promise<void>;
  signOut(everywhere: boolean): Promise<void>;
  deleteAccount(confirm: string, current?: string): Promise<void>;
  /** The browser's question whether notifications may be shown. */
  allowNotifications(): Promise<NotificationAnswer>;
  /** Plays the sound of a new message once. */
  playSound(): void;
}

/** The browser's answer; `default`: its question was closed without one. */
export type NotificationAnswer = "granted" | "denied" | "default" | "unsupported";
