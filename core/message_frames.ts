import type { MessageFrame } from "./protocol.ts";
import type { Account, StoredEvent } from "./store.ts";

/** Makes the frame of an event in the log, as its two people, or everyone, may see it. */
export function messageFrame(event: StoredEvent): MessageFrame {
  return {
    type: "message",
    seq: event.seq,
    at: event.at,
    from: event.from,
    account: event.author,
    ...(event.recipient ? privateFields(event.recipient, event.conversation) : {}),
    message: event.text,
  };
}

/** Makes the frame of an event sent from the log to one account: own ones tell what still waits. */
export function replayFrame(event: StoredEvent, account: string): MessageFrame {
  const isWaiting = event.isWaiting === true && event.author === account;
  return {
    ...messageFrame(event),
    replay: true,
    ...(isWaiting ? { waiting: true } : {}),
  };
}

function privateFields(recipient: Account, conversation: string) {
  return { to: recipient.username, conversation };
}
