/** @import {Peer} from "../model/conversation.js" */
/** @import {RoomState} from "../model/room.js" */
import { findByName } from "../model/presence_state.js";

/**
 * Who reads along in a conversation now, in a few words.
 *
 * @param {RoomState} state
 * @param {Peer | null} peer Null for the lobby.
 */
export function describePresence({ presence, self }, peer) {
  const { online, users } = presence;
  if (peer === null) return online === 1 ? "Only you are here" : `${online} people are here`;
  if (peer.account !== null && peer.account === self?.account) return "Only you read this";
  const holder = findByName(presence, peer.username);
  if (holder === undefined) return users.size < online ? "Just the two of you" : "Not here now";
  const isSame = peer.account === null || holder.account === peer.account;
  return isSame ? "Just the two of you" : "Someone else has this name now";
}
