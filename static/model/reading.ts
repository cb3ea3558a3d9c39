import type { ReadFrame } from "../../core/protocol.ts";
import {
  type Conversation,
  type ConversationKey,
  findByServerId,
  serverIdOf,
} from "./conversation.ts";
import { storedIn } from "./item.ts";
import type { NextState } from "./next_state.ts";
import { activeConversation, changeConversation, type State } from "./state.ts";

/** Marks a conversation as read. The divider stays until the reader goes elsewhere. */
export function markRead(state: State, key: ConversationKey): State {
  return changeConversation(state, key, (before) => {
    return before.unread === 0 ? before : { ...before, unread: 0, mentions: 0 };
  });
}

/** Removes the mark of the first unread message. */
export function clearDivider(state: State, key: ConversationKey): State {
  return changeConversation(state, key, withoutDivider);
}

/** The conversation without the mark of its first unread message. */
export function withoutDivider(conversation: Conversation): Conversation {
  const { divider, unreadAfter } = conversation;
  if (divider === null && unreadAfter === null) return conversation;
  return { ...conversation, divider: null, unreadAfter: null };
}

/** Takes over the read position of another connection of this account. */
export function receiveRead(next: NextState, frame: ReadFrame): void {
  const meant = findByServerId(next.now.conversations, frame.conversation);
  if (meant === undefined || frame.unread >= meant.unread) return;
  next.putConversation({
    ...meant,
    unread: frame.unread,
    mentions: Math.min(meant.mentions, frame.unread),
  });
}

/**
 * How far the conversation on screen has been read, once all of it has; null while nothing of it is
 * in this log, or the server has no name for it.
 */
export function readPosition(
  state: State,
): { readonly conversation: string; readonly seq: number } | null {
  const active = activeConversation(state);
  const conversation = serverIdOf(active);
  if (conversation === null || active.unread > 0 || active.to !== Infinity) return null;
  const last = storedIn(state.items, active.items).at(-1);
  if (last === undefined || last.delivery.era !== state.log.era) return null;
  return { conversation, seq: last.delivery.seq };
}
