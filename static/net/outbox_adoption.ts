import type { Identity, OutboxRow } from "./outbox_store.ts";

/** Why a row waits for a person's decision, for people. */
export interface OutboxWords {
  /** The server was reset: the message may be lost, or may have arrived. */
  readonly reset: string;
  /** The same of a private message: this name may be someone else's by now. */
  readonly samePerson: (username: string) => string;
  readonly otherAccount: string;
}

/**
 * What a welcome changes about a row that this page showed before it; null for nothing. A log that
 * started anew knows no accounts, and a name in it may be anyone's. So a private message waits for
 * a person's decision, and so does any message that may have arrived already.
 *
 * @param identity As whom the page was just welcomed.
 * @param wasTried Whether the message may have reached a server.
 */
export function adopt(
  row: OutboxRow,
  identity: Identity,
  wasTried: boolean,
  words: OutboxWords,
): Partial<OutboxRow> | null {
  const { state, writer, to } = row;
  if (state === "failed") return null;
  if (writer === null) return { writer: identity };
  if (writer.epoch === identity.epoch) {
    const isSame = writer.account === identity.account;
    return isSame ? null : { state: "failed", reason: words.otherAccount };
  }
  if (to.kind === "direct") return hold(row, identity, words.samePerson(to.username));
  return wasTried ? hold(row, identity, words.reset) : { writer: identity };
}

/** What changes about a row of a log that is gone: it waits for a person's decision. */
export function hold({ to }: OutboxRow, identity: Identity, reason: string): Partial<OutboxRow> {
  // The account belongs to the log that is gone; a person who retries has checked the name.
  const unbound = to.kind === "direct" ? { ...to, account: null } : to;
  return { to: unbound, writer: identity, state: "failed", reason };
}
