/// <reference lib="dom" />
import type { RefObject } from "preact";
import type { State } from "../../model/state.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import type { Action } from "../../app/actions.ts";
import { useDispatch } from "../context.ts";

interface NoticeLineProps {
  readonly state: State;
  readonly box: RefObject<HTMLTextAreaElement | null>;
}

/** The notice below the text box, with its button. */
export function NoticeLine({ state, box }: NoticeLineProps) {
  const dispatch = useDispatch();
  const { notice } = state;
  const target = state.conversations.get(notice?.conversation ?? "");
  /** The button that was pressed goes, and the focus would go with it. */
  const act = (action: Action) => {
    dispatch(action);
    box.current?.focus({ preventScroll: true });
  };
  return (
    <div class={`composer__note composer__note--${notice?.kind ?? "none"}`}>
      <span id="composer-note" role="status">{notice?.text}</span>
      {target?.address.kind === "direct" && (
        <NoticeButton
          label={strings.composer.openConversation(clampMarks(target.address.username))}
          onClick={() => act({ type: "open", conversation: target.key })}
        />
      )}
      {notice !== null && notice.conversation !== null && (
        <NoticeButton
          label={strings.common.close}
          onClick={() => act({ type: "dismiss_notice" })}
        />
      )}
      {notice?.kind === "turned" && (
        <NoticeButton
          label={strings.composer.writeHere}
          onClick={() => act({ type: "dismiss_notice" })}
        />
      )}
    </div>
  );
}

function NoticeButton(props: { readonly label: string; readonly onClick: () => void }) {
  return (
    <button class="button button--small" type="button" onClick={props.onClick}>
      {props.label}
    </button>
  );
}
