import { memo } from "preact/compat";
import type { Message } from "../../model/item.ts";
import { strings } from "../../text/strings.ts";
import { audienceOf } from "./audience.ts";
import { Author } from "./author.tsx";
import { MessageState } from "./message_state.tsx";
import { Moment } from "./moment.tsx";
import { useRowFacts } from "./row_context.ts";
import { MessageText } from "./text.tsx";
import { Words } from "./words.tsx";

/** What a message's row shows; it is drawn again only when one of these changes. */
export interface MessageRowProps {
  readonly message: Message;
  /** Whether it is the first one under its header. */
  readonly isHead: boolean;
  /** Whether a search led here. */
  readonly isFound: boolean;
}

/**
 * One message. The run's header shows the author once; here it is told to screen readers, which go
 * from message to message. What a message quotes belongs above its text in the card, its files and
 * reactions below it, and a bar of actions at the row's end.
 */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message } = props;
  const { peer, dates, ...reader } = useRowFacts();
  return (
    <li class={classOf(props, peer)} tabIndex={-1} data-key={message.key} data-id={message.id}>
      <span class="message__author visually-hidden">
        <Author message={message} /> <Words words={audienceOf(message, peer)} />
      </span>
      <Moment class="message__time" at={message.at} dates={dates} />
      <div class="message__card">
        <div class="message__body" dir="auto">
          <MessageText text={message.text} {...reader} />
        </div>
      </div>
      {message.isMention && <span class="message__mention">{strings.message.mentionsYou}</span>}
      <MessageState message={message} peer={peer} />
    </li>
  );
});

function classOf({ message, isHead, isFound }: MessageRowProps, peer: string | null): string {
  const states = {
    "message--head": isHead,
    "message--mine": message.isMine,
    "message--private": peer !== null,
    "message--mention": message.isMention,
    "message--pending": message.delivery.state === "pending",
    "message--failed": message.delivery.state === "failed",
    "message--found": isFound,
  };
  return ["message", ...Object.entries(states).filter(([, is]) => is).map(([name]) => name)]
    .join(" ");
}
