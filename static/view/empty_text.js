/** @import {Conversation} from "../model/conversation.js" */
import { countItems } from "../model/rows.js";

/**
 * What stands in a conversation without messages; nothing while some may be on their way.
 *
 * @param {Conversation} conversation
 * @param {boolean} isOpening
 */
export function emptyText(conversation, isOpening) {
  if (countItems(conversation) > 0 || conversation.loadError !== null) return "";
  if (isOpening || conversation.from > 0) return "";
  return conversation.peer === null
    ? "No messages yet. Say hello!"
    : "No messages yet. Only the two of you can read this conversation.";
}
