/** @import {Conversation} from "../model/conversation.js" */

const NAME = "Parley";

/**
 * The document's title: a number for what is private or speaks to the reader, a dot for the rest.
 *
 * @param {Iterable<Conversation>} conversations
 */
export function titleFor(conversations) {
  let urgent = 0;
  let unread = 0;
  for (const conversation of conversations) {
    unread += conversation.unread;
    urgent += conversation.peer === null ? conversation.mentions : conversation.unread;
  }
  if (urgent > 0) return `(${urgent}) ${NAME}`;
  return unread > 0 ? `• ${NAME}` : NAME;
}
