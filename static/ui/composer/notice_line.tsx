import type { State } from "../../model/state.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";

/** What the page has to say to the writer. */
export function NoticeLine({ state }: { readonly state: State }) {
  const dispatch = useDispatch();
  const { notice } = state;
  const target = state.conversations.get(notice?.conversation ?? "");
  return (
    <div class={`composer__note composer__note--${notice?.kind ?? "none"}`}>
      <span id="composer-note" role="status">{notice?.text}</span>
      {target?.address.kind === "direct" && (
        <button
          class="button button--small"
          type="button"
          onClick={() => dispatch({ type: "open", conversation: target.key })}
        >
          {strings.composer.openConversation(clampMarks(target.address.username))}
        </button>
      )}
      {notice?.kind === "turned" && (
        <button
          class="button button--small"
          type="button"
          onClick={() => dispatch({ type: "dismiss_notice" })}
        >
          {strings.composer.writeHere}
        </button>
      )}
    </div>
  );
}
