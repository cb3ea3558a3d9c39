/** @import {AckFrame, MessageFrame, ReadFrame, ResumedFrame, ServerFrame, WelcomeFrame} from "../../core/protocol.ts" */
/** @import {Conversation, Outgoing, Peer} from "./conversation.js" */
/** @import {MessageEntry} from "./entries.js" */
/** @import {PresenceState} from "./presence_state.js" */
/** @import {OutboxRow} from "../net/outbox.js" */
import { mentions } from "../text/plain_text.js";
import { countUnread, findWithPeer, LOBBY, newConversation } from "./conversation.js";
export { LOBBY };
import { addNote, addPresence, insertMessage, markDelivered } from "./entries.js";
import { findByName, NOBODY, reducePresence } from "./presence_state.js";

/** @typedef {import("./conversation.js").Peer} Peer */

/**
 * Everything the page shows, changed only by making a new one.
 *
 * @typedef {object} RoomState
 * @property {{username: string, account: string} | null} self Null before the first welcome.
 * @property {string | null} epoch The log that positions belong to.
 * @property {number} era How many logs came before it.
 * @property {number} lastSeq Position in it up to which everything for us has come.
 * @property {boolean} isResuming Whether what was missed is still coming, up to `resumed`.
 * @property {number} counter Feeds keys of lines that have no position.
 * @property {string} active Key of the conversation on screen.
 * @property {ReadonlyMap<string, Conversation>} conversations By key, the lobby first.
 * @property {PresenceState} presence
 */

/**
 * The state before anything happened.
 *
 * @returns {RoomState}
 */
export function initialRoom() {
  return {
    self: null,
    epoch: null,
    era: 0,
    lastSeq: 0,
    isResuming: false,
    counter: 0,
    active: LOBBY,
    conversations: new Map([[LOBBY, newConversation(LOBBY, null)]]),
    presence: NOBODY,
  };
}

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
    case "error":
    case "ping":
      return state;
    default:
      return ignoreUnknown(state, frame);
  }
}

/**
 * Shows a message as on its way, or as failed; `row` is new or was shown before.
 *
 * @param {RoomState} state
 * @param {OutboxRow} row
 * @returns {RoomState}
 */
export function showOutgoing(state, row) {
  const opened = row.peer === null ? { state, key: LOBBY } : openPrivate(state, row.peer);
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
  const conversations = new Map(state.conversations).set(key, newConversation(key, peer));
  return { state: { ...state, counter: state.counter + 1, conversations }, key };
}

/**
 * Brings a conversation on screen.
 *
 * @param {RoomState} state
 * @param {string} key
 * @returns {RoomState}
 */
export function activate(state, key) {
  if (!state.conversations.has(key) || state.active === key) return state;
  const left = change(state, state.active, (conversation) => ({
    ...conversation,
    divider: conversation.unread === 0 ? null : conversation.divider,
  }));
  return { ...left, active: key };
}

/**
 * Everything in a conversation has been seen. The divider stays until one looks elsewhere.
 *
 * @param {RoomState} state
 * @param {string} key
 * @returns {RoomState}
 */
export function markRead(state, key) {
  if (state.conversations.get(key)?.unread === 0) return state;
  return change(state, key, (conversation) => ({ ...conversation, unread: 0, mentions: 0 }));
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
  const next = frames.reduce(reduceRoom, state);
  if (!isAttentive || activeConversation(next).unread === 0) return next;
  return change(next, next.active, (conversation) => ({
    ...conversation,
    unread: 0,
    mentions: 0,
    divider,
  }));
}

/**
 * Takes the mark of the first unread message away.
 *
 * @param {RoomState} state
 * @param {string} key
 * @returns {RoomState}
 */
export function clearDivider(state, key) {
  if (state.conversations.get(key)?.divider === null) return state;
  return change(state, key, (conversation) => ({ ...conversation, divider: null }));
}

/**
 * The conversation on screen.
 *
 * @param {RoomState} state
 * @returns {Conversation}
 */
export function activeConversation(state) {
  return state.conversations.get(state.active) ?? newConversation(LOBBY, null);
}

/**
 * Where this page stands in the log, for asking what came since; null before the first welcome.
 *
 * @param {RoomState} state
 */
export function positionOf({ epoch, lastSeq }) {
  return epoch === null ? null : { epoch, seq: lastSeq };
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
  return `The name ${peer.username} is someone else’s now, so this was not sent.`;
}

/**
 * @param {RoomState} state
 * @param {WelcomeFrame} frame
 */
function reduceWelcome(state, frame) {
  const self = { username: frame.username, account: frame.account };
  const isNewLog = state.epoch !== null && state.epoch !== frame.epoch;
  const isNewSelf = state.self !== null && state.self.account !== frame.account;
  const isResuming = state.epoch === frame.epoch && !isNewSelf;
  const next = {
    ...state,
    self,
    isResuming,
    epoch: frame.epoch,
    era: state.era + (isNewLog ? 1 : 0),
    lastSeq: isResuming ? state.lastSeq : frame.seq,
  };
  return isNewLog || isNewSelf ? startOver(next, frame.at) : next;
}

/**
 * The end of catching up; too much was missed if nothing could be recovered.
 *
 * @param {RoomState} state
 * @param {ResumedFrame} frame
 */
function reduceResumed(state, frame) {
  const next = { ...state, isResuming: false, lastSeq: Math.max(state.lastSeq, frame.seq) };
  if (frame.recovered || !state.isResuming) return next;
  const at = activeConversation(state).entries.at(-1)?.at ?? 0;
  return note(next, LOBBY, "You were away for long. Messages of that time are not shown.", at);
}

