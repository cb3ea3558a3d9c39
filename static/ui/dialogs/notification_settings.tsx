/// <reference lib="dom" />
import { useState } from "preact/hooks";
import { activeConversation, type State } from "../../model/state.ts";
import { levelOfConversation } from "../../model/selectors.ts";
import type { NotificationLevel, Settings } from "../../model/settings.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";
import { Choice } from "../shared/choice.tsx";
import { Toggle } from "../shared/toggle.tsx";

/** When the page tells of messages, and how. */
export function NotificationSettings({ state }: { readonly state: State }) {
  const { dispatch } = useUi();
  const { settings } = state;
  const change = (changed: Partial<Settings>) => dispatch({ type: "settings", change: changed });
  const words = strings.notifications;
  return (
    <section class="dialog__section" aria-labelledby="notifications-title">
      <h3 id="notifications-title" class="dialog__subtitle">{words.title}</h3>
      <Permission settings={settings} />
      {settings.notifications && (
        <Toggle
          id="hide-text"
          label={words.hideText}
          isOn={!settings.notificationText}
          onChange={(isOn) => change({ notificationText: !isOn })}
        />
      )}
      <Toggle
        id="sound"
        label={words.sound}
        isOn={settings.sound}
        onChange={(isOn) => change({ sound: isOn })}
      />
      <Toggle
        id="do-not-disturb"
        label={words.disturb}
        note={words.disturbNote}
        isOn={settings.doNotDisturb}
        onChange={(isOn) => change({ doNotDisturb: isOn })}
      />
      <Level state={state} />
    </section>
  );
}

/** Notifications are asked for by a button, never by themselves. */
function Permission({ settings }: { readonly settings: Settings }) {
  const { ask, dispatch } = useUi();
  const [permission, setPermission] = useState(permissionNow);
  const words = strings.notifications;
  if (permission === "unsupported") {
    return <p class="dialog__hint">{isSecureContext ? words.unsupported : words.insecure}</p>;
  }
  if (permission === "denied") return <p class="dialog__hint">{words.blocked}</p>;
  const turn = async (isOn: boolean) => {
    const answer = isOn ? await ask.allowNotifications() : permission;
    setPermission(answer);
    dispatch({ type: "settings", change: { notifications: isOn && answer === "granted" } });
  };
  return (
    <Toggle
      id="notifications"
      label={words.enable}
      isOn={settings.notifications && permission === "granted"}
      onChange={(isOn) => void turn(isOn)}
    />
  );
}

function permissionNow(): NotificationPermission | "unsupported" {
  return "Notification" in globalThis && isSecureContext ? Notification.permission : "unsupported";
}

/** What one is told of in the conversation on screen. */
function Level({ state }: { readonly state: State }) {
  const { dispatch } = useUi();
  const conversation = activeConversation(state);
  const { key, address } = conversation;
  const levels: readonly NotificationLevel[] = ["all", "mentions", "none"];
  const words = strings.notifications;
  const name = address.kind === "direct" ? clampMarks(address.username) : strings.common.everyone;
  return (
    <Choice
      name="level"
      label={words.levelIn(name)}
      options={levels.map((value) => ({ value, label: words.levels[value] }))}
      value={levelOfConversation(state, conversation)}
      onChoose={(level) => dispatch({ type: "level", conversation: key, level })}
    />
  );
}
