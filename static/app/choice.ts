import { setNotice } from "../model/changes.ts";
import { type ConversationKey, LOBBY } from "../model/conversation.ts";
import { activeConversation, type Notice, type State } from "../model/state.ts";
import { strings } from "../text/strings.ts";
import type { Change } from "./store.ts";

/** Who reads what is written into the box. */
interface Readers {
  readonly conversation: ConversationKey;
  /** The other person's account; null for everyone, or while it is unknown. */
  readonly account: string | null;
}

const EVERYONE: Readers = { conversation: LOBBY, account: null };

/**
 * The readers whom the person chose. If anything else changes them, the box says so and takes no
 * text until the person agrees: what is typed next must not go to the wrong reader.
 */
export class Choice {
  #chosen = EVERYONE;
  /** What the box says until the person agrees; it outlasts other notices. */
  #unseen: Notice | null = null;

  /** Whether nothing may be sent before the person has agreed to the readers. */
  get isAwaited(): boolean {
    return this.#unseen !== null;
  }

  /** A new stay in the chat begins with everyone. */
  reset(): void {
    this.#chosen = EVERYONE;
    this.#unseen = null;
  }

  /** Makes a change in which the person chooses a conversation. */
  by(change: Change): Change {
    return (state) => {
      const next = change(state);
      this.#chosen = readersOf(next);
      return this.agree(next);
    };
  }

  /** The person agrees to the readers that are on screen. */
  agree(state: State): State {
    const isSaid = state.notice === this.#unseen;
    this.#unseen = null;
    return isSaid ? setNotice(state, null) : state;
  }

  /** Says so in a state whose readers are others than chosen. */
  check(state: State): State {
    const isThere = state.conversations.has(state.active);
    const present = isThere ? state : { ...state, active: LOBBY };
    if (state.screen.name !== "chat") return present;
    const readers = readersOf(present);
    if (isOther(this.#chosen, readers)) this.#unseen = turnedTo(present, this.#chosen);
    this.#chosen = readers;
    return this.#unseen === null ? present : setNotice(present, this.#unseen);
  }
}

function readersOf(state: State): Readers {
  const { key, address } = activeConversation(state);
  return { conversation: key, account: address.kind === "direct" ? address.account : null };
}

/** An account that becomes known is still the one that was chosen. */
function isOther(chosen: Readers, now: Readers): boolean {
  if (chosen.conversation !== now.conversation) return true;
  return chosen.account !== null && chosen.account !== now.account;
}

function turnedTo(state: State, before: Readers): Notice {
  return { kind: "turned", text: describeTurn(state, before), conversation: null };
}

function describeTurn(state: State, before: Readers): string {
  const { key, address } = activeConversation(state);
  const { nowEveryone, nowPrivate } = strings.composer;
  if (address.kind === "lobby") return nowEveryone;
  return key === before.conversation
    ? strings.timeline.resetPeer(address.username)
    : nowPrivate(address.username);
}
