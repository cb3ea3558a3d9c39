import { strings } from "../../text/strings.ts";

/** Higher counts are shown as "99+". */
const MAX_COUNT = 99;

/** What is unread: messages, private ones, mentions, or a mix that includes some for the reader. */
export type BadgeKind = "plain" | "private" | "mention" | "mixed";

interface BadgeProps {
  readonly unread: number;
  readonly kind: BadgeKind;
  readonly id?: string;
}

/** A number of unread messages, or nothing. */
export function Badge({ unread, kind, id }: BadgeProps) {
  const number = unread > MAX_COUNT ? `${MAX_COUNT}+` : String(unread);
  return (
    <span id={id} class={`badge badge--${kind}`} hidden={unread === 0}>
      {kind === "mention" ? `@${number}` : number}
      <span class="visually-hidden">{` ${wordsOf(kind)}`}</span>
    </span>
  );
}

function wordsOf(kind: BadgeKind): string {
  switch (kind) {
    case "mention":
      return strings.sidebar.unreadMention;
    case "mixed":
      return strings.sidebar.unreadMixed;
    default:
      return strings.sidebar.unread;
  }
}
