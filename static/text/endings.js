/** @import {ErrorFrame} from "../../core/protocol.ts" */

/** Refusals that another name cures. */
const NAME_CODES = new Set(["invalid_username", "username_reserved", "username_taken"]);

/** Close codes that say the same. */
const NAME_ENDINGS = new Set([4501, 4502]);
/** Signed out, here or everywhere, or the account was deleted. */
export const SIGNED_OUT = 4504;

/** Endings that are told by their close code alone. @type {Readonly<Record<number, string>>} */
const SENTENCES = {
  1000: "You are disconnected.",
  1003: "The server couldn’t understand this page. Reload the page.",
  1009: "The last message was too large for the server.",
  4500: "The server couldn’t understand this page. Reload the page.",
  4501: "That name can’t be used.",
  4502: "Someone else uses this name now.",
  4504: "You have been signed out.",
  4505: "The server couldn’t understand this page. Reload the page.",
  4506:
    "The server doesn’t trust the proxy in front of it. Its operator can see how to fix this in the log.",
  4503: "Too many connections are open. Close another tab, then reconnect.",
};

/**
 * Whether a refusal is about the name and belongs beside its field.
 *
 * @param {ErrorFrame | null} refusal
 */
export function isAboutName(refusal) {
  return refusal !== null && NAME_CODES.has(refusal.code);
}

/**
 * What to tell and to offer when connecting again by itself can't help.
 *
 * @param {number} code Close code.
 * @param {ErrorFrame | null} refusal The server's last word, if it gave one.
 * @returns {{text: string, action: "rejoin" | "reconnect", label: string}}
 */
export function describeEnding(code, refusal) {
  const text = SENTENCES[code] ?? refusal?.message ?? "The server ended the connection.";
  if (isAboutName(refusal) || NAME_ENDINGS.has(code)) {
    return { text, action: "rejoin", label: "Choose another name" };
  }
  if (code === SIGNED_OUT) return { text, action: "rejoin", label: "Join again" };
  return { text, action: "reconnect", label: "Reconnect" };
}
