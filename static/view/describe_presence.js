/** @import {Peer} from "../model/conversation.js" */
/** @import {RoomState} from "../model/room.js" */
import { findByName } from "../model/presence_state.js";

/**
 * Presence in a conversation, in a few words.
 *
 * @param {RoomState} state
 * @param {Peer | null} peer Null for the lobby.
 */
export function describePresence({ presence, self }, peer) {
  const { online, users } = presence;
  if (peer === null) return online === 1 ? "Only you are online" : `${online} people online`;
  if (peer.account !== null && peer.account === self?.account) return "Only you can see this";
  const holder = findByName(presence, peer.username);
  // A long list of people comes shortened: a name that it lacks may be online all the same.
  if (holder === undefined) return users.size < online ? "Private conversation" : "Offline";
  const isSame = peer.account === null || holder.account === peer.account;
  return isSame ? "Online" : "Someone else has this name now";
}
