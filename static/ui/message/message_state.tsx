import type { Message } from "../../model/item.ts";
import { clampMarks, withNames } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useDispatch } from "../context.ts";
import { Words } from "./words.tsx";

interface MessageStateProps {
  readonly message: Message;
  readonly peer: string | null;
}

/** The delivery state of a message, unless it is simply delivered. */
export function MessageState({ message, peer }: MessageStateProps) {
  const { delivery, id } = message;
  switch (delivery.state) {
    case "pending":
      return <span class="message__unsent" data-extra>{strings.message.pending}</span>;
    case "failed":
      return <Failure reason={delivery.reason} id={id} />;
    case "stored":
      if (!delivery.isWaiting || peer === null) return null;
      return (
        <p class="message__state" data-extra>
          <Words words={withNames(strings.message.waiting, peer)} />
        </p>
      );
  }
}

/** Why a message was not sent, with buttons to retry or discard it. */
function Failure({ reason, id }: { readonly reason: string; readonly id: string | null }) {
  const dispatch = useDispatch();
  const act = (type: "retry" | "discard") => id !== null && dispatch({ type, id });
  return (
    <p class="message__state" data-extra>
      {strings.message.failed(clampMarks(reason))}{" "}
      <span class="message__actions">
        <button class="button button--small" type="button" onClick={() => act("retry")}>
          {strings.message.retry}
        </button>
        <button class="button button--small" type="button" onClick={() => act("discard")}>
          {strings.message.discard}
        </button>
      </span>
    </p>
  );
}
