import { memo } from "../shared/memo.ts";
import type { ItemKey, Message } from "../../model/item.ts";
import type { Run } from "../../model/rows.ts";
import { clampMarks, withNames, type Word } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { Avatar, hueOf } from "../shared/avatar.tsx";
import { MessageState } from "./message_state.tsx";
import { Moment } from "./moment.tsx";
import { useRowFacts } from "./row_context.ts";
import { MessageText } from "./text.tsx";
import { Words } from "./words.tsx";

interface RunViewProps {
  readonly run: Run;
  /** The message that a search led to. */
  readonly found: ItemKey | null;
}

/** Messages of one author under one header, which stays in view while scrolling. */
export const RunView = memo(function RunView({ run, found }: RunViewProps) {
  const { peer, dates } = useRowFacts();
  const [first] = run.messages;
  const { isMine, author: { username } } = first;
  const audience = audienceOf(first, peer);
  return (
    <div class={isMine ? "run run--mine" : "run"} style={hueOf(username)}>
      <div class="run__header" aria-hidden="true">
        <Avatar username={username} class="run__avatar" />
        <span class="run__author">
          <Author message={first} />
        </span>
        {audience.length > 0 && (
          <span class="run__audience">
            <Words words={audience} />
          </span>
        )}
        <Moment class="run__time" at={first.at} dates={dates} />
      </div>
      <ol class="run__messages" role="list">
        {run.messages.map((message) => (
          <MessageRow
            key={message.key}
            message={message}
            isHead={message === first}
            isFound={message.key === found}
          />
        ))}
      </ol>
    </div>
  );
});

/** Props of a message's row, which is rendered again only if one of them changes. */
interface MessageRowProps {
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
const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message } = props;
  const { peer, dates, ...reader } = useRowFacts();
  return (
    <li class={classOf(props, peer)} tabIndex={-1} data-key={message.key} data-id={message.id}>
      <span class="message__author visually-hidden" data-extra>
        <Author message={message} /> <Words words={audienceOf(message, peer)} />
      </span>
      <Moment class="message__time" at={message.at} dates={dates} isExtra />
      <div class="message__card">
        <div class="message__body" dir="auto">
          <MessageText text={message.text} {...reader} />
        </div>
      </div>
      {message.isMention && (
        <span class="message__mention" data-extra>{strings.message.mentionsYou}</span>
      )}
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

/** The author's name. */
function Author({ message }: { readonly message: Message }) {
  const { isMine, author } = message;
  return <bdi>{isMine ? strings.common.you : clampMarks(author.username)}</bdi>;
}

/** Readers of a private message: "private, to bob"; empty for public ones. */
function audienceOf({ isMine }: Message, peer: string | null): readonly Word[] {
  if (peer === null) return [];
  if (isMine) return withNames(strings.message.privateTo, peer);
  return [{ text: strings.message.privateToYou, isName: false }];
}
