import { findWithPerson } from "../model/conversation.ts";
import { objectionTo } from "../model/directs.ts";
import { findByName } from "../model/presence.ts";
import type { Person } from "../model/address.ts";
import type { Notice, State } from "../model/state.ts";
import type { Intent } from "../text/commands.ts";

/** Says beside the box why nothing was made of a line. */
export function refusal(text: string): Notice {
  return { kind: "refused", text, conversation: null };
}

/** Whether a notice is about the line in the box, and not about a message sent elsewhere. */
export function isAnswerToLine(notice: Notice | null): boolean {
  return notice?.kind === "refused" && notice.conversation === null;
}

/** Why nothing is made of a line, for people; null if it can be done. */
export function objectionToIntent(state: State, intent: Intent): string | null {
  if (intent.kind === "mistake") return intent.note;
  if (intent.kind !== "direct") return null;
  const known = findWithPerson(state.conversations, personNamed(state, intent.to)) ??
    findWithPerson(state.conversations, { username: intent.to, account: null });
  // The name is somebody else's now: whom the writer knows under it would not get the message.
  return known === undefined ? null : objectionTo(state, known.address);
}

/** The person who has a name, as far as the page knows. */
export function personNamed({ presence }: State, username: string): Person {
  return findByName(presence, username) ?? { username, account: null };
}
