import { useEffect, useState } from "preact/hooks";
import type { ConnectionState } from "../../model/connection.ts";
import { describeEnding } from "../../text/endings.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";

/** Shorter interruptions aren't shown, in milliseconds. */
const QUIET_MS = 2_000;

interface BannerProps {
  readonly connection: ConnectionState;
  /** Whether an interruption is known to last, and is told at once. */
  readonly isUnreachable: boolean;
}

/** A line about the connection, empty while it is up. */
export function Banner({ connection, isUnreachable }: BannerProps) {
  const { dispatch } = useUi();
  const isInterrupted = connection.state === "connecting" || connection.state === "waiting";
  const hasLasted = useLasting(isInterrupted) || (isInterrupted && isUnreachable);
  const ending = connection.state === "ended"
    ? describeEnding(connection.code, connection.refusal)
    : null;
  const text = ending?.text ?? (hasLasted ? strings.connection.reconnecting : "");
  const shown = text === "" ? "" : " banner--shown";
  return (
    <div id="banner" class={`banner${shown}${ending ? " banner--ended" : ""}`} role="status">
      <span id="banner-text" class="banner__text">{text}</span>
      {ending && (
        <button
          id="banner-action"
          class="button button--quiet"
          type="button"
          onClick={() => dispatch({ type: ending.action === "rejoin" ? "leave" : "reconnect" })}
        >
          {ending.label}
        </button>
      )}
    </div>
  );
}

/** Whether something has been so for long enough to be told. */
function useLasting(is: boolean): boolean {
  const { clock } = useUi();
  const [hasLasted, setHasLasted] = useState(false);
  useEffect(() => {
    if (!is) return setHasLasted(false);
    const timer = clock.schedule(() => setHasLasted(true), QUIET_MS);
    return () => timer.cancel();
  }, [is]);
  return is && hasLasted;
}
