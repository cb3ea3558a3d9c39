/// <reference lib="dom" />
import { useState } from "preact/hooks";
import type { NotificationAnswer } from "../../app/actions.ts";
import type { Settings } from "../../model/settings.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";
import { Toggle } from "../shared/toggle.tsx";

/** When the page tells of messages, and how. */
export function NotificationSettings({ settings }: { readonly settings: Settings }) {
  const { ask, dispatch } = useUi();
  const change = (changed: Partial<Settings>) => dispatch({ type: "settings", change: changed });
  const words = strings.notifications;
  return (
    <section class="dialog__section" aria-labelledby="notifications-title">
      <h3 id="notifications-title" class="dialog__subtitle">{words.title}</h3>
      <DesktopSettings settings={settings} />
      <Toggle
        id="sound"
        label={words.sound}
        isOn={settings.sound}
        onChange={(isOn) => change({ sound: isOn })}
      />
      <button class="button button--small" type="button" onClick={() => ask.playSound()}>
        {words.testSound}
      </button>
      <Toggle
        id="do-not-disturb"
        label={words.disturb}
        note={words.disturbNote}
        isOn={settings.doNotDisturb}
        onChange={(isOn) => change({ doNotDisturb: isOn })}
      />
    </section>
  );
}

/** Notifications are asked for by a press, never by themselves. */
function DesktopSettings({ settings }: { readonly settings: Settings }) {
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
    <>
      <Toggle
        id="notifications"
        label={words.enable}
        isOn={settings.notifications && permission === "granted"}
        onChange={(isOn) => void turn(isOn)}
      />
      <Toggle
        id="hide-text"
        label={words.hideText}
        isOn={!settings.notificationText}
        onChange={(isOn) => dispatch({ type: "settings", change: { notificationText: !isOn } })}
      />
    </>
  );
}

function permissionNow(): NotificationAnswer {
  return "Notification" in globalThis && isSecureContext ? Notification.permission : "unsupported";
}
