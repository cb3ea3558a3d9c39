import type { Person } from "../model/address.ts";
import { setNotice } from "../model/changes.ts";
import { findUnsent, findWithPerson } from "../model/conversation.ts";
import { objectionTo } from "../model/directs.ts";
import { sentKey } from "../model/item.ts";
import { type Outgoing, showOutgoing } from "../model/outgoing.ts";
import { findByName } from "../model/presence.ts";
import type { Notice, State } from "../model/state.ts";
import type { Intent } from "../text/commands.ts";
import { strings } from "../text/strings.ts";

/** A notice that says why something was not sent. */
export function refusal(text: string, conversation: Notice["conversation"] = null): Notice {
  return { kind: "refused", text, conversation };
}

/** Shows why something was refused, unless a change of the conversation must be seen first. */
export function refuse(state: State, text: string, conversation: Notice["conversation"]): State {
  if (state.notice?.kind === "turned") return state;
  return setNotice(state, refusal(text, conversation));
}

/** Shows a row of the outbox. A message that fails in another conversation causes a notice. */
export function showRow(state: State, row: Outgoing): State {
  const before = state.items.get(sentKey(row.id));
  const wasPending = before?.kind === "message" && before.delivery.state === "pending";
  const next = showOutgoing(state, row);
  const owner = findUnsent(next.conversations, row.id)?.key ?? next.active;
  if (row.state !== "failed" || !wasPending || owner === next.active) return next;
  return refuse(next, strings.message.failed(row.reason), owner);
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

/** The person with this name, and their account if they are online. */
export function personNamed({ presence }: State, username: string): Person {
  return findByName(presence, username) ?? { username, account: null };
}
