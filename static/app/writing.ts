import { findWithPerson } from "../model/conversation.ts";
import { objectionTo } from "../model/directs.ts";
import { findByName } from "../model/presence.ts";
import type { Person } from "../model/address.ts";
import type { Notice, State } from "../model/state.ts";
import type { Intent } from "../text/commands.ts";

/** A notice that says why a line was not sent. */
export function refusal(text: string): Notice {
  return { kind: "refused", text, conversation: null };
}

/** Whether a notice is about the line in the box, and not about a message sent elsewhere. */
export function isAnswerToLine(notice: Notice | null): boolean {
  return notice?.kind === "refused" && notice.conversation === null;
}

/** Why a line can't be sent or obeyed, as a sentence; null if it can. */
export function objectionToIntent(state: State, intent: Intent): string | null {
  if (intent.kind === "mistake") return intent.note;
  if (intent.kind !== "direct") return null;
  const known = findWithPerson(state.conversations, personNamed(state, intent.to)) ??
    findWithPerson(state.conversations, { username: intent.to, account: null });
  // The name may belong to somebody else now, and the person the writer means wouldn't get it.
  return known === undefined ? null : objectionTo(state, known.address);
}

/** The person who has a name, as far as the page knows. */
export function personNamed({ presence }: State, username: string): Person {
  return findByName(presence, username) ?? { username, account: null };
}
