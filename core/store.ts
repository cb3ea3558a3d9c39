import type { SearchQuery } from "./search_query.ts";

/**
 * The one ordered log of events, and who owns which name in it.
 *
 * Guarantees of every implementation: an event is in the log once {@linkcode Store.append} resolves
 * and not before, and everyone reads it from then on; `seq` rises with every event and is never
 * used twice; an author's `key` is stored at most once, for ever, whatever retention removes, unless
 * nothing is kept: then keys are remembered only while the log is open, the newest 100,000; and
 * no read, list or search shows an account what is private to others.
 */
export interface Store {
  /** Identity of the log: positions of another epoch mean nothing here. */
  readonly epoch: string;
  /** Position of the newest event; 0 when there is none. */
  readonly lastSeq: number;
  /**
   * Newest position that retention has removed, or that was never kept; 0 when there is none. What
   * an account may see after it is all there, but for what people have deleted.
   */
  readonly prunedUpTo: number;

  /**
   * Calls `listener` whenever answers were lost: changes may have been made that nobody was told of.
   * The positions above have been read anew by then.
   */
  onInterrupted(listener: () => void): void;

  // ─── Events ────────────────────────────────────────────────────────────────────────────────────

  /**
   * Appends events in the given order, all in one commit.
   *
   * @returns One result for each event, in the same order.
   * @throws {StoreUnavailableError} When nothing can be stored now. Nothing of it has been, unless
   * {@linkcode Store.lastSeq} has moved on: then the answer was lost.
   */
  append(events: readonly NewEvent[]): Promise<AppendResult[]>;

  /**
   * Forgets an author's key where nothing else of the event is kept: nobody has it, so sending it
   * again is no repeat.
   */
  forgetKey(author: string, key: string): Promise<void>;

  /** Reads a range of what an account may see, oldest first. */
  read(query: ReadQuery): Promise<StoredEvent[]>;

  /** Counts the events after a position that an account may see, up to `limit`. */
  countAfter(account: string, after: number, limit: number): Promise<number>;

  /**
   * Finds messages that an account may see, newest first, for as long as a search may take.
   *
   * @throws {ChatError} `search_busy` when too many others wait for their turn.
   */
  search(query: StoreSearch): Promise<SearchPage>;

  /**
   * A page of the private conversations of an account, the one with the newest event first. It ends
   * with the one whose event takes the texts past `MAX_PAGE_LENGTH`.
   */
  conversations(account: string, page?: ConversationPage): Promise<Conversation[]>;

  // ─── Delivery and reading ──────────────────────────────────────────────────────────────────────

  /**
   * Private messages that have not reached any connection of their recipient, oldest first.
   *
   * @param upTo Newest position of interest, inclusive.
   * @param after Only what comes after this position: the next page.
   */
  waitingFor(account: string, upTo: number, limit: number, after?: number): Promise<StoredEvent[]>;

  /**
   * Notes that what waited for an account has reached it.
   *
   * @param upTo Newest position that has, inclusive.
   * @returns Each message's position and author, who should be told.
   */
  markDelivered(account: string, upTo: number): Promise<Delivered[]>;

  /** Notes that a message which was to be delivered at once met nobody, and waits after all. */
  markWaiting(seq: number): Promise<void>;

  /** Positions of an author's messages that had waited and arrived; each is told only once. */
  takeDelivered(author: string): Promise<number[]>;

  /** Moves an account's read position on; a lower one than before changes nothing. */
  markRead(account: string, conversation: string, seq: number): Promise<ReadPosition>;

  /** Read position and unread count of the lobby for an account. */
  lobbyReadBy(account: string): Promise<ReadPosition>;

  // ─── Names ─────────────────────────────────────────────────────────────────────────────────────

  /**
   * Gives a name to a session, or says that another one holds it. The same session asking again,
   * in whatever spelling counts as the same name, gets the same account. A name is another
   * session's to claim once `nameTtlMs` of log time have passed since its owner was last seen; that
   * makes a new account, which has nothing of the former one. A name kept by a passphrase never is.
   */
  claimName(claim: NameClaim): Promise<Account | "taken">;

  /** Notes that accounts have been seen: the reservations of their names run from now. */
  touchAccounts(accounts: readonly string[]): Promise<void>;

  /** Accounts that a session may act for. */
  accountsOf(sessionId: string): Promise<OwnedAccount[]>;

  /** The owner of a name, for letting it in with its passphrase. */
  ownerOf(nameKey: string): Promise<OwnedAccount | undefined>;

  /**
   * Sets or, with `undefined`, removes the passphrase hash of an account.
   *
   * @returns Whether it did; not if the account's `grounds` hold no more.
   */
  setPassphrase(account: string, hash: string | undefined, grounds?: Grounds): Promise<boolean>;

