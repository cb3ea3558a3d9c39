/**
 * The one ordered log of events, and who owns which name in it.
 *
 * Guarantees of every implementation: an event is in the log once {@linkcode Store.append} resolves
 * and not before; `seq` rises with every event; an author's `key` is stored at most once.
 */
export interface Store {
  /** Identity of the log: positions of another epoch mean nothing here. */
  readonly epoch: string;
  /** Position of the newest event; 0 when there is none. */
  readonly lastSeq: number;

  /**
   * Appends events in the given order, all in one commit.
   *
   * @returns One result for each event, in the same order.
   */
  append(events: readonly NewEvent[]): Promise<AppendResult[]>;

  /**
   * Gives a name to a session, or says that another one holds it. The same session asking again,
   * in whatever spelling counts as the same name, gets the same account.
   */
  claimName(claim: NameClaim): Promise<Account | "taken">;

  /** Notes when an account's last connection went: from then on its name's reservation runs. */
  touchAccount(account: string, at: number): Promise<void>;

  /** Ends the store; nothing may be asked of it afterwards. */
  close(): Promise<void>;
}

/** One thing that happened, before it has a place in the log. */
export interface NewEvent {
  readonly kind: "message";
  /** {@linkcode LOBBY}, or the recipient of a private message. */
  readonly to: Audience;
  /** The author's account. */
  readonly author: string;
  /** The author's username at the time. */
  readonly from: string;
  readonly text: string;
  /** The author's idempotency key. */
  readonly key?: string;
}

/** Whom an event is for: everyone, or the holder of one name. */
export type Audience =
  | { readonly kind: "lobby" }
  /** `account` where the server knows it already; otherwise whoever owns the name's key. */
  | {
    readonly kind: "private";
    readonly username: string;
    readonly nameKey: string;
    readonly account?: string;
  };

/** What became of one event. */
export type AppendResult =
  | {
    readonly outcome: "stored" | "duplicate";
    readonly seq: number;
    /** Epoch milliseconds at which it was first stored. */
    readonly at: number;
    readonly conversation: string;
    /** Private events: account and name of the recipient. */
    readonly recipient?: Account;
  }
  /** Nobody owns that name. */
  | { readonly outcome: "unknown_user" }
  /** The owner of that name has no connection, and this store keeps nothing for later. */
  | { readonly outcome: "user_away" }
  /** The author's key was stored before with other content. */
  | { readonly outcome: "id_reused" };

/** A name held by a session. */
export interface Account {
  readonly account: string;
  /** The name as first typed. */
  readonly username: string;
}

/** A session asking for a name. */
export interface NameClaim {
  readonly username: string;
  /** {@linkcode usernameKey} of the name. */
  readonly nameKey: string;
  /** Hash of the session's credential. Absent: a guest, who gets a new account and owns no name. */
  readonly sessionId: string | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  /** How long a name stays reserved after its owner's last connection, in milliseconds. */
  readonly nameTtlMs: number;
}
