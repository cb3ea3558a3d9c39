/** @import {ErrorFrame} from "../../core/protocol.ts" */

/** Refusals that another name cures. */
const NAME_CODES = new Set(["invalid_username", "username_reserved", "username_taken"]);

/** Endings after which one joins anew. */
const REJOIN_CODES = new Set([4501, 4502, 4504]);

/** Endings that are told by their close code alone. @type {Readonly<Record<number, string>>} */
const SENTENCES = {
  1000: "You are disconnected.",
  1003: "The server didn’t understand this page. Reload it.",
  1009: "The last message was too large for the server.",
  4500: "The server didn’t understand this page. Reload it.",
  4501: "That name can’t be used.",
  4502: "Someone else uses this name now.",
  4504: "You have been signed out.",
  4505: "The server didn’t understand this page. Reload it.",
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
 * @returns {{text: string, action: "rename" | "reconnect"}}
 */
export function describeEnding(code, refusal) {
  const action = isAboutName(refusal) || REJOIN_CODES.has(code) ? "rename" : "reconnect";
  const text = SENTENCES[code] ?? refusal?.message ?? "The server ended the connection.";
  return { text, action };
}