  /**
   * Lets one more session act for an account that owns its name.
   *
   * @returns Whether it may; not if the account's `grounds` hold no more.
   */
  grantSession(account: string, sessionId: string, grounds?: Grounds): Promise<boolean>;

  /** Ends a session: it may act for no account any more. Returns the accounts it could act for. */
  revokeSession(sessionId: string): Promise<string[]>;

  /** Ends every session of an account, but not the one to `keep`. Returns those it ended. */
  revokeSessionsOf(account: string, keep?: string): Promise<string[]>;

  /**
   * Ends an account, its sessions and passphrase, and frees its name. From then on nothing of it is
   * stored, and nobody reads or finds what it wrote. What others wrote to it stays theirs.
   *
   * @returns `undefined` if there is no such account, it has been closed before, or its `grounds`
   * hold no more.
   */
  closeAccount(account: string, grounds?: Grounds): Promise<Erasure | undefined>;

  /** Erases what closed accounts have left: messages, keys and read positions. */
  eraseClosed(): Promise<void>;

  /** Accounts closed at a position or after it, oldest first. */
  erasuresSince(seq: number): Promise<Erasure[]>;

  // ─── Keeping ───────────────────────────────────────────────────────────────────────────────────

  /**
   * Removes what retention no longer covers, at most `limit` events of it. Age is measured in log
   * time by marks an hour apart or a tenth of the age: never less is kept than was asked for, and
   * up to so much more.
   *
   * @returns How many events were removed; fewer than `limit` when nothing is left to remove.
   */
  prune(limit: number): Promise<number>;

  /**
   * Removes what nothing refers to any more: ids of messages that are gone, once `nameTtlMs` of log
   * time have passed since they were sent, and accounts that have left nothing, with their names and
   * sessions, an hour after their reservations have ended. Looks at `limit` of them at most.
   *
   * @returns Whether there is more to do at once.
   */
  expire(nameTtlMs: number, limit: number): Promise<boolean>;

  /**
   * Writes something small that changes nothing.
   *
   * @throws {StoreUnavailableError} When the log takes no writes now.
   */
  probe(): Promise<void>;

  /** Ends the store once everything asked of it is done; nothing may be asked afterwards. */
  close(): Promise<void>;
}

/** The log takes no writes now: the disk is full or read-only, or another process holds it. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** Why a log could not be opened. */
export type OpenProblem = "locked" | "corrupt" | "newer" | "unavailable" | "exists" | "missing";

/** The log can't be opened; the message says what to do. The file has been left as it is. */
export class StoreOpenError extends Error {
  override readonly name = "StoreOpenError";
  readonly problem: OpenProblem;

