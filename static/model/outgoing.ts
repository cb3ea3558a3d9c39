import type { Address } from "./address.ts";
import { type ConversationKey, findUnsent } from "./conversation.ts";
import { ensureAddress } from "./directs.ts";
import { isStored, type ItemKey, type Message, sentKey, storedIn } from "./item.ts";
import { takeUnsent } from "./messages.ts";
import { derive, type NextState } from "./next_state.ts";
import type { State } from "./state.ts";

/** A message on its way, as the outbox keeps it. */
export interface Outgoing {
  /** Idempotency key; every repeat of this send carries it. */
  readonly id: string;
  readonly to: Address;
  readonly text: string;
  /** When it was written, epoch milliseconds. */
  readonly at: number;
  readonly state: "pending" | "failed";
  /** Why it failed, for people; empty while pending. */
  readonly reason: string;
}

/**
 * Shows a message as on its way, or as failed; it is new or was shown before. One that the log has
 * already stays as it is there.
 */
export function showOutgoing(state: State, row: Outgoing): State {
  return derive(state, (next) => {
    const key = sentKey(row.id);
    const before = next.now.items.get(key);
    const owner = findUnsent(next.now.conversations, row.id)?.key ?? ensureAddress(next, row.to);
    if (isStored(before) || isInLog(next.now, owner, row.id)) return;
    const isRetry = before?.kind === "message" && before.delivery.state === "failed" &&
      row.state === "pending";
    next.put(toMessage(next.now, row));
    list(next, owner, key, isRetry);
  });
}

/** Takes a message that will not be sent off the screen. */
export function dropOutgoing(state: State, id: string): State {
  return derive(state, (next) => void takeUnsent(next, id));
}

/**
 * Puts messages on their way into an order.
 *
 * @param ids All of them, as they will go out.
 */
export function orderOutgoing(state: State, ids: readonly string[]): State {
  const places = new Map(ids.map((id, place) => [sentKey(id), place]));
  const placeOf = (key: ItemKey) => places.get(key) ?? ids.length;
  return derive(state, (next) =>
    next.changeAll((before) => {
      if (before.unsent.length < 2) return before;
      return { ...before, unsent: before.unsent.toSorted((a, b) => placeOf(a) - placeOf(b)) };
    }));
}

/** Whether the log has brought a message back already: the server repeats the `id` of private ones. */
function isInLog(
  { conversations, items, log }: State,
  owner: ConversationKey,
  id: string,
): boolean {
  const { items: list = [], tail = [] } = conversations.get(owner) ?? {};
  return storedIn(items, [...list, ...tail])
    .some((message) => message.id === id && message.delivery.era === log.era);
}

/** Lists a message on its way; one that is tried again goes to the end. */
function list(next: NextState, owner: ConversationKey, key: ItemKey, isRetry: boolean): void {
  next.change(owner, (before) => {
    if (before.unsent.includes(key) && !isRetry) return before;
    return { ...before, unsent: [...before.unsent.filter((other) => other !== key), key] };
  });
}

function toMessage({ self }: State, { id, at, text, state, reason }: Outgoing): Message {
  return {
    kind: "message",
    key: sentKey(id),
    id,
    author: self ?? { username: "", account: "" },
    isMine: true,
    at,
    text,
    isMention: false,
    delivery: state === "pending" ? { state } : { state, reason },
  };
}
