import { memo } from "preact/compat";
import type { ItemKey } from "../../model/item.ts";
import type { Run } from "../../model/rows.ts";
import { Avatar, hueOf } from "../shared/avatar.tsx";
import { audienceOf } from "./audience.ts";
import { Author } from "./author.tsx";
import { MessageRow } from "./message.tsx";
import { Moment } from "./moment.tsx";
import { useRowFacts } from "./row_context.ts";
import { Words } from "./words.tsx";

interface RunViewProps {
  readonly run: Run;
  /** The message that a search led to. */
  readonly found: ItemKey | null;
}

/** Messages of one author under one header, which stays in view while one scrolls through them. */
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
