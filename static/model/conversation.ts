import { nameKey } from "../text/name_key.ts";
import { type Address, LOBBY_ADDRESS, type Person } from "./address.ts";
import { type ItemKey, type Message, sentKey } from "./item.ts";

/** The page's own key of a conversation; it stays when the server tells its name for it. */
export type ConversationKey = string;

/** Key of the conversation everyone is in. */
export const LOBBY: ConversationKey = "lobby";

/** A conversation: which part of its log is in memory, what is being loaded, what is unread. */
export interface Conversation {
  readonly key: ConversationKey;
  /** The server's id of a private conversation; null until it is known. */
  readonly id: string | null;
  readonly address: Address;
  /** Items that can be shown, oldest first. */
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
  /** Which page of the log is being loaded. */
  readonly loading: "older" | "newer" | "around" | null;
  /** Why the last page could not be loaded, as a sentence. */
  readonly loadError: string | null;
  /** Messages of others that haven't been on screen yet. */
  readonly unread: number;
  /** How many of them mention us. */
  readonly mentions: number;
  /** Key of the first unread message. */
  readonly divider: ItemKey | null;
  /** Position after which the first unread message comes, as long as it may not be loaded. */
  readonly unreadAfter: number | null;
  /** Text that was typed and not sent. */
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

/** The conversation with this id of the server: `lobby`, or that of a private one. */
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

/** The server's id of a conversation; null until it is known. */
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
