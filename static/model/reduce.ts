import type { ServerFrame } from "../../core/protocol.ts";
import { receiveErased } from "./erasing.ts";
import { receiveResumed, receiveWelcome } from "./joining.ts";
import { addPeople } from "./lines.ts";
import { receiveAck, receiveDelivered, receiveMessage } from "./messages.ts";
import { NextState } from "./next_state.ts";
import { changeUsers } from "./presence.ts";
import { receiveRead } from "./reading.ts";
import { activeConversation, changeConversation, type State } from "./state.ts";

/** The state after one more frame from the server. */
export function reduce(state: State, frame: ServerFrame): State {
  const next = new NextState(state);
  receive(next, frame);
  return next.finish();
}

/**
 * The state after several frames, in order. Messages that the reader sees arrive count as read.
 *
 * @param isAttentive Whether the end of the conversation on screen is being looked at.
 */
export function reduceBatch(
  state: State,
  frames: readonly ServerFrame[],
  isAttentive: boolean,
): State {
  const { divider } = activeConversation(state);
  const next = reduceGuarded(state, frames);
  if (!isAttentive || activeConversation(next).unread === 0) return next;
  return changeConversation(next, next.active, (conversation) => ({
    ...conversation,
    unread: 0,
    mentions: 0,
    divider,
  }));
}

/**
 * Skips a frame that throws: a resume wouldn't bring the rest of its batch again. Its partial changes
 * are dropped, so the frames before it are reduced again.
 */
function reduceGuarded(state: State, frames: readonly ServerFrame[]): State {
  const next = new NextState(state);
  for (const [i, frame] of frames.entries()) {
    try {
      receive(next, frame);
    } catch (error) {
      reportError(error);
      const before = reduceGuarded(state, frames.slice(0, i));
      return reduceGuarded(before, frames.slice(i + 1));
    }
  }
  return next.finish();
}

function receive(next: NextState, frame: ServerFrame): void {
  switch (frame.type) {
    case "welcome":
      return receiveWelcome(next, frame);
    case "message":
      return receiveMessage(next, frame);
    case "ack":
      return receiveAck(next, frame);
    case "joined": {
      const isHere = next.now.presence.users.has(frame.account);
      next.changePresence(frame.online, (users) => changeUsers(users, [frame], []));
      return isHere ? undefined : addPeople(next, "joined", [frame.username], frame.at);
    }
    case "left":
      next.changePresence(frame.online, (users) => changeUsers(users, [], [frame]));
      return addPeople(next, "left", [frame.username], frame.at);
    case "presence":
      next.changePresence(frame.online, (users) => changeUsers(users, frame.joined, frame.left));
      addPeople(next, "left", frame.left.map(({ username }) => username), frame.at);
      return addPeople(next, "joined", frame.joined.map(({ username }) => username), frame.at);
    case "resumed":
      return receiveResumed(next, frame);
    case "delivered":
      return receiveDelivered(next, frame.seq);
    case "read":
      return receiveRead(next, frame);
    case "erased":
      return receiveErased(next, frame);
    case "error":
    case "ping":
      return;
    default:
      return ignoreUnknown(frame);
  }
}

/**
 * Later servers say more than this page knows; a frame added to the protocol fails the type check
 * here until it is handled.
 */
function ignoreUnknown(_frame: never): void {}
