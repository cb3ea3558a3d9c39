import { nameKey } from "../text/name_key.ts";
import { type Address, LOBBY_ADDRESS, type Person } from "./address.ts";
import { type ItemKey, type Message, sentKey } from "./item.ts";

/** The page's own key of a conversation; it stays when the server tells its name for it. */
export type ConversationKey = string;

/** Key of the conversation everyone is in. */
export const LOBBY: ConversationKey = "lobby";

/** Which part of its log a conversation has in memory, and what is under way. */
export interface Conversation {
  readonly key: ConversationKey;
  /** The server's name for a private one, once it told. */
  readonly id: string | null;
  readonly address: Address;
  /** What is shown of the log, oldest first. */
  readonly items: readonly ItemKey[];
  /** Own messages that aren't stored yet, in the order in which they go out. */
  readonly unsent: readonly ItemKey[];
  /** While {@linkcode items} don't reach the newest message: the newest messages. */
  readonly tail: readonly ItemKey[];
  /** Everything after this position, up to {@linkcode to}, is in `items`; 0: there is nothing before. */
  readonly from: number;
  /** Infinity while the items reach the newest message. */
  readonly to: number;
  /** Everything after this position is in the tail. */
  readonly tailFrom: number;
  /** What is on its way from the log. */
  readonly loading: "older" | "newer" | "around" | null;
  /** Why the last page could not be loaded, for people. */
  readonly loadError: string | null;
  /** Messages of others that haven't been on screen yet. */
  readonly unread: number;
  /** How many of them mention us. */
  readonly mentions: number;
  /** Key of the first unread message. */
  readonly divider: ItemKey | null;
  /** Position after which that one comes, while it may not be loaded. */
  readonly unreadAfter: number | null;
  /** What has been written and not sent; empty if nothing. */
  readonly draft: string;
}

/** An empty conversation. */
export function newConversation(
  key: ConversationKey,
  address: Address = LOBBY_ADDRESS,
): Conversation {
  return {
    key,
    id: null,
    address,
    items: [],
    unsent: [],
    tail: [],
    from: 0,
    to: Infinity,
    tailFrom: 0,
    loading: null,
    loadError: null,
    unread: 0,
    mentions: 0,
    divider: null,
    unreadAfter: null,
    draft: "",
  };
}

/** Whether only its two people see it. */
export function isPrivate({ address }: Pick<Conversation, "address">): boolean {
  return address.kind === "direct";
}

/** The conversation that the server calls by this name: `lobby`, or the name of a private one. */
export function findByServerId(
  conversations: ReadonlyMap<ConversationKey, Conversation>,
  id: string,
): Conversation | undefined {
  if (id === LOBBY) return conversations.get(LOBBY);
  for (const conversation of conversations.values()) {
    if (conversation.id === id) return conversation;
  }
  return undefined;
}

/** What the server calls a conversation; null while it has told no name for it. */
export function serverIdOf({ key, id }: Conversation): string | null {
  return key === LOBBY ? LOBBY : id;
}

/**
 * Finds the private conversation with a person: by account where both sides of the comparison
 * know it, else by name among those not bound to an account.
 */
export function findWithPerson(
  conversations: ReadonlyMap<ConversationKey, Conversation>,
  { username, account }: Person,
): Conversation | undefined {
  const name = nameKey(username);
  let byName: Conversation | undefined;
  for (const conversation of conversations.values()) {
    const known = conversation.address;
    if (known.kind !== "direct") continue;
    if (account !== null && known.account === account) return conversation;
    const isOpen = known.account === null || account === null;
    if (isOpen && nameKey(known.username) === name) byName = conversation;
  }
  return byName;
}

/** The conversation that shows the message sent under this `id` as on its way. */
export function findUnsent(
  conversations: ReadonlyMap<ConversationKey, Conversation>,
  id: string,
): Conversation | undefined {
  const key = sentKey(id);
  for (const conversation of conversations.values()) {
    if (conversation.unsent.includes(key)) return conversation;
  }
  return undefined;
}

/** Counts a message of someone else as unread. */
export function countUnread(conversation: Conversation, message: Message): Conversation {
  if (message.isMine) return conversation;
  const { unread, mentions, divider } = conversation;
  return {
    ...conversation,
    unread: unread + 1,
    mentions: mentions + (message.isMention ? 1 : 0),
    divider: unread === 0 ? message.key : divider,
  };
}
