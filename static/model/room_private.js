/** @import {MessageFrame} from "../../core/protocol.ts" */
/** @import {Peer} from "./conversation.js" */
/** @import {MessageEntry} from "./entries.js" */
/** @import {RoomState} from "./room.js" */
import { findWithPeer, newConversation } from "./conversation.js";
import { findByName } from "./presence_state.js";
import { change } from "./room.js";

/**
 * Finds or makes the private conversation with a person.
 *
 * @param {RoomState} state
 * @param {Peer} peer
 * @returns {{state: RoomState, key: string}}
 */
export function openPrivate(state, peer) {
  const found = findWithPeer(state.conversations.values(), peer);
  if (found !== undefined) return { state: bind(state, found.key, peer, null), key: found.key };
  const key = `private:${state.counter}`;
  const conversations = new Map(state.conversations).set(key, {
    ...newConversation(key, peer),
    from: state.liveFrom,
  });
  return { state: { ...state, counter: state.counter + 1, conversations }, key };
}

/**
 * Finds or makes the conversation of a private message: by the server's name for it, by an ack
 * that came before, else by its other person.
 *
 * @param {RoomState} state
 * @param {MessageFrame} frame
 * @param {MessageEntry} message The same as it is shown.
 * @param {string} to Its addressee.
 * @returns {{state: RoomState, key: string}}
 */
export function placePrivate(state, frame, message, to) {
  const id = frame.conversation ?? null;
  const peer = message.isMine
    ? { username: to, account: otherIn(id, frame.account) }
    : { username: frame.from, account: frame.account };
  for (const conversation of state.conversations.values()) {
    if (conversation.peer === null) continue;
    const isSame = conversation.id !== null && conversation.id === id;
    // An own copy comes after its ack, which put the message where it was written.
    const isAcked = conversation.entries.some((entry) => entry.key === message.key);
    if (isSame || isAcked) {
      return { state: bind(state, conversation.key, peer, id), key: conversation.key };
    }
  }
  const opened = openPrivate(state, peer);
  return { state: bind(opened.state, opened.key, peer, id), key: opened.key };
}

/**
 * Why a private message must not go to this person's name now, for people; null if it may.
 *
 * @param {RoomState} state
 * @param {Peer | null} peer
 */
export function objectionTo(state, peer) {
  if (peer === null || peer.account === null) return null;
  const holder = findByName(state.presence, peer.username);
  if (holder === undefined || holder.account === peer.account) return null;
  return `Someone else has the name ${peer.username} now, so this message was not sent.`;
}

/**
 * The other account of a conversation. Who has the name now may be somebody else than whom a
 * message went to.
 *
 * @param {string | null} id The server's name for it: both accounts, joined by a dot.
 * @param {string} own
 */
function otherIn(id, own) {
  const accounts = id?.split(".") ?? [];
  if (accounts.length !== 2 || !accounts.includes(own)) return null;
  return accounts.find((account) => account !== own) ?? own;
}

/**
 * Tells a conversation its server's name and its person's account, where not known yet.
 *
 * @param {RoomState} state
 * @param {string} key
 * @param {Peer} peer
 * @param {string | null} id
 */
function bind(state, key, peer, id) {
  return change(state, key, (conversation) => {
    const known = conversation.peer;
    const isSame = known?.username === peer.username;
    const account = known?.account ?? (isSame || peer.account !== null ? peer.account : null);
    if (conversation.id === (conversation.id ?? id) && known?.account === account) {
      return conversation;
    }
    const username = known?.username ?? peer.username;
    return { ...conversation, id: conversation.id ?? id, peer: { username, account } };
  });
}