  constructor(problem: OpenProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** How long events are kept: for ever, for a time, up to a number of them, or not at all. */
export type Retention =
  | { readonly kind: "forever" | "none" }
  | { readonly kind: "age"; readonly maxAgeMs: number }
  | { readonly kind: "count"; readonly maxEvents: number };

/** One thing that happened, before it has a place in the log. */
export interface NewEvent {
  readonly kind: EventKind;
  /** The lobby, or the recipient of a private message. */
  readonly to: Audience;
  /** The author's account. */
  readonly author: string;
  /** The author's username at the time. */
  readonly from: string;
  readonly text: string;
  /** The author's idempotency key. */
  readonly key?: string;
  /** Who may begin a private conversation with it. @default {"anybody"} */
  readonly beginner?: Beginner;
}

/** Who may begin a private conversation: a limit on it holds for some or for all. */
export type Beginner = "anybody" | "with_passphrase" | "nobody";

/** What happened; rooms, edits, deletions and reactions will add to it. */
export type EventKind = "message";

/** Whom an event is for: everyone, or the holder of one name. */
export type Audience =
  | { readonly kind: "lobby" }
  /** `account` when the recipient has a connection; otherwise whoever owns the name is away. */
  | {
    readonly kind: "private";
    readonly username: string;
    readonly nameKey: string;
    readonly account?: string;
    /** The account the author means: if the name is another's, nothing is stored. */
    readonly expectedAccount?: string;
  };

/** What became of one event. */
export type AppendResult =
  | {
    readonly outcome: "stored" | "duplicate";
    readonly seq: number;
    /** Epoch milliseconds at which it was first stored. */
    readonly at: number;
    /** Id of the conversation: the lobby's, or that of two accounts. */
    readonly conversation: string;
    /** Private events: account and name of the recipient. */
    readonly recipient?: Account;
    /** Private events: whether it waits for a recipient who is away. */
    readonly isWaiting?: boolean;
    /** Private events with a `beginner`: it is the first of its conversation. */
    readonly isFirst?: boolean;
  }
  /** Nobody owns that name. */
  | { readonly outcome: "unknown_user" }
  /** Somebody else than the account that was meant owns that name by now. */
  | { readonly outcome: "name_moved" }
  /** The owner of that name has no connection, and this store keeps nothing for later. */
  | { readonly outcome: "user_away" }
  /** It would be the first of a conversation, which its author may not begin now. */
  | { readonly outcome: "too_many_conversations" }
  /** The author's key was stored before with another text or for someone else. */
  | { readonly outcome: "id_reused" }
  /** The author's account has been closed. */
  | { readonly outcome: "account_closed" };

/** An event in the log. */
export interface StoredEvent {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: EventKind;
  readonly conversation: string;
  /** The author's account. */
  readonly author: string;
  /** The author's username at the time. */
  readonly from: string;
  readonly text: string;
  readonly key?: string;
  /** Private events: account and name of the recipient at the time. */
  readonly recipient?: Account;
  /** Private events: it has not reached any connection of its recipient yet. */
  readonly isWaiting?: boolean;
}

/** A range of the log as one account may see it. */
export interface ReadQuery {
  /** Who reads; absent: someone who may see the lobby only. */
  readonly account?: string | undefined;
  /** One conversation; absent: all that the account may see. Of others' it gets nothing. */
  readonly conversation?: string | undefined;
  /** Only what comes after this position. */
  readonly after?: number | undefined;
  /** Only what comes before this position. */
  readonly before?: number | undefined;
  readonly limit: number;
  /**
   * Most characters in the texts: reading ends with the event that goes past it, so that the
   * reader knows that there are more.
   *
   * @default {Infinity}
   */
  readonly maxLength?: number | undefined;
  /** Which end of the range is read when it holds more than `limit` or `maxLength`. */
  readonly from: "oldest" | "newest";
}

/** What to look for, and who asks. */
export interface StoreSearch {
  readonly account?: string | undefined;
  readonly query: SearchQuery;
  /** Only what comes before this position: the next page. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** What a search found. */
export interface SearchPage {
  readonly hits: readonly SearchHit[];
  /**
   * Its time was up here: what comes before this position has not been looked at. Absent when there
   * are as many hits as were wanted, or nothing is left to look at.
   */
  readonly stoppedAt?: number;
}

/** One message found. */
export interface SearchHit {
  readonly event: StoredEvent;
  /** Part of the text around what was found, in order; `isMatch` marks what was. */
  readonly snippet: readonly SnippetPart[];
}

/** A piece of a snippet. */
export interface SnippetPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** A private conversation as one of its two people sees it. */
export interface Conversation {
  readonly id: string;
  /** The other one, by the name it has or last had; oneself in a conversation with oneself. */
  readonly peer: Account;
  readonly newest: StoredEvent;
  /** Newest position the account has read. */
  readonly readSeq: number;
  /** Events of others after that position. */
  readonly unread: number;
}

/** How many conversations a page lists when nobody says how many. */
export const CONVERSATIONS_LISTED = 200;

/** Which of an account's conversations are wanted. */
export interface ConversationPage {
  /** Only those whose newest event comes before this position. */
  readonly before?: number | undefined;
  /** @default {CONVERSATIONS_LISTED} */
  readonly limit?: number | undefined;
}

/** How far an account has read a conversation. */
export interface ReadPosition {
  readonly conversation: string;
  readonly seq: number;
  /** Events of others after that position; at most 1,000 are counted. */
  readonly unread: number;
}

/** A message that reached its recipient. */
export interface Delivered {
  readonly seq: number;
  /** The author's account. */
  readonly author: string;
}

/** The end of an account: everything it wrote is gone. */
export interface Erasure {
  readonly account: string;
  /** Newest position when it ended: what it wrote was up to there. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A name held by a session. */
export interface Account {
  readonly account: string;
  /** The name as first typed. */
  readonly username: string;
}

/** An account as its owner may know it. */
export interface OwnedAccount extends Account {
  /** Hash of its passphrase, if it has one. */
  readonly passphrase?: string;
}

/**
 * What must still be true of an account for a change to be made, in the same commit: while a
 * passphrase was checked, somebody else may have ended the session or set another one.
 */
export interface Grounds {
  /** A session that may act for it. */
  readonly sessionId?: string | undefined;
  /** Hash of its passphrase; `null` if it has none. */
  readonly passphrase?: string | null;
}

/** A session asking for a name. */
export interface NameClaim {
  readonly username: string;
  /** `usernameKey` of the name. */
  readonly nameKey: string;
  /** Hash of the session's credential. Absent: a guest, who gets a new account and owns no name. */
  readonly sessionId: string | undefined;
  /** How long a name stays reserved after its owner was last seen, in milliseconds of log time. */
  readonly nameTtlMs: number;
  /** Whether its owner is connected, so that the reservation can't have ended. @default {false} */
  readonly isHeld?: boolean;
}
