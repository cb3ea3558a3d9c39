import type { ErrorFrame } from "../../core/protocol.ts";
import type { Strings } from "./en.ts";
import { strings } from "./strings.ts";

/** Refusals that another name cures. */
const NAME_CODES = new Set(["invalid_username", "username_reserved", "username_taken"]);
/** Close codes that say the same. */
const NAME_ENDINGS = new Set([4501, 4502]);
/** Close code: signed out, here or everywhere, or the account was deleted. */
const SIGNED_OUT = 4504;

/** Endings that are told by their close code alone. */
const SENTENCES: Readonly<Record<number, keyof Strings["endings"]>> = {
  1000: "closed",
  1003: "misunderstood",
  1009: "tooLarge",
  4500: "misunderstood",
  4501: "invalidName",
  4502: "nameTaken",
  4503: "tooManyConnections",
  4504: "signedOut",
  4505: "misunderstood",
  4506: "untrustedProxy",
};

/** Text about an ending, and a button that helps. */
export interface EndingText {
  readonly text: string;
  readonly action: "rejoin" | "reconnect";
  readonly label: string;
}

/** Whether a refusal is about the name and belongs beside its field. */
export function isAboutName(refusal: ErrorFrame | null): boolean {
  return refusal !== null && NAME_CODES.has(refusal.code);
}

/**
 * Text and button for an ending after which the page doesn't reconnect by itself.
 *
 * @param code Close code.
 * @param refusal The server's last word, if it gave one.
 */
export function describeEnding(code: number, refusal: ErrorFrame | null): EndingText {
  const { connection, endings } = strings;
  const sentence = SENTENCES[code];
  const text = sentence === undefined ? refusal?.message ?? endings.unknown : endings[sentence];
  if (isAboutName(refusal) || NAME_ENDINGS.has(code)) {
    return { text, action: "rejoin", label: connection.chooseName };
  }
  if (code === SIGNED_OUT) return { text, action: "rejoin", label: connection.joinAgain };
  return { text, action: "reconnect", label: connection.reconnect };
}
