import type { Address } from "../../model/address.ts";
import { withNames } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Words } from "../message/words.tsx";
import { WithCode } from "../shared/with_code.tsx";

interface EmptyProps {
  readonly address: Address;
  /** One's own account: a conversation with it is for notes. */
  readonly ownAccount: string | null;
}

/** Stands in a conversation without messages, and helps to begin. */
export function Empty({ address, ownAccount }: EmptyProps) {
  return (
    <div class="timeline__empty">
      <p class="timeline__empty-title">{strings.timeline.emptyTitle}</p>
      {address.kind === "lobby" ? <LobbyHelp /> : (
        <p>
          {address.account !== null && address.account === ownAccount
            ? strings.timeline.emptyNotes
            : <Words words={withNames(strings.timeline.emptyPrivate, address.username)} />}
        </p>
      )}
    </div>
  );
}

function LobbyHelp() {
  const dispatch = useDispatch();
  return (
    <>
      <p>{strings.timeline.emptyLobby}</p>
      <button
        class="button button--primary"
        type="button"
        onClick={() => dispatch({ type: "dialog", dialog: "invite" })}
      >
        {strings.timeline.emptyInvite}
      </button>
      <p>
        <WithCode text={strings.timeline.emptyMsg} />
      </p>
      <button
        class="button button--quiet keyboard-only"
        type="button"
        onClick={() => dispatch({ type: "dialog", dialog: "keys" })}
      >
        <WithCode text={strings.timeline.emptyKeys} />
      </button>
    </>
  );
}
