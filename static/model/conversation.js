/** @import {Address} from "./address.ts" */
/** @import {Entry, MessageEntry} from "./entries.js" */
import { nameKey } from "../text/name_key.ts";
import { LOBBY_ADDRESS } from "./address.ts";

/**
 * The other person of a private conversation; the account is null until a frame or the list of
 * people tells it.
 *
 * @typedef {{username: string, account: string | null}} Peer
 *
 * @typedef {object} Outgoing A message of ours without an ack so far.
 * @property {"outgoing"} kind
 * @property {string} key
 * @property {string} id
 * @property {number} at
 * @property {string} text
 * @property {"pending" | "failed"} state
 * @property {string} reason
 *
 * @typedef {object} Conversation
 * @property {string} key This page's own name for it; `lobby` for the public one.
 * @property {string | null} id The server's name for a private one, once it told.
 * @property {Peer | null} peer Null for the lobby.
 * @property {readonly Entry[]} entries
 * @property {readonly Outgoing[]} outgoing
 * @property {number} unread Messages of others that were not on screen yet.
 * @property {number} mentions How many of them speak to us.
 * @property {string | null} divider Key of the first unread message.
 * @property {number | null} unreadAfter Position after which that one comes, while it may not be
 *   loaded.
 * @property {number} from Everything after this position, up to `to`, is among the entries; 0 when
 *   there is nothing before them.
 * @property {number} to Infinity while the entries reach the newest message.
 * @property {readonly MessageEntry[]} tail While they don't: the newest messages.
 * @property {number} tailFrom Everything after this position is in the tail.
 * @property {"older" | "newer" | "around" | null} loading What is on its way from the log.
 * @property {string | null} loadError Why the last page could not be loaded, for people.
 */

/** Key of the conversation everyone is in. */
export const LOBBY = "lobby";

/**
 * The address under which messages go to a person, or to everyone.
 *
 * @param {Peer | null} peer Null for the lobby.
 * @returns {Address}
 */
export function addressOf(peer) {
  return peer === null ? LOBBY_ADDRESS : { kind: "direct", ...peer };
}

/**
 * The person at an address; null for the lobby.
 *
 * @param {Address} address
 * @returns {Peer | null}
 */
export function peerAt(address) {
  if (address.kind === "lobby") return null;
  return { username: address.username, account: address.account };
}

/**
 * An empty conversation.
 *
 * @param {string} key
 * @param {Peer | null} peer
 * @returns {Conversation}
 */
export function newConversation(key, peer) {
  return {
    key,
    id: null,
    peer,
    entries: [],
    outgoing: [],
    unread: 0,
    mentions: 0,
    divider: null,
    unreadAfter: null,
    from: 0,
    to: Infinity,
    tail: [],
    tailFrom: 0,
    loading: null,
    loadError: null,
  };
}

/**
 * Counts a message of someone else as unread.
 *
 * @param {Conversation} conversation
 * @param {MessageEntry} message
 * @returns {Conversation}
 */
export function countUnread(conversation, message) {
  if (message.isMine) return conversation;
  return {
    ...conversation,
    unread: conversation.unread + 1,
    mentions: conversation.mentions + (message.isMention ? 1 : 0),
    divider: conversation.unread === 0 ? message.key : conversation.divider,
  };
}

/**
 * Finds the private conversation with a person: by account where both sides of the comparison
 * know it, else by name among those not bound to an account.
 *
 * @param {Iterable<Conversation>} conversations
 * @param {Peer} peer
 * @returns {Conversation | undefined}
 */
export function findWithPeer(conversations, peer) {
  let byName;
  for (const conversation of conversations) {
    const known = conversation.peer;
    if (known === null) continue;
    if (peer.account !== null && known.account === peer.account) return conversation;
    const isOpen = known.account === null || peer.account === null;
    if (isOpen && nameKey(known.username) === nameKey(peer.username)) byName = conversation;
  }
  return byName;
}
