import type { User } from "../../core/protocol.ts";
import type { Conversation, ConversationKey } from "./conversation.ts";
import type { Item, ItemKey } from "./item.ts";
import type { LogPosition, State } from "./state.ts";

/**
 * A state in the making. Reducers change it in place, so a batch of frames copies each map once and
 * not once per frame. It never leaves {@linkcode derive}: everywhere else states are immutable.
 */
export class NextState {
  readonly #base: State;
  #now: State;
  #conversations: Map<ConversationKey, Conversation> | null = null;
  #items: Map<ItemKey, Item> | null = null;
  #users: Map<string, User> | null = null;
  readonly #changed = new Set<ConversationKey>();
  /** Keys that may be in no list: new ones, and those that a changed list had before. */
  readonly #loose = new Set<ItemKey>();

  constructor(base: State) {
    this.#base = base;
    this.#now = base;
  }

  /** The state as it is so far. Its maps change with the next change. */
  get now(): State {
    return this.#now;
  }

  /** Changes fields other than maps. */
  set(change: Partial<State>): void {
    this.#now = { ...this.#now, ...change };
  }

  /** Changes where the page stands in the log. */
  setLog(change: Partial<LogPosition>): void {
    this.set({ log: { ...this.#now.log, ...change } });
  }

  /** A number for a key, which no other key has. */
  takeNumber(): number {
    const { counter } = this.#now;
    this.set({ counter: counter + 1 });
    return counter;
  }

  /** Adds a conversation, or replaces the one with its key. */
  putConversation(conversation: Conversation): void {
    if (this.#conversations === null) {
      this.#conversations = new Map(this.#now.conversations);
      this.set({ conversations: this.#conversations });
    }
    this.#conversations.set(conversation.key, conversation);
    this.#changed.add(conversation.key);
  }

  /** Changes one conversation; nothing if `update` returns the same. */
  change(key: ConversationKey, update: (conversation: Conversation) => Conversation): void {
    const conversation = this.#now.conversations.get(key);
    if (conversation === undefined) return;
    const changed = update(conversation);
    if (changed !== conversation) this.putConversation(changed);
  }

  /** Changes every conversation; nothing where `update` returns the same. */
  changeAll(update: (conversation: Conversation) => Conversation): void {
    for (const key of [...this.#now.conversations.keys()]) this.change(key, update);
  }

  /** Adds an item or replaces the one with its key. Unlisted items are dropped at the end. */
  put(item: Item): void {
    const items = this.#ownItems();
    if (!items.has(item.key)) this.#loose.add(item.key);
    items.set(item.key, item);
  }

  /** Changes who is connected. */
  changePresence(online: number, update: (users: Map<string, User>) => void): void {
    this.#users ??= new Map(this.#now.presence.users);
    update(this.#users);
    this.set({ presence: { online, users: this.#users } });
  }

  /** The finished state, without items that no list names any more. */
  finish(): State {
    const { conversations } = this.#now;
    for (const key of this.#changed) this.#noteLost(key);
    if (this.#loose.size === 0) return this.#now;
    for (const list of [...conversations.values()].flatMap(listsOf)) {
      for (const key of list) this.#loose.delete(key);
    }
    for (const key of this.#loose) this.#ownItems().delete(key);
    return this.#now;
  }

  /** Notes keys that a conversation listed before and may not list any more. */
  #noteLost(key: ConversationKey): void {
    const before = listsOf(this.#base.conversations.get(key));
    const after = listsOf(this.#now.conversations.get(key));
    before.forEach((list, i) => this.#noteMissing(list, after[i] ?? []));
  }

  /**
   * Notes keys that a later list doesn't hold in the same order. These are exactly the removed ones if
   * the list only lost its beginning and grew at its end.
   */
  #noteMissing(before: readonly ItemKey[], after: readonly ItemKey[]): void {
    if (before === after) return;
    let at = 0;
    for (const key of before) {
      if (after[at] === key) at++;
      else this.#loose.add(key);
    }
  }

  #ownItems(): Map<ItemKey, Item> {
    if (this.#items === null) {
      this.#items = new Map(this.#now.items);
      this.set({ items: this.#items });
    }
    return this.#items;
  }
}

/** The state after changes; the same if there were none. */
export function derive(state: State, change: (next: NextState) => void): State {
  const next = new NextState(state);
  change(next);
  return next.finish();
}

function listsOf(conversation: Conversation | undefined): readonly (readonly ItemKey[])[] {
  return conversation === undefined
    ? [[], [], []]
    : [conversation.items, conversation.unsent, conversation.tail];
}
