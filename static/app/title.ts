import { isPrivate } from "../model/conversation.ts";
import type { State } from "../model/state.ts";
import { strings } from "../text/strings.ts";

/** The document's title: a number for what is private or mentions us, a dot for other messages. */
export function titleFor({ conversations }: Pick<State, "conversations">): string {
  let urgent = 0;
  let unread = 0;
  for (const conversation of conversations.values()) {
    unread += conversation.unread;
    urgent += isPrivate(conversation) ? conversation.unread : conversation.mentions;
  }
  if (urgent > 0) return strings.title.urgent(urgent);
  return unread > 0 ? strings.title.unread : strings.product;
}
