import { isPrivate } from "../../model/conversation.ts";
import { conversationName, levelOfConversation } from "../../model/selectors.ts";
import type { NotificationLevel, Settings } from "../../model/settings.ts";
import { activeConversation, type State } from "../../model/state.ts";
import { withNames } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Words } from "../message/words.tsx";
import { Choice } from "../shared/choice.tsx";
import { Dialog } from "../shared/dialog.tsx";

/** The notification level of the conversation on screen. */
export function LevelDialog({ state }: { readonly state: State }) {
  const dispatch = useDispatch();
  const conversation = activeConversation(state);
  const words = strings.notifications;
  const label = withNames(words.levelIn, conversationName(conversation));
  return (
    <Dialog id="level" title={words.title}>
      <Choice
        name="notify-about"
        label={<Words words={label} />}
        options={levelsFor(isPrivate(conversation))}
        value={shownLevel(levelOfConversation(state, conversation), isPrivate(conversation))}
        onChoose={(level) => dispatch({ type: "level", conversation: conversation.key, level })}
      />
      <p class="dialog__hint">{whyNothing(state.settings)}</p>
      <div class="dialog__actions">
        <button
          class="button"
          type="button"
          onClick={() => dispatch({ type: "dialog", dialog: "settings" })}
        >
          {words.allSettings}
        </button>
      </div>
    </Dialog>
  );
}

/** All messages of a private conversation are for its reader: there is no level between. */
function levelsFor(isDirect: boolean) {
  const { levels } = strings.notifications;
  const values: readonly NotificationLevel[] = isDirect
    ? ["all", "none"]
    : ["all", "mentions", "none"];
  return values.map((value) => ({ value, label: levels[value] }));
}

function shownLevel(level: NotificationLevel, isDirect: boolean): NotificationLevel {
  return isDirect && level === "mentions" ? "all" : level;
}

/** Why no level has an effect at the moment; empty if they have. */
function whyNothing({ notifications, sound, doNotDisturb }: Settings): string {
  const { disturbed, off } = strings.notifications;
  if (doNotDisturb) return disturbed;
  return notifications || sound ? "" : off;
}
