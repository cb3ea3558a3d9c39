import type { AckFrame, MessageFrame } from "../../core/protocol.ts";
import { isMentioned } from "../text/markdown.ts";
import { type ConversationKey, countUnread, findUnsent } from "./conversation.ts";
import { conversationOf } from "./directs.ts";
import {
  findStored,
  isStored,
  type ItemKey,
  logKey,
  type Message,
  sentKey,
  type StoredMessage,
} from "./item.ts";
import type { NextState } from "./next_state.ts";
import { placeMessage } from "./ranges.ts";
import type { State } from "./state.ts";

/** Puts a message where it belongs and counts it as unread. */
export function receiveMessage(next: NextState, frame: MessageFrame): void {
  next.setLog({ lastSeq: Math.max(next.now.log.lastSeq, frame.seq) });
  if (next.now.erased.has(frame.account)) return;
  const key = conversationOf(next, frame);
  const message = withOwnKey(next, toMessage(next.now, frame));
  if (place(next, key, message) && message.isMine && message.id === null) {
    hideTwin(next, key, message);
  }
}

/** Turns an unsent message into a stored one. */
export function receiveAck(next: NextState, frame: AckFrame): void {
  const { self, log, conversations } = next.now;
  const owner = findUnsent(conversations, frame.id);
  const row = takeUnsent(next, frame.id);
  if (owner === undefined || row === undefined) return;
  const isWaiting = frame.waiting === true;
  // An ack may overtake messages before it, so it says nothing about the position.
  place(next, owner.key, {
    ...row,
    author: self ?? row.author,
    at: frame.at,
    delivery: { state: "stored", era: log.era, seq: frame.seq, isWaiting },
  });
}

/** Notes that a private message which had waited has arrived. */
export function receiveDelivered(next: NextState, seq: number): void {
  const { conversations, items, log } = next.now;
  for (const { address, items: list, tail } of conversations.values()) {
    if (address.kind !== "direct") continue;
    const message = findStored(items, [...list, ...tail], log.era, seq);
    if (message?.delivery.isWaiting) next.put(asDelivered(message));
  }
}

/** The same message, which its recipient has. */
export function asDelivered(message: StoredMessage): StoredMessage {
  return { ...message, delivery: { ...message.delivery, isWaiting: false } };
}

/** A message of the log as it is shown. */
export function toMessage(
  { self, log: { era } }: Pick<State, "self" | "log">,
  frame: MessageFrame,
): StoredMessage {
  const { seq, at, from, account, message: text, id = null } = frame;
  const isMine = account === self?.account;
  return {
    kind: "message",
    key: logKey(era, seq),
    id,
    author: { username: from, account },
    isMine,
    at,
    text,
    isMention: !isMine && isMentioned(text, self?.username ?? ""),
    delivery: { state: "stored", era, seq, isWaiting: isMine && frame.waiting === true },
  };
}

/** The message under the key that it had while it was on its way, if that was here. */
export function withOwnKey(next: NextState, message: StoredMessage): StoredMessage {
  const row = message.id === null ? undefined : takeUnsent(next, message.id);
  return row === undefined ? message : { ...message, key: row.key };
}

/** Removes an unsent message and returns it; undefined if it isn't unsent. */
export function takeUnsent(next: NextState, id: string): Message | undefined {
  const key = sentKey(id);
  const owner = findUnsent(next.now.conversations, id);
  const item = next.now.items.get(key);
  if (owner === undefined || item?.kind !== "message") return undefined;
  next.change(owner.key, (before) => ({ ...before, unsent: without(before.unsent, key) }));
  return item;
}

/** Lists a message of the log; false if it was known, or is older than what is shown. */
function place(next: NextState, key: ConversationKey, message: StoredMessage): boolean {
  if (isStored(next.now.items.get(message.key))) return false;
  const known = next.now.conversations.get(key);
  next.put(message);
  next.change(key, (before) => {
    const placed = placeMessage(before, message, next.now.items);
    return placed === before ? before : countUnread(placed, message);
  });
  return next.now.conversations.get(key) !== known;
}

/**
 * Shows a message once whose copy, which names no `id`, came before its ack: in the tabs that didn't
 * send it, or after an interruption. Should the ack be a refusal after all, it is shown again.
 */
function hideTwin(next: NextState, key: ConversationKey, { text }: StoredMessage): void {
  const { conversations, items } = next.now;
  const twin = conversations.get(key)?.unsent.find((other) => {
    const item = items.get(other);
    return item?.kind === "message" && item.text === text && item.delivery.state === "pending";
  });
  if (twin === undefined) return;
  next.change(key, (before) => ({ ...before, unsent: without(before.unsent, twin) }));
}

function without(list: readonly ItemKey[], key: ItemKey): readonly ItemKey[] {
  return list.filter((other) => other !== key);
}
