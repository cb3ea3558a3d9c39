/** @import {ServerFrame} from "../../core/protocol.ts" */
/** @import {RoomState} from "./room.js" */
import { LOBBY } from "./conversation.js";
import { addPresence } from "./entries.js";
import { reducePresence } from "./presence_state.js";
import { activeConversation, change } from "./room.js";
import { reduceErased } from "./room_erasing.js";
import { reduceResumed, reduceWelcome } from "./room_joining.js";
import { reduceAck, reduceDelivered, reduceMessage } from "./room_messages.js";
import { reduceRead } from "./room_reading.js";

/**
 * The state after one more frame from the server; frames it doesn't know change nothing.
 *
 * @param {RoomState} state
 * @param {ServerFrame} frame
 * @returns {RoomState}
 */
export function reduceRoom(state, frame) {
  const next = { ...state, presence: reducePresence(state.presence, frame) };
  switch (frame.type) {
    case "welcome":
      return reduceWelcome(next, frame);
    case "message":
      return reduceMessage(next, frame);
    case "ack":
      return reduceAck(next, frame);
    case "joined":
      return state.presence.users.has(frame.account)
        ? next
        : addPeople(next, "joined", [frame.username], frame.at);
    case "left":
      return addPeople(next, "left", [frame.username], frame.at);
    case "presence":
      return addPeople(
        addPeople(next, "left", frame.left.map((user) => user.username), frame.at),
        "joined",
        frame.joined.map((user) => user.username),
        frame.at,
      );
    case "resumed":
      return reduceResumed(next, frame);
    case "delivered":
      return reduceDelivered(next, frame.seq);
    case "read":
      return reduceRead(next, frame);
    case "erased":
      return reduceErased(next, frame);
    case "error":
    case "ping":
      return state;
    default:
      return ignoreUnknown(state, frame);
  }
}

/**
 * The state after several frames, in order. What arrives under the reader's eyes is read at once.
 *
 * @param {RoomState} state
 * @param {readonly ServerFrame[]} frames
 * @param {boolean} isAttentive Whether the end of the active conversation is being looked at.
 * @returns {RoomState}
 */
export function reduceBatch(state, frames, isAttentive) {
  const { divider } = activeConversation(state);
  const next = frames.reduce(reduceGuarded, state);
  if (!isAttentive || activeConversation(next).unread === 0) return next;
  return change(next, next.active, (conversation) => ({
    ...conversation,
    unread: 0,
    mentions: 0,
    divider,
  }));
}

/**
 * A frame that can't be reduced costs only itself: a resume wouldn't bring the others of its batch.
 *
 * @param {RoomState} state
 * @param {ServerFrame} frame
 */
function reduceGuarded(state, frame) {
  try {
    return reduceRoom(state, frame);
  } catch (error) {
    reportError(error);
    return state;
  }
}

/**
 * @param {RoomState} state
 * @param {"joined" | "left"} what
 * @param {string[]} names
 * @param {number} at
 */
function addPeople(state, what, names, at) {
  if (names.length === 0) return state;
  const key = `people:${state.counter}`;
  return change({ ...state, counter: state.counter + 1 }, LOBBY, (conversation) => {
    if (conversation.to !== Infinity) return conversation;
    const entries = addPresence(conversation.entries, { kind: "presence", key, at, what, names });
    return { ...conversation, entries };
  });
}

/**
 * Later servers say more than this page knows; a frame added to the protocol fails the type check
 * here until it is handled.
 *
 * @param {RoomState} state
 * @param {never} _frame
 */
function ignoreUnknown(state, _frame) {
  return state;
}