/**
 * A private message that had waited has arrived.
 *
 * @param {RoomState} state
 * @param {number} seq
 */
function reduceDelivered(state, seq) {
  let next = state;
  for (const { key, peer } of state.conversations.values()) {
    if (peer === null) continue;
    next = change(next, key, (conversation) => {
      const entries = markDelivered(conversation.entries, `${state.era}:${seq}`);
      return entries === conversation.entries ? conversation : { ...conversation, entries };
    });
  }
  return next;
}

/**
 * Another of our connections has read on.
 *
 * @param {RoomState} state
 * @param {ReadFrame} frame
 */
function reduceRead(state, frame) {
  for (const { key, id, unread } of state.conversations.values()) {
    const isMeant = key === LOBBY ? frame.conversation === LOBBY : id === frame.conversation;
    if (!isMeant || frame.unread >= unread) continue;
    return change(state, key, (conversation) => ({
      ...conversation,
      unread: frame.unread,
      mentions: Math.min(conversation.mentions, frame.unread),
    }));
  }
  return state;
}

/**
 * Another log, or another account in it: names in private conversations may be anyone's now.
 *
 * @param {RoomState} state
 * @param {number} at
 */
function startOver(state, at) {
  let next = note(state, LOBBY, "The server was restarted.", at);
  for (const { key, peer } of state.conversations.values()) {
    if (peer === null) continue;
    next = change(next, key, (conversation) => ({
      ...conversation,
      id: null,
      peer: { username: peer.username, account: null },
    }));
    const sure = `The server was restarted. Make sure that this is still ${peer.username}.`;
    next = note(next, key, sure, at);
  }
  return next;
}

/**
 * @param {RoomState} state
 * @param {MessageFrame} frame
 */
function reduceMessage(state, frame) {
  const message = toEntry(state, frame);
  const placed = frame.to === undefined
    ? { state, key: LOBBY }
    : placePrivate(state, frame, message, frame.to);
  const next = { ...placed.state, lastSeq: Math.max(state.lastSeq, frame.seq) };
  return change(next, placed.key, (conversation) => {
    const entries = insertMessage(conversation.entries, message);
    if (entries === conversation.entries) return conversation;
    return countUnread({ ...conversation, entries }, message);
  });
}

/**
 * @param {RoomState} state
 * @param {MessageFrame} frame
 * @returns {MessageEntry}
 */
function toEntry(state, frame) {
  const isMine = frame.account === state.self?.account;
  return {
    kind: "message",
    key: `${state.era}:${frame.seq}`,
    era: state.era,
    seq: frame.seq,
    at: frame.at,
    from: frame.from,
    account: frame.account,
    text: frame.message,
    isMine,
    isWaiting: isMine && frame.waiting === true,
    isMention: !isMine && mentions(frame.message, state.self?.username ?? ""),
  };
}

/**
 * @param {RoomState} state
 * @param {MessageFrame} frame
 * @param {MessageEntry} message
 * @param {string} to
 */
function placePrivate(state, frame, message, to) {
  const id = frame.conversation ?? null;
  const peer = message.isMine
    ? peerNamed(state, to)
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
 * @param {RoomState} state
 * @param {string} username
 * @returns {Peer}
 */
function peerNamed(state, username) {
  return findByName(state.presence, username) ?? { username, account: null };
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

/**
 * @param {RoomState} state
 * @param {AckFrame} frame
 */
function reduceAck(state, frame) {
  const owner = ownerOf(state, frame.id);
  const row = owner?.outgoing.find((candidate) => candidate.id === frame.id);
  if (owner === undefined || row === undefined || state.self === null) return state;
  const message = toEntry(state, {
    type: "message",
    seq: frame.seq,
    at: frame.at,
    from: state.self.username,
    account: state.self.account,
    message: row.text,
    ...(frame.waiting ? { waiting: true } : {}),
  });
  // An ack may overtake messages before it, so it says nothing about the position.
  return change(state, owner.key, (conversation) => ({
    ...conversation,
    entries: insertMessage(conversation.entries, message),
    outgoing: conversation.outgoing.filter((candidate) => candidate.id !== frame.id),
  }));
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
  return change({ ...state, counter: state.counter + 1 }, LOBBY, (conversation) => ({
    ...conversation,
    entries: addPresence(conversation.entries, { kind: "presence", key, at, what, names }),
  }));
}

/**
 * @param {RoomState} state
 * @param {string} conversationKey
 * @param {string} text
 * @param {number} at
 */
function note(state, conversationKey, text, at) {
  const key = `note:${state.counter}`;
  return change({ ...state, counter: state.counter + 1 }, conversationKey, (conversation) => ({
    ...conversation,
    entries: addNote(conversation.entries, { kind: "note", key, at, text }),
  }));
}

/**
 * @param {RoomState} state
 * @param {string} key
 * @param {(conversation: Conversation) => Conversation} update
 * @returns {RoomState}
 */
function change(state, key, update) {
  const conversation = state.conversations.get(key);
  if (conversation === undefined) return state;
  const next = update(conversation);
  if (next === conversation) return state;
  return { ...state, conversations: new Map(state.conversations).set(key, next) };
}

/**
 * @param {RoomState} state
 * @param {string} id
 */
function ownerOf(state, id) {
  for (const conversation of state.conversations.values()) {
    if (conversation.outgoing.some((row) => row.id === id)) return conversation;
  }
  return undefined;
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
