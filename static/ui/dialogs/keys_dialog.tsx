import { commandHelp } from "../../text/commands.ts";
import { strings } from "../../text/strings.ts";
import { Dialog } from "../shared/dialog.tsx";
import { WithCode } from "../shared/with_code.tsx";

/** The map of keys, and the commands. */
export function KeysDialog() {
  const { keys } = strings;
  return (
    <Dialog id="keys" title={keys.title}>
      <dl class="dialog__keys">
        {keysOf().map(({ caps, does, only }) => (
          <div key={does} class={only}>
            <dt>{caps.map((cap) => <kbd key={cap}>{cap}</kbd>)}</dt>
            <dd>
              <WithCode text={does} />
            </dd>
          </div>
        ))}
      </dl>
      <h3 class="dialog__subtitle">{keys.commands}</h3>
      <dl class="dialog__keys">
        {commandHelp().map(({ usage, does }) => (
          <div key={usage}>
            <dt>
              <kbd>{usage}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

interface KeyLine {
  readonly caps: readonly string[];
  readonly does: string;
  /** Class that hides it where there is no keyboard, or no touch screen. */
  readonly only?: "keyboard-only" | "touch-only";
}

function keysOf(): readonly KeyLine[] {
  const { keys } = strings;
  const { caps } = keys;
  return [
    { caps: [caps.enter], does: keys.send, only: "keyboard-only" },
    { caps: [caps.shift, caps.enter], does: keys.newLine, only: "keyboard-only" },
    { caps: [caps.enter], does: keys.newLineTouch, only: "touch-only" },
    { caps: ["@", "/", ":"], does: keys.suggest },
    { caps: [caps.ctrl, "B"], does: keys.bold },
    { caps: [caps.ctrl, "I"], does: keys.italic },
    { caps: [caps.ctrl, "E"], does: keys.code },
    { caps: [caps.alt, "↑", "↓"], does: keys.conversation },
    { caps: [caps.alt, "U"], does: keys.firstUnread },
    { caps: [caps.ctrl, "K"], does: keys.search },
    { caps: [caps.pageUp, caps.pageDown], does: keys.scroll },
    { caps: ["↑", "↓"], does: keys.message },
    { caps: [caps.escape], does: keys.escape },
    { caps: ["?"], does: keys.showKeys },
  ];
}
