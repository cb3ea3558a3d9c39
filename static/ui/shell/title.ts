import { unreadEverywhere } from "../../model/selectors.ts";
import type { State } from "../../model/state.ts";
import { strings } from "../../text/strings.ts";

/** The document's title: a number for what is private or mentions us, a dot for other messages. */
export function titleFor(state: Pick<State, "conversations" | "settings">): string {
  const { urgent, unread } = unreadEverywhere(state);
  if (urgent > 0) return strings.title.urgent(urgent);
  return unread > 0 ? strings.title.unread : strings.product;
}
