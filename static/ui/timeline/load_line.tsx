import type { Conversation } from "../../model/conversation.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";

interface LoadLineProps {
  readonly side: "older" | "newer";
  readonly conversation: Conversation;
}

/** Stands at an end of a timeline behind which there is more, and tells how loading it goes. */
export function LoadLine({ side, conversation: { loadError } }: LoadLineProps) {
  const dispatch = useDispatch();
  return (
    <div id={`load-${side}`} class="timeline__load">
      {loadError === null ? LOADING[side]() : FAILED[side](loadError)}
      {loadError !== null && (
        <>
          {" "}
          <button
            class="button button--small"
            type="button"
            onClick={() => dispatch({ type: "load", side })}
          >
            {strings.common.tryAgain}
          </button>
        </>
      )}
    </div>
  );
}

const LOADING = {
  older: () => strings.timeline.loadingOlder,
  newer: () => strings.timeline.loadingNewer,
};

const FAILED = {
  older: (reason: string) => strings.timeline.olderFailed(reason),
  newer: (reason: string) => strings.timeline.newerFailed(reason),
};
