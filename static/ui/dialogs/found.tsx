import type { SearchResult } from "../../app/actions.ts";
import type { Settings } from "../../model/settings.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";
import { useUi } from "../context.ts";
import { PlainText } from "../message/plain.tsx";
import { Avatar } from "../shared/avatar.tsx";
import { datesFor } from "../shared/dates.ts";

interface FoundProps {
  readonly result: SearchResult;
  readonly ownAccount: string;
  readonly clock: Settings["clock"];
  readonly onChoose: () => void;
}

/** A message that matches a search. */
export function Found({ result: { message, snippet }, ownAccount, clock, onChoose }: FoundProps) {
  const { clock: time } = useUi();
  const dates = datesFor(clock);
  const when = `${dates.dayLabel(message.at, time.now())}, ${dates.time(message.at)}`;
  return (
    <li class={message.to === undefined ? "found" : "found found--private"}>
      <button class="found__button" type="button" onClick={onChoose}>
        <Avatar class="avatar--small" username={message.from} />
        <span class="found__main">
          <span class="found__header">
            <bdi class="found__author">{clampMarks(message.from)}</bdi>
            <span class="found__place">{placeOf(message, ownAccount)}</span>
            <time class="found__time" dateTime={dates.machine(message.at) ?? undefined}>
              {when}
            </time>
          </span>
          <span class="found__snippet" dir="auto">
            {snippet.map(({ text, match }, index) => (
              match
                ? (
                  <mark key={index} class="found__match">
                    <PlainText text={text} />
                  </mark>
                )
                : <PlainText key={index} text={text} />
            ))}
          </span>
        </span>
      </button>
    </li>
  );
}

function placeOf({ to, account }: SearchResult["message"], ownAccount: string): string {
  if (to === undefined) return strings.search.toEveryone;
  return account === ownAccount
    ? strings.search.privateTo(clampMarks(to))
    : strings.search.privateToYou;
}
