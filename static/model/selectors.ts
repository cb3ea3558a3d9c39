import type { Address, Person } from "./address.ts";
import { type Conversation, type ConversationKey, LOBBY, serverIdOf } from "./conversation.ts";
import { findStored, type ItemKey, storedIn } from "./item.ts";
import { findByName, sortedUsers } from "./presence.ts";
import { levelOf, type NotificationLevel } from "./settings.ts";
import { activeConversation, type State } from "./state.ts";
import { strings } from "../text/strings.ts";

/** Where this page stands in the log, for asking what came since; null before the first welcome. */
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

/** What a conversation is called: everyone, or its person's name. */
export function conversationName({ address }: Pick<Conversation, "address">): string {
  return address.kind === "lobby" ? strings.common.everyone : address.username;
}

/** What of a conversation a person wants to be told of. */
export function levelOfConversation(
  { settings }: Pick<State, "settings">,
  conversation: Conversation,
): NotificationLevel {
  return levelOf(settings, serverIdOf(conversation) ?? conversation.key);
}

/** What is unread, for a badge. */
export interface Unread {
  readonly unread: number;
  /** How many of them are private, or mention the reader. */
  readonly urgent: number;
}

/** What is unread in all conversations but those that are muted. */
export function unreadEverywhere(state: Pick<State, "conversations" | "settings">): Unread {
  return sumUnread(state, [...state.conversations.values()]);
}

/** What is unread in the conversations that aren't on screen, nor muted. */
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
 * Whom a conversation reaches now. `unknown`: the list of people comes shortened, and the name that
 * it lacks may be online all the same. `otherHolder`: somebody else has the name.
 */
export type Reach = "everyone" | "self" | "online" | "offline" | "unknown" | "otherHolder";

/** Whom messages to an address reach now. */
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

/** People of private conversations who are known to be away, in the order of these. */
export const awayPeople: (state: State) => readonly Person[] = remembered(
  ({ conversations, presence, self }) => [conversations, presence, self],
  (state) =>
    [...state.conversations.values()].flatMap(({ address }) =>
      address.kind === "direct" && reachOf(state, address) === "offline" ? [address] : []
    ),
);

/**
 * Names that one may mean, the likeliest first: who spoke last in the conversation on screen, then
 * everyone who is here, then people of private conversations.
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

/** A selector that computes anew only when one of its inputs is another object. */
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
