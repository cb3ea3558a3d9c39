import { serverIdOf } from "../../model/conversation.ts";
import { isMuted, reachOf } from "../../model/selectors.ts";
import { activeConversation, type State } from "../../model/state.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Icon } from "../shared/icon.tsx";

/**
 * Opens the notification level of the conversation on screen. There is none for notes to oneself, nor
 * for a conversation that has no id of the server yet.
 */
export function LevelButton({ state }: { readonly state: State }) {
  const dispatch = useDispatch();
  const conversation = activeConversation(state);
  if (reachOf(state, conversation.address) === "self" || serverIdOf(conversation) === null) {
    return null;
  }
  const isOff = isMuted(state, conversation);
  const label = isOff ? strings.header.notificationsOff : strings.header.notifications;
  return (
    <button
      id="level-button"
      class="button button--icon"
      type="button"
      aria-label={label}
      title={label}
      onClick={() => dispatch({ type: "dialog", dialog: "level" })}
    >
      <Icon name={isOff ? "bellOff" : "bell"} />
    </button>
  );
}
