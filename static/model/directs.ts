import type { MessageFrame } from "../../core/protocol.ts";
import { type Address, directTo, type Person } from "./address.ts";
import {
  type Conversation,
  type ConversationKey,
  findByServerId,
  findUnsent,
  findWithPerson,
  LOBBY,
  newConversation,
} from "./conversation.ts";
import { findStored } from "./item.ts";
import { NextState } from "./next_state.ts";
import { findByName } from "./presence.ts";
import type { State } from "./state.ts";
import { strings } from "../text/strings.ts";

/** A state, and the key of the conversation in it that was asked for. */
export interface Opened {
  readonly state: State;
  readonly key: ConversationKey;
}

/** Finds or makes the private conversation with a person. */
export function openDirect(state: State, person: Person): Opened {
  const next = new NextState(state);
  const key = ensureDirect(next, person);
  return { state: next.finish(), key };
}

/** Finds or makes the conversation that a message of the log belongs to. */
export function openConversationOf(state: State, frame: MessageFrame): Opened {
  const next = new NextState(state);
  const key = conversationOf(next, frame);
  return { state: next.finish(), key };
}

/** Key of the conversation of an address, which is made if there is none. */
export function ensureAddress(next: NextState, address: Address): ConversationKey {
  return address.kind === "lobby" ? LOBBY : ensureDirect(next, address);
}

/**
 * Key of the conversation of a message, which is made if there is none: by an ack that came before,
 * by the server's name for it, else by its other person.
 */
export function conversationOf(next: NextState, frame: MessageFrame): ConversationKey {
  if (frame.to === undefined) return LOBBY;
  const id = frame.conversation ?? null;
  const isMine = frame.account === next.now.self?.account;
  const person = isMine
    ? { username: frame.to, account: otherIn(id, frame.account) }
    : { username: frame.from, account: frame.account };
  const known = (isMine ? findWritten(next.now, frame) : undefined) ??
    (id === null ? undefined : findByServerId(next.now.conversations, id));
  const key = known?.key ?? ensureDirect(next, person);
  bind(next, key, person, id);
  return key;
}

/**
 * Why a private message must not go to this address now, as a sentence: somebody else has the name.
 * Null if it may go.
 */
export function objectionTo({ presence }: State, address: Address): string | null {
  if (address.kind !== "direct" || address.account === null) return null;
  const holder = findByName(presence, address.username);
  if (holder === undefined || holder.account === address.account) return null;
  return strings.unsent.otherHolder(address.username);
}

/**
 * Whom a message on its way is for. One that was written to a name alone is for the person whom its
 * conversation is known to be with by now: the name may have changed hands since.
 */
export function addressOfUnsent({ conversations }: State, id: string, to: Address): Address {
  if (to.kind !== "direct" || to.account !== null) return to;
  const shown = findUnsent(conversations, id)?.address;
  return shown?.kind === "direct" ? shown : to;
}

/** Key of the conversation with a person. */
function ensureDirect(next: NextState, person: Person): ConversationKey {
  const found = findWithPerson(next.now.conversations, person);
  if (found !== undefined) {
    bind(next, found.key, person, null);
    return found.key;
  }
  const key = `private:${next.takeNumber()}`;
  const { liveFrom } = next.now.log;
  next.putConversation({ ...newConversation(key, directTo(person)), from: liveFrom });
  return key;
}

/** The conversation in which we wrote a message that comes back now: an ack may have been first. */
function findWritten(
  { conversations, items, log }: State,
  { id, seq }: MessageFrame,
): Conversation | undefined {
  const unsent = id === undefined ? undefined : findUnsent(conversations, id);
  if (unsent !== undefined) return unsent;
  for (const conversation of conversations.values()) {
    const { address, items: list, tail } = conversation;
    if (address.kind !== "direct") continue;
    if (findStored(items, [...list, ...tail], log.era, seq) !== undefined) return conversation;
  }
  return undefined;
}

/**
 * The other account of a conversation. By now, the name may belong to somebody other than the
 * recipient.
 *
 * @param id The server's name for it: both accounts, joined by a dot.
 */
function otherIn(id: string | null, own: string): string | null {
  const accounts = id?.split(".") ?? [];
  if (accounts.length !== 2 || !accounts.includes(own)) return null;
  return accounts.find((account) => account !== own) ?? own;
}

/** Tells a conversation its server's name and its person's account, where not known yet. */
function bind(next: NextState, key: ConversationKey, person: Person, id: string | null): void {
  next.change(key, (conversation) => {
    const { address } = conversation;
    if (address.kind !== "direct") return conversation;
    const account = address.account ?? person.account;
    if (conversation.id === (conversation.id ?? id) && address.account === account) {
      return conversation;
    }
    const { username } = address;
    return { ...conversation, id: conversation.id ?? id, address: directTo({ username, account }) };
  });
}
