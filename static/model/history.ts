import type { MessageFrame, User } from "../../core/protocol.ts";
import { type Conversation, type ConversationKey, findByServerId, LOBBY } from "./conversation.ts";
import { ensureAddress } from "./directs.ts";
import { directTo } from "./address.ts";
import { withoutErased } from "./erasing.ts";
import { storedIn, type StoredMessage } from "./item.ts";
import { asDelivered, toMessage, withOwnKey } from "./messages.ts";
import { derive, type NextState } from "./next_state.ts";
import { addNewer, addOlder, placeDivider, showNewest, showPage } from "./ranges.ts";
import { changeConversation, type State } from "./state.ts";

/** Which page of a log was asked for. */
export type Side = "older" | "newer" | "around";

/** A page of history as the server answers it, its frames checked. */
export interface Page {
  readonly messages: readonly MessageFrame[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly epoch: string;
}

/** How far an account has read a conversation, and how much came after that. */
export interface ReadMark {
  readonly read: number;
  readonly unread: number;
}

/** A private conversation as the server lists it. */
export interface ListedConversation extends ReadMark {
  readonly id: string;
  readonly peer: User;
  readonly newest: MessageFrame;
}

/** A page of the server's list of private conversations, newest first. */
export interface ConversationsAnswer {
  readonly conversations: readonly ListedConversation[];
  readonly hasOlder: boolean;
  readonly lobby: ReadMark;
  readonly epoch: string;
}

const ADD = { older: addOlder, newer: addNewer, around: showPage };

/** Notes that a page is on its way, or why it isn't. */
export function noteLoading(
  state: State,
  key: ConversationKey,
  loading: Conversation["loading"],
  loadError: string | null = null,
): State {
  return changeConversation(state, key, (before) => ({ ...before, loading, loadError }));
}

/** Notes that nothing is on its way from the log. */
export function stopLoading(state: State): State {
  return derive(
    state,
    (next) =>
      next.changeAll((before) => before.loading === null ? before : { ...before, loading: null }),
  );
}

/** Takes a page of the log into a conversation. A page of another log changes nothing. */
export function addPage(state: State, key: ConversationKey, side: Side, page: Page): State {
  // The welcome that tells of the other log is about to come, and begins anew.
  if (page.epoch !== state.log.epoch) return noteLoading(state, key, null);
  return derive(state, (next) => {
    const messages = takeMessages(next, key, page.messages);
    next.change(key, (before) => ({
      // A page may have been read before an account was deleted.
      ...withoutErased(
        ADD[side](before, { ...page, messages }, next.now.items),
        next.now.items,
        next.now.erased,
      ),
      loading: null,
      loadError: null,
    }));
  });
}

/** Shows the newest messages of a conversation. */
export function showEnd(state: State, key: ConversationKey): State {
  return derive(state, (next) => next.change(key, showNewest));
}

/** Shows the newest messages of all conversations except one. */
export function showEnds(state: State, except: ConversationKey | null): State {
  return derive(
    state,
    (next) => next.changeAll((before) => before.key === except ? before : showNewest(before)),
  );
}

/**
 * Takes a page of the server's list of private conversations, with their unread counts. After the
 * last page, conversations that no page named are known to be new.
 *
 * @param ids Those that this page and the earlier ones named.
 */
export function listConversations(
  state: State,
  answer: ConversationsAnswer,
  ids: ReadonlySet<string> = idsOf(answer),
): State {
  const { conversations, hasOlder, lobby } = answer;
  return derive(state, (next) => {
    for (const listed of conversations) listDirect(next, listed);
    // A message that arrived between two pages may have moved its conversation to an earlier page.
    const isOnOnePage = ids.size === conversations.length;
    const hasPast = ({ id }: Conversation) => id !== null && (ids.has(id) || !isOnOnePage);
    if (!hasOlder) next.changeAll((before) => hasPast(before) ? before : withoutPast(before));
    // A new account has missed nothing.
    if (lobby.read > 0) countMissed(next, LOBBY, lobby);
  });
}

/** The ids of the conversations on a page of the list. */
export function idsOf({ conversations }: ConversationsAnswer): Set<string> {
  return new Set(conversations.map(({ id }) => id));
}

/** A guest has no private conversations from before. */
export function listNothing(state: State): State {
  return derive(state, (next) => next.changeAll(withoutPast));
}

/** The messages of a page, among the items; those that are known keep their keys. */
function takeMessages(
  next: NextState,
  key: ConversationKey,
  frames: readonly MessageFrame[],
): StoredMessage[] {
  const { items = [], tail = [] } = next.now.conversations.get(key) ?? {};
  const known = new Map(
    storedIn(next.now.items, [...items, ...tail])
      .filter(({ delivery }) => delivery.era === next.now.log.era)
      .map((message) => [message.delivery.seq, message]),
  );
  return frames.map((frame) => {
    const message = withOwnKey(next, toMessage(next.now, frame));
    const taken = merge(known.get(frame.seq), message);
    next.put(taken);
    return taken;
  });
}

/** A known message, updated from a page: only its delivery may be news. */
function merge(known: StoredMessage | undefined, message: StoredMessage): StoredMessage {
  if (known === undefined) return message;
  return known.delivery.isWaiting && !message.delivery.isWaiting ? asDelivered(known) : known;
}

function listDirect(next: NextState, { id, peer, ...mark }: ListedConversation): void {
  const key = findByServerId(next.now.conversations, id)?.key ??
    ensureAddress(next, directTo(peer));
  next.change(key, (before) => ({ ...before, id }));
  countMissed(next, key, mark);
}

function countMissed(next: NextState, key: ConversationKey, { read, unread }: ReadMark): void {
  next.change(key, (before) => {
    if (unread <= before.unread) return before;
    const counted = { ...before, unread, unreadAfter: read, divider: null };
    return placeDivider(counted, next.now.items);
  });
}

function withoutPast(conversation: Conversation): Conversation {
  return conversation.address.kind === "lobby" ? conversation : { ...conversation, from: 0 };
}
