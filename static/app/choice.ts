import { setNotice } from "../model/changes.ts";
import { type ConversationKey, LOBBY } from "../model/conversation.ts";
import { activeConversation, type Notice, type State } from "../model/state.ts";
import { strings } from "../text/strings.ts";
import type { Change } from "./store.ts";

/**
 * Which conversation the person chose. Should another one be on screen, whatever the reason, the
 * box says so before it takes text: what is typed next must not go to the wrong reader.
 */
export class Choice {
  #chosen: ConversationKey = LOBBY;

  /** A new stay in the chat begins with everyone. */
  reset(): void {
    this.#chosen = LOBBY;
  }

  /** Makes a change in which the person chooses a conversation. */
  by(change: Change): Change {
    return (state) => {
      const next = change(state);
      this.#chosen = next.active;
      return next.notice?.kind === "turned" ? setNotice(next, null) : next;
    };
  }

  /** Says so in a state whose conversation on screen is another one than chosen. */
  check(state: State): State {
    const isThere = state.conversations.has(state.active);
    const present = isThere ? state : { ...state, active: LOBBY };
    if (state.screen.name !== "chat" || present.active === this.#chosen) return present;
    this.#chosen = present.active;
    return setNotice(present, turnedTo(present));
  }
}

function turnedTo(state: State): Notice {
  const { address } = activeConversation(state);
  const { nowEveryone, nowPrivate } = strings.composer;
  const text = address.kind === "lobby" ? nowEveryone : nowPrivate(address.username);
  return { kind: "turned", text, conversation: null };
}
