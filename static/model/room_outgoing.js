/** @import {Outgoing} from "./conversation.js" */
/** @import {OutboxRow} from "../net/outbox_store.ts" */
/** @import {RoomState} from "./room.js" */
import { LOBBY, peerAt } from "./conversation.js";
import { change, changeAll } from "./room.js";
import { openPrivate } from "./room_private.js";

/**
 * Shows a message as on its way, or as failed; `row` is new or was shown before.
 *
 * @param {RoomState} state
 * @param {OutboxRow} row
 * @returns {RoomState}
 */
export function showOutgoing(state, row) {
  const peer = peerAt(row.to);
  const opened = peer === null ? { state, key: LOBBY } : openPrivate(state, peer);
  const { id, at, text, reason } = row;
  /** @type {Outgoing} */
  const shown = { kind: "outgoing", key: `out:${id}`, id, at, text, state: row.state, reason };
  return change(opened.state, opened.key, (conversation) => {
    const others = conversation.outgoing.filter((other) => other.id !== id);
    const before = conversation.outgoing.findIndex((other) => other.id === id);
    const isRetry = before !== -1 && conversation.outgoing[before]?.state === "failed" &&
      row.state === "pending";
    const index = before === -1 || isRetry ? others.length : before;
    return { ...conversation, outgoing: others.toSpliced(index, 0, shown) };
  });
}

/**
 * Takes a message that will not be sent off the screen.
 *
 * @param {RoomState} state
 * @param {string} id
 * @returns {RoomState}
 */
export function dropOutgoing(state, id) {
  const owner = ownerOf(state, id);
  return owner === undefined ? state : change(state, owner.key, (conversation) => ({
    ...conversation,
    outgoing: conversation.outgoing.filter((row) => row.id !== id),
  }));
}

/**
 * The conversation that shows a message on its way.
 *
 * @param {RoomState} state
 * @param {string} id
 */
export function ownerOf(state, id) {
  for (const conversation of state.conversations.values()) {
    if (conversation.outgoing.some((row) => row.id === id)) return conversation;
  }
  return undefined;
}

/**
 * Puts messages on their way into an order.
 *
 * @param {RoomState} state
 * @param {readonly string[]} ids All of them, as they will go out.
 * @returns {RoomState}
 */
export function orderOutgoing(state, ids) {
  const places = new Map(ids.map((id, place) => [id, place]));
  const placeOf = (/** @type {Outgoing} */ row) => places.get(row.id) ?? Infinity;
  return changeAll(state, (conversation) => {
    if (conversation.outgoing.length < 2) return conversation;
    const outgoing = conversation.outgoing.toSorted((a, b) => placeOf(a) - placeOf(b) || 0);
    return { ...conversation, outgoing };
  });
}
