import type { Message } from "../../model/item.ts";
import { clampMarks } from "../../text/names.ts";
import { strings } from "../../text/strings.ts";

/** Who wrote a message. */
export function Author({ message }: { readonly message: Message }) {
  const { isMine, author } = message;
  return <bdi>{isMine ? strings.common.you : clampMarks(author.username)}</bdi>;
}
