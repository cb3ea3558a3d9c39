import { setNotice } from "../model/changes.ts";
import { findUnsent } from "../model/conversation.ts";
import { sentKey } from "../model/item.ts";
import { type Outgoing, showOutgoing } from "../model/outgoing.ts";
import type { Notice, State } from "../model/state.ts";
import { strings } from "../text/strings.ts";

/** Says why something was refused; that the conversation changed must be seen first. */
export function refuse(state: State, text: string, conversation: Notice["conversation"]): State {
  if (state.notice?.kind === "turned") return state;
  return setNotice(state, { kind: "refused", text, conversation });
}

/** Shows a row of the outbox. A message that fails out of sight is told of beside the box. */
export function showRow(state: State, row: Outgoing): State {
  const before = state.items.get(sentKey(row.id));
  const wasPending = before?.kind === "message" && before.delivery.state === "pending";
  const next = showOutgoing(state, row);
  const owner = findUnsent(next.conversations, row.id)?.key ?? next.active;
  if (row.state !== "failed" || !wasPending || owner === next.active) return next;
  return refuse(next, strings.message.failed(row.reason), owner);
}
