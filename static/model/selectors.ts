import type { Address, Person } from "./address.ts";
import { type Conversation, type ConversationKey, LOBBY, serverIdOf } from "./conversation.ts";
import { findStored, type ItemKey, storedIn } from "./item.ts";
import { findByName, sortedUsers } from "./presence.ts";
import { levelOf, type NotificationLevel } from "./settings.ts";
import { activeConversation, type State } from "./state.ts";
import { strings } from "../text/strings.ts";

/** The page's position in the log, for resuming; null before the first welcome. */
export function positionOf(
  { log: { epoch, lastSeq } }: Pick<State, "log">,
): { readonly epoch: string; readonly seq: number } | null {
  return epoch === null ? null : { epoch, seq: lastSeq };
}

/** Key of the message at a position of this log, if the conversation shows it. */
export function keyOfSeq(
  { conversations, items, log: { era } }: Pick<State, "conversations" | "items" | "log">,
  conversation: ConversationKey,
  seq: number,
): ItemKey | null {
  const list = conversations.get(conversation)?.items ?? [];
  return findStored(items, list, era, seq)?.key ?? null;
}

// ─── Conversations ───────────────────────────────────────────────────────────────────────────────

/** Title of a conversation: everyone, or the other person's name. */
export function conversationName({ address }: Pick<Conversation, "address">): string {
  return address.kind === "lobby" ? strings.common.everyone : address.username;
}

/** Which messages of a conversation cause notifications. */
export function levelOfConversation(
  { settings }: Pick<State, "settings">,
  conversation: Conversation,
): NotificationLevel {
  return levelOf(settings, serverIdOf(conversation) ?? conversation.key);
}

/** Unread counts for a badge. */
export interface Unread {
  readonly unread: number;
  /** How many of them are private, or mention the reader. */
  readonly urgent: number;
}

/** Unread counts of all conversations, without muted ones. */
export function unreadEverywhere(state: Pick<State, "conversations" | "settings">): Unread {
  return sumUnread(state, [...state.conversations.values()]);
}

/** Unread counts of conversations that are neither on screen nor muted. */
export function unreadElsewhere(
  state: Pick<State, "conversations" | "active" | "settings">,
): Unread {
  const elsewhere = [...state.conversations.values()].filter(({ key }) => key !== state.active);
  return sumUnread(state, elsewhere);
}

/** Whether nothing is told of a conversation. */
export function isMuted(state: Pick<State, "settings">, conversation: Conversation): boolean {
  return levelOfConversation(state, conversation) === "none";
}

function sumUnread(
  state: Pick<State, "settings">,
  conversations: readonly Conversation[],
): Unread {
  const told = conversations.filter((conversation) => !isMuted(state, conversation));
  return told.reduce((sum, { key, unread, mentions }) => ({
    unread: sum.unread + unread,
    urgent: sum.urgent + (key === LOBBY ? mentions : unread),
  }), { unread: 0, urgent: 0 });
}

// ─── People ──────────────────────────────────────────────────────────────────────────────────────

/**
 * Who would receive a message now. `unknown`: the server shortened the list of people, so a name
 * that is missing may be online. `otherHolder`: somebody else has the name.
 */
export type Reach = "everyone" | "self" | "online" | "offline" | "unknown" | "otherHolder";

/** Who would receive a message to an address now. */
export function reachOf(
  { presence, self }: Pick<State, "presence" | "self">,
  address: Address,
): Reach {
  if (address.kind === "lobby") return "everyone";
  if (address.account !== null && address.account === self?.account) return "self";
  const holder = findByName(presence, address.username);
  if (holder === undefined) return presence.users.size < presence.online ? "unknown" : "offline";
  const isSame = address.account === null || holder.account === address.account;
  return isSame ? "online" : "otherHolder";
}

/** People of private conversations who are known to be away, in the order of the list. */
export const awayPeople: (state: State) => readonly Person[] = remembered(
  ({ conversations, presence, self }) => [conversations, presence, self],
  (state) =>
    [...state.conversations.values()].flatMap(({ address }) =>
      address.kind === "direct" && reachOf(state, address) === "offline" ? [address] : []
    ),
);

/**
 * Names to suggest, the most likely first: recent speakers of the conversation on screen, then
 * everyone online, then people of private conversations.
 */
export const likelyNames: (state: State) => readonly string[] = remembered(
  (state) => [activeConversation(state).items, state.conversations, state.presence, state.self],
  (state) => {
    const own = state.self?.account ?? "";
    const speakers = storedIn(state.items, activeConversation(state).items)
      .filter(({ isMine }) => !isMine).map(({ author }) => author.username).reverse();
    const here = sortedUsers(state.presence, own).filter(({ account }) => account !== own)
      .map(({ username }) => username);
    const others = [...state.conversations.values()].flatMap(({ address }) =>
      address.kind === "direct" && address.account !== own ? [address.username] : []
    );
    return [...new Set([...speakers, ...here, ...others])];
  },
);

/** A selector that recomputes only if one of its inputs changed. */
function remembered<Result>(
  inputsOf: (state: State) => readonly unknown[],
  compute: (state: State) => Result,
): (state: State) => Result {
  let last: { readonly inputs: readonly unknown[]; readonly result: Result } | undefined;
  return (state) => {
    const inputs = inputsOf(state);
    if (last === undefined || inputs.some((input, i) => input !== last?.inputs[i])) {
      last = { inputs, result: compute(state) };
    }
    return last.result;
  };
}
