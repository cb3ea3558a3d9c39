/** @import {Identity, OutboxRow} from "./outbox.js" */
import { nameKey } from "../lib/name_key.js";

/** Why a row waits for a person to look whose log was restored since. */
export const OTHER_LOG =
  "The server was reset, so this message may be lost. Check before you send it again.";

/**
 * Decides about a row that this page showed before this welcome. A log that started anew knows
 * no accounts: a name in it may be anyone's, so a private message waits for a person to look,
 * and so does one that may have arrived already.
 *
 * @param {OutboxRow} row
 * @param {Identity} identity Whom the server takes this page for now.
 * @param {boolean} wasTried Whether it may have reached a server.
 * @returns {Partial<OutboxRow> | null} What changes about it, if anything.
 */
export function adopt(row, identity, wasTried) {
  if (row.state === "failed") return null;
  if (row.writer === null) return { writer: identity };
  if (row.writer.epoch === identity.epoch) {
    return row.writer.account === identity.account ? null : OTHER_ACCOUNT;
  }
  if (row.peer !== null) return hold(row, identity, sureOf(row.peer));
  return wasTried ? hold(row, identity, OTHER_LOG) : { writer: identity };
}

/**
 * Has a row of a log that is gone wait for a person to look.
 *
 * @param {OutboxRow} row
 * @param {Identity} identity
 * @param {string} reason
 * @returns {Partial<OutboxRow>}
 */
export function hold({ peer }, identity, reason) {
  // The account is of the log that is gone; whoever retries has looked at the name.
  const unbound = peer === null ? null : { ...peer, account: null };
  return { peer: unbound, writer: identity, state: "failed", reason };
}

/**
 * Whether a row was written under this name, or under none so far.
 *
 * @param {OutboxRow} row
 * @param {string} username
 */
export function isFromName(row, username) {
  return row.writer === null || nameKey(row.writer.username) === nameKey(username);
}

/** @type {Partial<OutboxRow>} */
const OTHER_ACCOUNT = { state: "failed", reason: "You wrote this message under another account." };

/** @param {{username: string}} peer */
function sureOf(peer) {
  return `The server was reset. Check that this is still the same ${peer.username}.`;
}
