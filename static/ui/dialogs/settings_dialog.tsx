import type { Settings } from "../../model/settings.ts";
import type { State } from "../../model/state.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Choice } from "../shared/choice.tsx";
import { Dialog } from "../shared/dialog.tsx";
import { NotificationSettings } from "./notification_settings.tsx";

/** How the page looks and when it tells of messages, on this device. */
export function SettingsDialog({ state }: { readonly state: State }) {
  return (
    <Dialog id="settings" title={strings.settings.title}>
      <LookSettings settings={state.settings} />
      <NotificationSettings settings={state.settings} />
      <p class="dialog__hint">{strings.settings.note}</p>
    </Dialog>
  );
}

function LookSettings({ settings }: { readonly settings: Settings }) {
  const dispatch = useDispatch();
  const change = (changed: Partial<Settings>) => dispatch({ type: "settings", change: changed });
  const { theme, themes, density, densities, textSize, textSizes, clock, clocks } =
    strings.settings;
  return (
    <section class="dialog__section">
      <Choice
        name="theme"
        label={theme}
        options={THEMES.map((value) => ({ value, label: themes[value] }))}
        value={settings.theme}
        onChoose={(value) => change({ theme: value })}
      />
      <Choice
        name="density"
        label={density}
        options={DENSITIES.map((value) => ({ value, label: densities[value] }))}
        value={settings.density}
        onChoose={(value) => change({ density: value })}
      />
      <Choice
        name="text-size"
        label={textSize}
        options={SIZES.map(({ name }) => ({ value: name, label: textSizes[name] }))}
        value={SIZES.find(({ percent }) => percent === settings.textSize)?.name ?? "normal"}
        onChoose={(value) => change({ textSize: percentOf(value) })}
      />
      <Choice
        name="clock"
        label={clock}
        options={CLOCKS.map((value) => ({ value, label: clocks[value] }))}
        value={settings.clock}
        onChoose={(value) => change({ clock: value })}
      />
    </section>
  );
}

const THEMES = ["system", "light", "dark"] as const;
const DENSITIES = ["comfortable", "compact"] as const;
const CLOCKS = ["language", "12", "24"] as const;
/** Text sizes by their names, as factors of the browser's own in percent. */
const SIZES = [
  { name: "small", percent: 90 },
  { name: "normal", percent: 100 },
  { name: "large", percent: 115 },
  { name: "larger", percent: 130 },
] as const;

function percentOf(name: typeof SIZES[number]["name"]): Settings["textSize"] {
  return SIZES.find((size) => size.name === name)?.percent ?? 100;
}
